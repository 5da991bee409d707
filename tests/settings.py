"""Settings of the test run: the product's own, with a scratch data folder, a quick password hasher and sample kinds."""

import os
import tempfile

os.environ.setdefault("SHOUWEN_DATA", tempfile.mkdtemp(prefix="shouwen-test-"))
from shouwen.project.settings import *  # noqa: E402, F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.sample"]  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["*"]
WHITENOISE_USE_FINDERS = True
