"""Settings of the test run: the product's own, with a scratch data folder, a quick password hasher and sample kinds."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from tests.databases import start_if_asked

os.environ["SHOUWEN_DATA"] = tempfile.mkdtemp(prefix="shouwen-test-")
atexit.register(shutil.rmtree, os.environ["SHOUWEN_DATA"], ignore_errors=True)
start_if_asked()
from shouwen.project.settings import *  # noqa: E402, F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sample"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
AXES_ENABLED = False
DATABASES["default"]["TEST"] = {"MIGRATE": False}  # noqa: F405  the same tables (tests/project/test_tables.py), at once
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["TEST"]["NAME"] = str(Path(os.environ["SHOUWEN_DATA"]) / "test.sqlite3")  # noqa: F405
    quick = DATABASES["default"]["OPTIONS"]["init_command"].replace("synchronous=NORMAL", "synchronous=OFF")  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] = quick  # noqa: F405
