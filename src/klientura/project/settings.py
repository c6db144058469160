"""Django settings. Everything that differs between installations comes from the environment (docs/guide-en/admin)."""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from klientura.project.database import parse_database_url
from klientura.project.secret import read_secret_key

PACKAGE = Path(__file__).parents[1]
TESTING = os.environ.get("KLIENTURA_TESTING") == "1"

SECRET_KEY = read_secret_key(os.environ)
DEBUG = False
ALLOWED_HOSTS = os.environ.get("KLIENTURA_HOSTS", "localhost,127.0.0.1,[::1]").split(",")
DATA_DIR = Path(os.environ.get("KLIENTURA_DATA", PACKAGE.parents[1] / ".cache" / "data"))
# Set by an administrator whose proxy speaks HTTPS to browsers; the bundled server on localhost speaks HTTP.
HTTPS = os.environ.get("KLIENTURA_HTTPS") == "1"

# Private networks that webhooks may reach, such as 10.1.0.0/16,192.168.5.0/24; all others are refused.
WEBHOOK_NETWORKS = os.environ.get("KLIENTURA_WEBHOOK_NETWORKS", "")

DATABASES = {
    "default": parse_database_url(os.environ.get("DATABASE_URL", "postgresql://klientura@/klientura"))
}
# Where to listen for news when DATABASE_URL leads to a pooler, which passes no notifications on: the server itself.
LISTEN_URL = os.environ.get("KLIENTURA_LISTEN_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "klientura.kernel.settings",
    "klientura.kernel.objects",
    "klientura.kernel.access",
    "klientura.kernel.tags",
    "klientura.kernel.files",
    "klientura.kernel.store",
    "klientura.kernel.events",
    "klientura.kernel.search",
    "klientura.kernel.schema",
    "klientura.kernel.views",
    "klientura.kernel.webhooks",
    "klientura.kernel.rules",
    "klientura.kernel.jobs",
    "klientura.kernel.transfer",
    "klientura.kernel.merging",
    "klientura.kernel.sharing",
    "klientura.kernel.handover",
    "klientura.kernel.bulk",
    "klientura.kernel.packs",
    "klientura.kernel.automerge",
    "klientura.kernel.territories",
    "klientura.kernel.dedup",
    "klientura.kernel.segments",
    "klientura.kernel.quality",
    "klientura.kernel.comments",
    "klientura.kernel.notify",
    "klientura.kernel.approvals",
    "klientura.kernel.api",
    "klientura.kernel.screens",
    "klientura.modules.administration",
    "klientura.modules.parties",
    "klientura.modules.consents",
    "klientura.modules.activities",
    "klientura.modules.conversations",
    "klientura.modules.catalog",
    "klientura.modules.documents",
    "klientura.modules.sales",
    "klientura.modules.orders",
    "klientura.modules.payments",
    "klientura.modules.planning",
    "klientura.modules.analytics",
    "klientura.connectors.mail",
    "klientura.connectors.dav",
    "allauth",
    "allauth.account",
    "klientura.project",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "klientura.kernel.web.errors.ErrorMiddleware",
    "klientura.kernel.web.guard.InputGuardMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "klientura.kernel.web.sizes.SizeMiddleware",  # before the check of forms, which reads bodies
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "klientura.kernel.web.gate.GateMiddleware",
]

ROOT_URLCONF = "klientura.project.urls"
WSGI_APPLICATION = "klientura.project.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja2",
        "DIRS": [
            PACKAGE / "kernel" / "ui" / "templates",
            *sorted(PACKAGE.glob("*/*/web/templates")),
            PACKAGE / "kernel" / "screens" / "templates",
            PACKAGE / "project" / "firstrun" / "templates",
        ],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "klientura.kernel.ui.jinja.environment", "auto_reload": False},
    },
    {
        # Only for what libraries bring; none of our pages uses it.
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher"
    if TESTING
    else "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/day"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "klientura.kernel.access.adapter.AccountAdapter"

# Rate limits of sign-in are shared by all web processes, so they live in the database.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kernel_cache"}}

SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "klientura.kernel.web.handlers.csrf_failure"
# The proxy ends HTTPS, redirects to it, and says by this header that the browser came that way.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'self'"],
    "img-src": ["'self'", "data:"],
    "object-src": ["'none'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
    "form-action": ["'self'"],
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# Files of records: how large one may be, and the store of their bytes when it is not the data directory.
MOST_FILE_MB = int(os.environ.get("KLIENTURA_MOST_FILE_MB", "50"))
FILE_STORE = os.environ.get("KLIENTURA_FILE_STORE", "")

LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", _("Russian")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Moscow"
LOCALE_PATHS = [
    *sorted(PACKAGE.glob("kernel/*/locale")),
    PACKAGE / "kernel" / "locale",
    PACKAGE / "project" / "locale",
]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
