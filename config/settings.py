"""Django's settings, all derived from `config.environment`."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.environment import BASE_DIR, read

ENV = read()
DATA: Path = ENV.data
DEMO: bool = ENV.demo
PUBLIC_URL: str = ENV.url
PUBLIC_HOST: str = urlsplit(ENV.url).hostname or ENV.host

SECRET_KEY = ENV.secret_key
DEBUG = ENV.debug
# The supervisor binds one address; behind a proxy the public name arrives as the Host header.
ALLOWED_HOSTS = [PUBLIC_HOST, "localhost", "127.0.0.1", "[::1]", *ENV.hosts]
CSRF_TRUSTED_ORIGINS = [ENV.url] if ENV.secure else []

INSTALLED_APPS = [
    "demo",
    "care",
    "rewards",
    "community",
    "search",
    "notifications",
    "events",
    "accounts",
    "core",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.simple_translation",
    "wagtail.contrib.settings",
    "wagtail.locales",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    # After wagtail.admin: its ready() connects mails that kb disconnects.
    "kb",
    "modelcluster",
    "taggit",
    "django_filters",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    *[f"allauth.socialaccount.providers.{name}" for name in ENV.social],
    "django_q",
    "django_htmx",
    "heroicons",
    "csp",
    "core.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "core.middleware.request_id",
    "core.middleware.dress",
    "core.middleware.Compress",
    "core.middleware.maintenance",
    "core.visitors.pages",
    "core.middleware.client_address",
    "core.middleware.speculation_rules",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "core.middleware.body_limit",
    "django.middleware.common.CommonMiddleware",
    "core.csrf.visitors_forms",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.viewer",
    "accounts.middleware.reader",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "core.middleware.refusals",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context.site",
                "core.csrf.token",
            ],
            "builtins": ["core.templatetags.core_tags"],
        },
    }
]

# -- data ---------------------------------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {"default": environ.Env.db_url_config(ENV.database_url)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        # A write transaction takes its lock at once: there is no other row lock on SQLite.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA mmap_size=134217728; "
            "PRAGMA cache_size=-32000; PRAGMA temp_store=MEMORY; PRAGMA recursive_triggers=ON;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0
    if ENV.part == "web":
        # A connection for each thread. The worker forks, and a pool does not survive that.
        DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 1, "max_size": 8}}
    elif ENV.part:
        DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES: dict[str, dict[str, Any]]
if ENV.redis_url:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url}}
else:
    # One web process serves the default installation, so its own memory is shared by all requests.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 20_000},
        }
    }

# -- people -------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "accounts.adapter.SocialAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "accounts.forms.SignupExtra"
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if ENV.secure else "http"
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# One address a person: changing it keeps the old one until the new one is confirmed.
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "login": "accounts.signin.Login",
    "signup": "accounts.signin.Signup",
    "add_email": "accounts.signin.AddEmail",
    "change_password": "accounts.signin.ChangePassword",
    "set_password": "accounts.signin.SetPassword",
    "reset_password": "accounts.signin.ResetPassword",
    "reset_password_from_key": "accounts.signin.ResetPasswordKey",
    "reauthenticate": "accounts.signin.Reauthenticate",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_PASSKEY_SIGNUP_ENABLED = False
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENV.secure
MFA_ADAPTER = "accounts.adapter.MFAAdapter"
MFA_FORMS = {
    "activate_totp": "accounts.signin.AddApp",
    "add_webauthn": "accounts.signin.AddPasskey",
    "login_webauthn": "accounts.signin.LoginPasskey",
    "authenticate_webauthn": "accounts.signin.AuthenticatePasskey",
    "reauthenticate_webauthn": "accounts.signin.ReauthenticatePasskey",
}
SOCIALACCOUNT_PROVIDERS = {
    name: {
        "APPS": [
            {
                "client_id": given["client_id"],
                "secret": given["secret"],
                **({"provider_id": "sso", "name": given["name"] or "SSO"} if name == "openid_connect" else {}),
                **({"settings": {"server_url": given["server_url"]}} if given["server_url"] else {}),
            }
        ]
    }
    for name, given in ENV.social.items()
}
SOCIALACCOUNT_ONLY = False
# Everybody agrees to the terms, whatever they sign in with.
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_FORMS = {"signup": "accounts.signin.SocialSignup"}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False

# -- languages and time -------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAIL_I18N_ENABLED = True
FORMAT_MODULE_PATH = ["core.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_COOKIE_SAMESITE = "Lax"

# -- pages and files ----------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA / "media"
MEDIA_URL = "/media/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

WAGTAIL_SITE_NAME = "Entraide"
WAGTAILADMIN_BASE_URL = ENV.url
WAGTAIL_USAGE_COUNT_ENABLED = False
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
WAGTAILADMIN_LOGIN_URL = "cms_sign_in"
# Comments in the editor send mail while the page is being saved; reviewers write in the review instead.
WAGTAILADMIN_COMMENTS_ENABLED = False
WAGTAIL_FINISH_WORKFLOW_ACTION = "kb.workflow.publish_reviewed"
WAGTAILEMBEDS_FINDERS: list[dict[str, str]] = []
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "wagtail.search.backends.database"}}
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024

# -- mail ---------------------------------------------------------------------------------------

if ENV.email_url:
    vars().update(environ.Env.email_url_config(ENV.email_url))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA / "mail"
# Sign-up and the like send theirs while somebody waits: a mail server that says nothing holds them no longer (seconds).
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENV.email_from
SERVER_EMAIL = ENV.email_from

# -- background work ----------------------------------------------------------------------------

Q_CLUSTER: dict[str, Any] = {
    "name": "entraide",
    "orm": "default",
    "workers": 1,
    "timeout": 300,
    # `retry` exceeds every timeout, or a running task would be handed out twice.
    "retry": 360,
    "poll": 0.5,
    "bulk": 1,
    "max_attempts": 0,
    "save_limit": 250,
    "ack_failures": True,
    "catch_up": False,
    "label": "Background work",
}
SEARCH_INDEX_DIR = DATA / "index"
# How often a process writes down what was searched, in seconds; 0: only when it is told to.
SEARCH_COUNTS_EVERY = 10
ELASTICSEARCH_URL = ENV.elasticsearch_url
ELASTICSEARCH_API_KEY = ENV.elasticsearch_api_key
ELASTICSEARCH_CA = ENV.elasticsearch_ca
ELASTICSEARCH_INDEX = ENV.elasticsearch_index
SEARCH_ENCODER = ENV.search_encoder
SEARCH_ENCODER_LANGUAGES = ENV.search_encoder_languages
SEARCH_VECTORS = ENV.search_vectors

# -- safe by default ----------------------------------------------------------------------------

# Kept in the database, read from the cache. Several web processes share one by REDIS_URL; without it there is one.
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENV.secure
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "core.views.csrf_failure"
SECURE_SSL_REDIRECT = ENV.secure
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if ENV.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = ENV.secure
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENV.secure else None
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/cms/", "/admin/"),
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        # Browsers hold redirects after a form to this too: the way to an outside sign-in starts with one.
        "form-action": [SELF, *ENV.sign_in_origins],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "core.logs.RequestId"}},
    "formatters": {
        "line": {"()": "core.logs.Line", "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.server": {"handlers": ["console"], "propagate": False},
        "django.db.backends": {"level": "WARNING"},
        "PIL": {"level": "WARNING"},
        # Each request to a cluster; what goes wrong is said by search.
        "elastic_transport": {"level": "ERROR"},
        # Wagtail's own lines for each page saved name its title, and its small tasks say nothing else.
        "django_tasks": {"level": "WARNING"},
        "wagtail": {"level": "WARNING"},
        # Its own loggers say every message; what goes wrong is said by core.tasks.
        "django-q": {"level": "WARNING"},
        # Tells of each letter that it puts into a PDF.
        "fontTools": {"level": "WARNING"},
    },
}

# The settings that belong to the product rather than to Django.
ENTRAIDE: dict[str, Any] = {
    # Proxies before the web server whose word on who asks is believed; 0: nobody's.
    "PROXIES": ENV.proxies,
    # Versions of what people agree to at sign-up; change one when its text changes.
    "TERMS_VERSION": "2026-11-01",
    "LICENCE_VERSION": "CC-BY-SA-4.0",
    "LICENCE_URL": "https://creativecommons.org/licenses/by-sa/4.0/",
    # The most that finished pages for visitors may take of a web process's memory, in bytes; 0 keeps none.
    "VISITORS_PAGES_BYTES": 64 * 1024 * 1024,
    # The same for pages that all who are signed in share but for a few words.
    "FRAMES_BYTES": 64 * 1024 * 1024,
    # The same for the posts of threads, which all frames of a thread and everybody's own pages are made of.
    "PARTS_BYTES": 64 * 1024 * 1024,
    # A thread whose asker stays silent this many days after an answer is closed unconfirmed.
    "SILENT_DAYS": 14,
    # The day on which the ledger books something is a day here.
    "OPERATOR_TIME_ZONE": "Europe/Paris",
    # Month and day on which a tax year begins, for members' statements: "04-06" in the United Kingdom.
    "TAX_YEAR_BEGINS": "01-01",
    # The most that one request may send: a picture with the form around it.
    "BODY_MAX_BYTES": 12 * 1024 * 1024,
    # Pictures in posts, in bytes and pixels.
    "IMAGE_MAX_BYTES": 10 * 1024 * 1024,
    "IMAGE_MAX_PIXELS": 40_000_000,
    # Hosts that server-side requests may reach although their address is private (an own sign-in server or billing).
    "PRIVATE_HOSTS_ALLOWED": [
        urlsplit(url).hostname
        for url in (
            *(given["server_url"] for given in ENV.social.values()),
            *(given["url"] for given in ENV.payouts.values()),
        )
        if url
    ],
    # Whoever pays members, and how they are reached.
    "PAYOUTS": ENV.payouts,
}
