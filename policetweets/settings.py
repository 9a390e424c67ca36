"""Settings, all from the environment; docs/settings.md says what each variable is for.

A variable NAME may also be given as NAME_FILE, the path of a file that holds it (secrets of
containers). Nothing insecure is a default: without POLICETWEETS_ENV this is production.
"""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env
from kombu import Exchange, Queue

from policetweets.durations import DURATIONS as DEFAULT_DURATIONS
from policetweets.mail_url import parse_mail_url

BASE_DIR = Path(__file__).resolve().parent.parent
LOCAL_DIR = BASE_DIR / ".local"

for _name in [n for n in os.environ if n.endswith("_FILE")]:
    _target = _name.removesuffix("_FILE")
    if _target not in os.environ and _target in {
        "SECRET_KEY",
        "DATABASE_URL",
        "DATABASE_APP_URL",
        "REDIS_URL",
        "X_API_KEY",
        "X_API_SECRET",
        "X_TOKEN_KEYS",
        "MEDIA_S3_SECRET",
        "EMAIL_URL",
        "METRICS_TOKEN",
        "NOTICE_KEYS",
        "VAPID_PRIVATE_KEY",
    }:
        os.environ[_target] = Path(os.environ[_name]).read_text(encoding="utf-8").strip()

env = Env()

POLICETWEETS_ENV = env.str("POLICETWEETS_ENV", "production")
if POLICETWEETS_ENV not in ("demo", "production"):
    raise ImproperlyConfigured("POLICETWEETS_ENV is « demo » or « production ».")
IS_DEMO = POLICETWEETS_ENV == "demo"
DEBUG = False

SECRET_KEY = env.str("SECRET_KEY")
PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "", *env.list("ALLOWED_HOSTS", [])]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "policetweets.signed_out.csrf_failure"

# PostgreSQL is the only engine the code knows, and the queue of record.
DATABASES = {"default": env.dj_db_url("DATABASE_URL", conn_max_age=60, conn_health_checks=True)}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database.")
DATABASES["default"].setdefault("OPTIONS", {})
# A server that went away without a word, in seconds and milliseconds: a thread that waits for it
# would wait for hours.
for _name, _limit in {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}.items():
    DATABASES["default"]["OPTIONS"].setdefault(_name, _limit)
# A process that was stopped, or whose machine died, inside a transaction holds its account's lock,
# and the clock of all departments waits for it. Ours last milliseconds and wait for nobody.
# And « posting » is on disk before the POST leaves, whatever the server's own default: forgotten
# in a crash, it would be sent again.
DATABASES["default"]["OPTIONS"].setdefault(
    "options", "-c idle_in_transaction_session_timeout=30s -c synchronous_commit=on"
)
# Where `migrate` runs as the owner of the tables: the address that web and workers use. Its role is
# made if need be, and gets no more than it needs.
DATABASE_APP_URL = env.str("DATABASE_APP_URL", "")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis wakes and carries workers; nothing lives there.
REDIS_URL = env.str("REDIS_URL")
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1).replace(
    "?db=", "?virtual_host="
)

INSTALLED_APPS = [
    "policetweets.apps.ProjectConfig",
    "accounts.apps.AccountsConfig",
    "approvals.apps.ApprovalsConfig",
    "publishing.apps.PublishingConfig",
    "insights.apps.InsightsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "pgtrigger",
    "widget_tweaks",
    "dsfr",
    "django_htmx",
    "csp",
]

MIDDLEWARE = [
    "policetweets.middleware.RequestLogMiddleware",
    # First what sets headers, so that no refusal goes without them.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "policetweets.middleware.PrivacyMiddleware",
    "policetweets.middleware.LanguageMiddleware",
    "policetweets.middleware.EarlyRefusalMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "policetweets.middleware.CompressionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "policetweets.signed_out.SignedOutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "policetweets.middleware.SentenceMiddleware",
]

ROOT_URLCONF = "policetweets.urls"
WSGI_APPLICATION = "policetweets.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

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
                "policetweets.context.site",
            ],
        },
    },
]

# People
AUTH_USER_MODEL = "accounts.Person"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_RESET_TIMEOUT = int(DEFAULT_DURATIONS.password_link)
# Half the time that PBKDF2 takes, and memory that a thief of hashes has to pay for.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email")},
    },
    {"NAME": "accounts.passwords.NotOneselfValidator"},
    {"NAME": "accounts.passwords.OwnerIsTold"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Language and time
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Paris"

# Files
STATIC_URL = "static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", str(BASE_DIR / "staticfiles")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "policetweets.static_files.PackagesFinder",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": env.str("MEDIA_ROOT", str(LOCAL_DIR / "media"))},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
if MEDIA_BUCKET := env.str("MEDIA_BUCKET", ""):
    from botocore.config import Config

    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": MEDIA_BUCKET,
            # Empty is not set: boto3 then looks where it always does.
            "endpoint_url": env.str("MEDIA_S3_ENDPOINT", "") or None,
            "region_name": env.str("MEDIA_S3_REGION", "") or None,
            "access_key": env.str("MEDIA_S3_KEY", "") or None,
            "secret_key": env.str("MEDIA_S3_SECRET", "") or None,
            # Objects are private: people get them from our own view, which looks at their rights.
            "default_acl": None,
            "client_config": Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=15,
                retries={"max_attempts": 2},
                # Not every S3-compatible server knows the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        },
    }
