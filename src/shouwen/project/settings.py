"""Settings from the environment; every variable is explained in docs/settings.md."""

from __future__ import annotations

import os
import pkgutil
import sys
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import shouwen
from shouwen.project.secrets import secret

PACKAGE = Path(shouwen.__file__).parent
DATA = Path(os.environ.get("SHOUWEN_DATA", "var")).resolve()
DEBUG = os.environ.get("SHOUWEN_DEBUG", "") == "1"
TESTING = "pytest" in sys.modules
SITE_ZONE = os.environ.get("SHOUWEN_ZONE", "Asia/Shanghai")
SITE_URL = os.environ.get("SHOUWEN_URL", "http://127.0.0.1:8000").rstrip("/")

SECRET_KEY = os.environ.get("SHOUWEN_SECRET_KEY") or secret(DATA, "secret_key")
FIELD_KEYS = (os.environ.get("SHOUWEN_FIELD_KEYS") or secret(DATA, "field_key")).split()
ALLOWED_HOSTS = os.environ.get("SHOUWEN_HOSTS", "localhost 127.0.0.1 [::1] testserver").split()
CSRF_TRUSTED_ORIGINS = [SITE_URL] if SITE_URL.startswith("https://") else []


def database(url: str) -> dict[str, object]:
    """A DATABASE_URL as Django wants it: `sqlite:///path` or `postgresql://user:password@host:port/name?option=value`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        pragmas = "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA secure_delete=ON;PRAGMA cache_size=-8000;"
        options = {"init_command": pragmas, "transaction_mode": "IMMEDIATE", "timeout": 20}
        name = unquote(parts.path[1:])
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options, "CONN_MAX_AGE": None}
    return {
        "ENGINE": "django.db.backends.postgresql", "NAME": unquote(parts.path[1:]), "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""), "HOST": parts.hostname or dict(parse_qsl(parts.query)).get("host", ""),
        "PORT": str(parts.port or ""), "CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True,
    }  # fmt: skip


DATABASES = {"default": database(os.environ.get("DATABASE_URL") or f"sqlite:///{DATA}/shouwen.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def found(folder: str) -> list[str]:
    """Rooms and packs name themselves by being there."""
    return [f"shouwen.{folder}.{m.name}" for m in pkgutil.iter_modules([str(PACKAGE / folder)]) if m.ispkg]


INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "ninja",
    "axes",
    "csp",
    "shouwen.ground",
    "shouwen.kernel",
    "shouwen.desk",
    "shouwen.api",
    *found("rooms"),
    *found("packs"),
]
MIDDLEWARE = [
    "shouwen.project.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shouwen.project.edge.Edge",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "shouwen.project.urls"
WSGI_APPLICATION = "shouwen.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "shouwen.desk.context.frame",
            ],
        },
    }
]

FORM_RENDERER = "shouwen.desk.widgets.Renderer"

AUTH_USER_MODEL = "ground.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["shouwen.project.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "shouwen.ground.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL, LOGIN_REDIRECT_URL, LOGOUT_REDIRECT_URL = "/sign-in", "/", "/sign-in"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT, AXES_COOLOFF_TIME, AXES_RESET_ON_SUCCESS = 8, 0.25, True
AXES_LOCKOUT_TEMPLATE = "desk/locked.html"
AXES_VERBOSE, AXES_DISABLE_ACCESS_LOG = False, True

HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_ENGINE = "shouwen.project.session_store"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if os.environ.get("SHOUWEN_PROXY") == "1" else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF, SECURE_REFERRER_POLICY, X_FRAME_OPTIONS = True, "same-origin", "DENY"
CSRF_FAILURE_VIEW = "shouwen.desk.views.errors.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"], "script-src": ["'self'"], "style-src": ["'self'"], "img-src": ["'self'", "data:"],
        "font-src": ["'self'"], "connect-src": ["'self'"], "object-src": ["'none'"], "base-uri": ["'none'"],
        "form-action": ["'self'"], "frame-ancestors": ["'none'"],
    }
}  # fmt: skip

LANGUAGE_CODE, LANGUAGES = "zh-hans", [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static" if (DATA / "static").exists() else None  # a release collects; else the finders serve
WHITENOISE_AUTOREFRESH = False
WHITENOISE_USE_FINDERS, WHITENOISE_MAX_AGE = STATIC_ROOT is None, 0 if DEBUG else 31_536_000
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "shouwen.project.statics.Stamped"},
}
FILES = DATA / "files"
UPLOAD_MOST = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE, FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024, 2 * 1024 * 1024

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = os.environ.get("SHOUWEN_SMTP_HOST", ""), int(os.environ.get("SHOUWEN_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("SHOUWEN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("SHOUWEN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("SHOUWEN_SMTP_TLS", "") == "1"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("SHOUWEN_MAIL_FROM", "shouwen@localhost")
WEBHOOK_PRIVATE = os.environ.get("SHOUWEN_WEBHOOK_PRIVATE", "") == "1"
METRICS_TOKEN = os.environ.get("SHOUWEN_METRICS_TOKEN", "")

LOGGING_CONFIG = "shouwen.project.logs.configure"
LOGGING = {"level": os.environ.get("SHOUWEN_LOG", "WARNING")}
SILENCED_SYSTEM_CHECKS = ["axes.W003", "security.W004", "security.W008"]
