"""Every setting, driven by the environment; `docs/settings.md` lists them for operators.

Embedded by default: SQLite, Celery over files, media on disk, all under FREEAI_HOME.
Production is the same code with other variables (DESIGN §11).
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import dj_database_url

from freeai import env

BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Path(env.text("FREEAI_HOME", str(BASE_DIR / "var"))).resolve()

DEBUG = env.flag("FREEAI_DEBUG", default=False)
SECRET_KEY = env.secret("FREEAI_SECRET_KEY", kept_in=HOME / "secrets" / "django")
ALLOWED_HOSTS = env.words("FREEAI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.words("FREEAI_TRUSTED_ORIGINS", "")
SUPPORT_EMAIL = env.text("FREEAI_SUPPORT_EMAIL", "")
METRICS_TOKEN = env.text("FREEAI_METRICS_TOKEN", "")

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "freeai.apps.FreeAIConfig",
    "accounts",
    "billing",
    "editor",
]

MIDDLEWARE = [
    "freeai.common.programs.Programs",
    "django.middleware.security.SecurityMiddleware",
    "freeai.common.static.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "freeai.urls"
ASGI_APPLICATION = "freeai.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,  # the pages of allauth that we only dress, not rewrite
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "freeai.pages.site",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------------------

DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(env.text("DATABASE_URL", f"sqlite:///{HOME / 'freeai.sqlite3'}"))
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # A transaction takes the write lock when it begins: one that starts by reading can
        # then never be refused half-way ("database is locked").
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # In WAL mode NORMAL survives kill -9; only a power cut may lose the last commits.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # The ledger's statements keep their plans on a connection that lasts. Others are sent as text.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("prepare_threshold", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

MEDIA_ROOT = HOME / "media"
STORAGES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        # Names come from row ids, so a second write of the same name is the same picture again.
        "OPTIONS": {"location": MEDIA_ROOT, "allow_overwrite": True},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

S3_BUCKET = env.text("FREEAI_S3_BUCKET", "")
if S3_BUCKET:
    # Who we are there is told by boto's own variables (AWS_ACCESS_KEY_ID, …) or by the machine's role.
    STORAGES["default"] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": S3_BUCKET,
            "endpoint_url": env.text("FREEAI_S3_ENDPOINT_URL", "") or None,
            "region_name": env.text("FREEAI_S3_REGION", "") or None,
            "location": env.text("FREEAI_S3_PREFIX", ""),
            "file_overwrite": True,
            "default_acl": None,
        },
    }

# --- Web --------------------------------------------------------------------------------

HOST = env.text("HOST", "127.0.0.1")
PORT = env.integer("PORT", 8000, least=1)
REQUEST_BYTES_MAX = env.integer("FREEAI_REQUEST_BYTES_MAX", 12 * 1024 * 1024, least=1)
# One picture stays in memory: spilling it to a temporary file first costs a quarter of the
# upload rate (measured: 0.68 to 0.77 of in-memory).
FILE_UPLOAD_MAX_MEMORY_SIZE = REQUEST_BYTES_MAX
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch"), ("es", "Español"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_NAME = "freeai_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

BEHIND_TLS = env.flag("FREEAI_BEHIND_TLS", default=False)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
# The proxy that ends TLS sends people to https and tells browsers to stay there (deploy/Caddyfile).
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008"] if BEHIND_TLS else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "connect-src": ["'self'"],
        "font-src": ["'self'"],
        "manifest-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Members (accounts by django-allauth) -------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/account/?tab=history"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# Sign-up, sign-in and reset answer the same for an address we know and one we do not.
ACCOUNT_PREVENT_ENUMERATION = True
# Over the library's own limits for sign-in and reset: a slower pace of new accounts from one address.
ACCOUNT_RATE_LIMITS = {"signup": "20/h/ip"}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[FreeAI] "
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if BEHIND_TLS else "http"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "FreeAI"

# Counts of attempts and requests. One web process counts in memory; several share a server.
CACHE_URL = env.text("FREEAI_CACHE_URL", "")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}
    if CACHE_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# --- API (DESIGN §8) --------------------------------------------------------------------

API_URL = env.text("FREEAI_API_URL", "")
API_KEYS_MAX = env.integer("FREEAI_API_KEYS_MAX", 50, least=1)
API_KEY_OVERLAP_HOURS = env.integer("FREEAI_API_KEY_OVERLAP_HOURS", 24)
REQUESTS_PER_MINUTE = env.integer("FREEAI_REQUESTS_PER_MINUTE", 300, least=1)
MCP = env.flag("FREEAI_MCP", default=True)
WAIT_SECONDS = env.integer("FREEAI_WAIT_SECONDS", 280, least=1)
FETCH_SECONDS = env.integer("FREEAI_FETCH_SECONDS", 15, least=1)
# "host:port" names that the guard of outside addresses lets through, over plain http too.
FETCH_TRUSTED = env.words("FREEAI_FETCH_TRUSTED", "")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "editor.api.door.answer_error",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "FreeAI",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["editor.api.schema.only_the_api"],
    "POSTPROCESSING_HOOKS": ["editor.api.schema.with_answers"],
    "SCHEMA_PATH_PREFIX": "/v1",
    # The schema is tested against the answers; its guesses are no business of who deploys.
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}

# --- Owners and retention ---------------------------------------------------------------

OWNER_COOKIE_AGE = timedelta(days=365)
VISITOR_WINDOW = timedelta(hours=env.integer("FREEAI_VISITOR_WINDOW_HOURS", 24, least=1))
MEMBER_WINDOW = timedelta(days=env.integer("FREEAI_MEMBER_WINDOW_DAYS", 7, least=1))
# Reports of shared pictures that one network may send in an hour.
REPORTS_PER_HOUR = env.integer("FREEAI_REPORTS_PER_HOUR", 10, least=1)
PENDING_SOURCE_SECONDS = env.integer("FREEAI_PENDING_SOURCE_SECONDS", 300)
RETENTION_SWEEP_SECONDS = env.integer("FREEAI_RETENTION_SWEEP_SECONDS", 60, least=1)

# --- Provenance (DESIGN §10) ------------------------------------------------------------

# PEM files of what signs results; without them a certificate of our own is made at the first result.
SIGNING_CERTIFICATE = env.text("FREEAI_SIGNING_CERTIFICATE", "")
SIGNING_KEY = env.text("FREEAI_SIGNING_KEY", "")
# A function by dotted path that signs, for keys that never leave their house.
SIGNING_CALLBACK = env.text("FREEAI_SIGNING_CALLBACK", "")
SIGNING_ALGORITHM = env.text("FREEAI_SIGNING_ALGORITHM", "es256")
TIMESTAMP_URL = env.text("FREEAI_TIMESTAMP_URL", "")
INVISIBLE_MARK = env.flag("FREEAI_INVISIBLE_MARK", default=True)
MARK_KEY = env.secret("FREEAI_MARK_KEY", kept_in=HOME / "secrets" / "mark")
VERIFY_PER_MINUTE = env.integer("FREEAI_VERIFY_PER_MINUTE", 20, least=1)

# --- Intake (DESIGN §6) -----------------------------------------------------------------

SOURCE_BYTES_MAX = env.integer("FREEAI_SOURCE_BYTES_MAX", 10 * 1024 * 1024, least=1)
# Base64 makes four bytes of three: a picture and a mask, both of the largest size, and the words.
JSON_BYTES_MAX = env.integer("FREEAI_JSON_BYTES_MAX", 2 * (SOURCE_BYTES_MAX * 4 // 3) + 1024 * 1024, least=1)
SOURCE_PIXELS_MAX = env.integer("FREEAI_SOURCE_PIXELS_MAX", 100_000_000, least=1)
BATCH_FILES_MAX = env.integer("FREEAI_BATCH_FILES_MAX", 500, least=1)
# A batch without script sends its files in one form; Django's own limit is 100.
DATA_UPLOAD_MAX_NUMBER_FILES = BATCH_FILES_MAX
PROMPT_CHARACTERS_MAX = env.integer("FREEAI_PROMPT_CHARACTERS_MAX", 2000, least=1)

# --- Rules (DESIGN §10) -----------------------------------------------------------------

# Whether marks are looked for on pictures; prompts are judged in any case.
MARK_GATE = env.flag("FREEAI_MARK_GATE", default=True)
# The classifier of sexual pictures: off, flag (for the moderators) or refuse.
CONTENT_MODE = env.text("FREEAI_CONTENT_MODE", "flag")
CONTENT_FLAG_PERCENT = env.integer("FREEAI_CONTENT_FLAG_PERCENT", 70)
CONTENT_REFUSE_PERCENT = env.integer("FREEAI_CONTENT_REFUSE_PERCENT", 90)
# How long a picture under appeal is kept, if its owner agrees.
APPEAL_WINDOW = timedelta(days=env.integer("FREEAI_APPEAL_DAYS", 7, least=1))

# --- Tokens and money (DESIGN §5) -------------------------------------------------------

DAILY_TOKENS_MEMBER = env.integer("FREEAI_DAILY_TOKENS_MEMBER", 10_000)
DAILY_TOKENS_VISITOR = env.integer("FREEAI_DAILY_TOKENS_VISITOR", 3_000)
# The visitors of one network (IPv4 /24, IPv6 /56) together use at most this many visitor pools a day.
NETWORK_POOLS_MAX = env.integer("FREEAI_NETWORK_POOLS_MAX", 4, least=1)
# Uploads of one network's visitors per hour: beyond the first number each browser solves a small
# piece of work (0 = never asked), beyond the second they wait.
CHALLENGE_AFTER_UPLOADS = env.integer("FREEAI_CHALLENGE_AFTER_UPLOADS", 0)
VISITOR_UPLOADS_PER_HOUR = env.integer("FREEAI_VISITOR_UPLOADS_PER_HOUR", 1000, least=1)
# How many reverse proxies of ours append to X-Forwarded-For; 0 = the peer is the visitor.
PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = env.integer("FREEAI_PROXIES", 0)
# What can be bought: US cents and tokens, "500:200000" each.
PACKS = env.pairs("FREEAI_PACKS", "500:200000,1000:420000,2000:880000")
REFUND_DAYS = env.integer("FREEAI_REFUND_DAYS", 30)

STRIPE_SECRET_KEY = env.text("FREEAI_STRIPE_SECRET_KEY", "")
STRIPE_WEBHOOK_SECRET = env.text("FREEAI_STRIPE_WEBHOOK_SECRET", "")
STRIPE_API_BASE = env.text("FREEAI_STRIPE_API_BASE", "https://api.stripe.com")
# Where the payment page lives; pages that lead there may send their form to it.
STRIPE_CHECKOUT_ORIGIN = env.text("FREEAI_STRIPE_CHECKOUT_ORIGIN", "https://checkout.stripe.com")

# --- The line (DESIGN §3) ---------------------------------------------------------------

LEASE_SECONDS = env.integer("FREEAI_LEASE_SECONDS", 60, least=1)
ATTEMPTS_MAX = env.integer("FREEAI_ATTEMPTS_MAX", 2, least=1)
SWEEP_SECONDS = env.integer("FREEAI_SWEEP_SECONDS", 1, least=1)
WORKER_BEAT_SECONDS = env.integer("FREEAI_WORKER_BEAT_SECONDS", 2, least=1)
WORKER_SILENT_SECONDS = env.integer("FREEAI_WORKER_SILENT_SECONDS", 15, least=2)
QUEUED_EDITS_MAX = env.integer("FREEAI_QUEUED_EDITS_MAX", 600, least=1)
FAIR_SHARE_SECONDS = env.integer("FREEAI_FAIR_SHARE_SECONDS", 600, least=1)
CLASS_RISE_SECONDS = env.integer("FREEAI_CLASS_RISE_SECONDS", 300, least=1)

# What `make serve` starts a worker for; empty = the first model's engine.
SERVE_ENGINES = env.words("FREEAI_SERVE_ENGINES", "")
# More engines by name: "slug=package.module:Class", comma-separated. Tests add theirs here.
EXTRA_ENGINES = env.words("FREEAI_EXTRA_ENGINES", "")
CATALOGUE_FILE = env.text("FREEAI_CATALOGUE_FILE", "")

# What engines are loaded with. The registry hands it over: no engine reads settings.
ENGINE_OPTIONS: dict[str, dict[str, Any]] = {
    "step1x-edit": {
        "weights": env.text("FREEAI_STEP1X_WEIGHTS", ""),
        "device": env.text("FREEAI_STEP1X_DEVICE", "cuda:0"),
        "guidance_device": env.text("FREEAI_STEP1X_GUIDANCE_DEVICE", ""),
        "dtype": env.text("FREEAI_STEP1X_DTYPE", "bfloat16"),
        "memory": env.text("FREEAI_STEP1X_MEMORY", "auto"),
        "weight_format": env.text("FREEAI_STEP1X_WEIGHT_FORMAT", "auto"),
        "compile_blocks": env.flag("FREEAI_STEP1X_COMPILE", default=False),
        "attention_backend": env.text("FREEAI_STEP1X_ATTENTION", ""),
        "first_block_cache": env.integer("FREEAI_STEP1X_FIRST_BLOCK_CACHE_PERCENT", 0) / 100,
        "size_level": env.integer("FREEAI_STEP1X_SIZE_LEVEL", 1024, least=64),
        "thinker_calls_max": env.integer("FREEAI_STEP1X_THINKER_CALLS_MAX", 24),
        "thinker_seconds_max": env.integer("FREEAI_STEP1X_THINKER_SECONDS_MAX", 60),
        "thinker_tokens_max": env.integer("FREEAI_STEP1X_THINKER_TOKENS_MAX", 512, least=16),
        "prompts_file": env.text("FREEAI_STEP1X_PROMPTS_FILE", ""),
    }
}

CELERY_BROKER_URL = env.text("FREEAI_BROKER_URL", "filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
if CELERY_BROKER_URL == "filesystem://":
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(HOME / "broker" / "bells"),
        "data_folder_out": str(HOME / "broker" / "bells"),
        "control_folder": str(HOME / "broker" / "control"),
        "store_processed": False,
        # kombu's default of one second makes every edit wait; at 20 ms it is 10 ms on average.
        "polling_interval": 0.02,
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# --- Mail, logs -------------------------------------------------------------------------

EMAIL_BACKEND = env.text("FREEAI_EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST = env.text("FREEAI_EMAIL_HOST", "localhost")
EMAIL_PORT = env.integer("FREEAI_EMAIL_PORT", 25, least=1)
EMAIL_HOST_USER = env.text("FREEAI_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("FREEAI_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("FREEAI_EMAIL_TLS", default=False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("FREEAI_EMAIL_FROM", SUPPORT_EMAIL or "freeai@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"event": {"()": "freeai.common.logging.EventFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "event"}},
    "root": {"handlers": ["stderr"], "level": env.text("FREEAI_LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "celery": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # It warns that a broker made of files has no host name.
        "kombu.connection": {"level": "ERROR"},
        # It writes addresses and messages of the provider's, which may quote what was sent.
        "stripe": {"level": "ERROR"},
        # The agents' SDK may quote what it was sent.
        "mcp": {"level": "ERROR"},
        "uvicorn.access": {"level": "WARNING"},
    },
}