FILE_UPLOAD_PERMISSIONS = 0o600
# The largest form is a long thread with its descriptions; the middleware keeps others smaller.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
# A thread of 25 messages with four images each has 250 fields and some.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400

# The browser is told to run nothing that we did not serve.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "media-src": ["'self'", "data:"],  # data: for the captions of a video
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# Nothing of the device is needed.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        *("accelerometer", "autoplay", "bluetooth", "camera", "display-capture", "geolocation"),
        *("gyroscope", "hid", "magnetometer", "microphone", "midi", "payment", "serial", "usb"),
        *("browsing-topics", "screen-wake-lock", "xr-spatial-tracking"),
    )
)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
_https = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
BEHIND_PROXY = env.bool("BEHIND_PROXY", False)
# The proxy says what came by https; a machine that asks for health inside does not.
SECURE_SSL_REDIRECT = _https and BEHIND_PROXY
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Mail: « something awaits you », never a text. Without a server none leaves: the demo shows them
# on a page, and no log ever holds a link that sets a password.
_mail = parse_mail_url(env.str("EMAIL_URL", ""))
EMAIL_BACKEND = _mail.backend
EMAIL_HOST, EMAIL_PORT = _mail.host, _mail.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.host_user, _mail.host_password
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.use_tls, _mail.use_ssl
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "policetweets@localhost")

# Notices beside mail. Fernet keys, the first one encrypts, all decrypt: where people are reached.
NOTICE_KEYS: list[str] = env.list("NOTICE_KEYS", [])
# By which push services know us: 32 bytes in base64url.
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", "")
# Where Matrix rooms and webhooks may be; « .example.fr » is any host below it.
NOTICE_HOSTS: list[str] = env.list("NOTICE_HOSTS", [])

# X
X_API_BASE_URL = env.str("X_API_BASE_URL", "https://api.x.com").rstrip("/")
X_SITE_URL = env.str("X_SITE_URL", "https://x.com").rstrip("/")
X_API_KEY = env.str("X_API_KEY", "")
X_API_SECRET = env.str("X_API_SECRET", "")
# Fernet keys, the first one encrypts, all of them decrypt: put a new one in front to rotate.
X_TOKEN_KEYS: list[str] = env.list("X_TOKEN_KEYS", [])
# What followers and metrics of posts may cost in one day: X charges for each that it shows.
OBSERVATION_CALLS_A_DAY = env.int("OBSERVATION_CALLS_A_DAY", 2000)
OBSERVATION_DOLLARS_A_DAY = env.decimal("OBSERVATION_DOLLARS_A_DAY", Decimal(5))

# As the archives know them: who receives a deposit, who makes it, and by which agreement.
ARCHIVAL_AGENCY = env.str("ARCHIVAL_AGENCY", "archives")
TRANSFERRING_AGENCY = env.str("TRANSFERRING_AGENCY", "police-nationale")
ARCHIVAL_AGREEMENT = env.str("ARCHIVAL_AGREEMENT", "policetweets")

# Who may read /metrics; without it, only the machine itself.
METRICS_TOKEN = env.str("METRICS_TOKEN", "")

DURATIONS = DEFAULT_DURATIONS.scaled(env.float("DURATIONS_FACTOR", 1.0))

# Celery: docs/publishing.md says why each of these is so.
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_POOL = "policetweets.pool:TaskPool"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 25
# Nobody who writes into Redis may stop a worker or take its queues away.
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
# The pool's own (policetweets/pool.py). No soft limit: raised inside a POST, it would pass for X's
# silence.
CELERY_TASK_TIME_LIMIT = 900
# Connections to PostgreSQL outlive a task: policetweets.celery looks at them before each.
CELERY_DB_REUSE_MAX = 2**31
CELERY_TASK_DEFAULT_QUEUE = "default"
# Queues rather than priorities: a slow X must not keep the clock or a deletion waiting. A worker
# that is told no queue serves them all.
CELERY_TASK_ROUTES = {
    "publishing.tasks.scan_due": {"queue": "clock"},
    "publishing.tasks.send_account": {"queue": "send"},
    "publishing.tasks.run_retraction": {"queue": "retract"},
    "publishing.tasks.reconcile_account": {"queue": "lookups"},
    "publishing.tasks.probe_account": {"queue": "lookups"},
    "publishing.tasks.probe_all": {"queue": "lookups"},
    "insights.tasks.observe_x": {"queue": "lookups"},
}
CELERY_TASK_QUEUES = [
    Queue(name, Exchange(name), routing_key=name)
    for name in ("retract", "send", "lookups", "clock", "default")
]
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 5,
    "socket_timeout": 30,
    # Who approves while Redis is away does not wait for it: the scan will find the row.
    "max_retries": 1,
    "interval_start": 0.1,
    "interval_max": 0.1,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"

# Touched by a worker while it lives and reaches Redis; containers look at its age.
ALIVE_FILE = env.str("ALIVE_FILE", "")

LOGGING_CONFIG = "policetweets.logs.configure"
LOGGING = {"level": env.str("LOG_LEVEL", "INFO")}
