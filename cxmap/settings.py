"""All settings. Everything that differs between two machines comes from the environment (see README, Configuration)."""

import hashlib
import importlib.util
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from cxmap import local
from cxmap.env import database_from_url, env_bool, env_int, env_list, env_networks, env_required, env_str

BASE_DIR = Path(__file__).resolve().parent.parent

# Local mode: no DATABASE_URL, so the embedded servers, loopback only, secrets made in var/.
LOCAL = local.is_local()
TESTING = env_bool("CXMAP_TESTING", default=False)
DEBUG = env_bool("CXMAP_DEBUG", default=False)

if LOCAL:
    servers = local.config()
    VAR_DIR = servers.var
    SECRET_KEY = servers.secret_key
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
    database_url, owner_url = servers.database_url, servers.owner_url
    REDIS_URL, REDIS_PREFIX = servers.redis_url, servers.redis_prefix
else:
    VAR_DIR = Path(env_str("CXMAP_VAR", str(BASE_DIR / "var")))
    SECRET_KEY = env_required("SECRET_KEY", why="a long random text that signs sessions and links; keep it secret.")
    ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
    database_url = env_required("DATABASE_URL", why="the address of the PostgreSQL database.")
    owner_url = env_str("DATABASE_OWNER_URL", database_url)
    REDIS_URL = env_required("REDIS_URL", why="the address of the Redis or Valkey server, redis://host:6379/0.")
    REDIS_PREFIX = env_str("REDIS_PREFIX", "cxmap:")
    if not ALLOWED_HOSTS:
        raise ImproperlyConfigured("Set ALLOWED_HOSTS: the host names people type, separated by commas.")
    if not TESTING:
        if len(SECRET_KEY) < 32:
            raise ImproperlyConfigured("SECRET_KEY is shorter than 32 characters; make a longer random one.")
        if len(set(SECRET_KEY)) < 8 or SECRET_KEY.startswith("django-insecure-"):
            raise ImproperlyConfigured("SECRET_KEY can be guessed; make a random one: docker/make_env.sh prints one.")
        if "*" in ALLOWED_HOSTS:
            raise ImproperlyConfigured("ALLOWED_HOSTS may not be *: name the hosts that people type.")
        if DEBUG:
            raise ImproperlyConfigured("CXMAP_DEBUG shows secrets to visitors; it works in local mode only.")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "cxmap.workspaces",
    "cxmap.history",
    "cxmap.outbox",
    "cxmap.search",
    "personas",
    "touchpoints",
    "journeys",
    "kpis",
    "sources",
    "improvements",
    "alerts",
    "dashboards",
    "workshops",
    "cxmap",
]

MIDDLEWARE = [
    "cxmap.middleware.SecurityHeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "cxmap.middleware.PersonalLanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "cxmap.urls"
ASGI_APPLICATION = "cxmap.asgi.application"

TEMPLATES = [
    {
        # Only the board of the map, whose 1,500 cards cost Django's own templates too much (docs/decisions/0003).
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "NAME": "jinja",
        "DIRS": [BASE_DIR / "templates" / "jinja"],
        "OPTIONS": {"environment": "cxmap.jinja.environment"},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cxmap.context.product",
                "alerts.context.unread",
            ],
            "builtins": ["cxmap.templatetags.cxmap"],
        },
    },
]

DATABASES = {
    "default": {
        **database_from_url(owner_url if os.environ.get("CXMAP_DATABASE_ROLE") == "owner" or TESTING else database_url),
        "CONN_MAX_AGE": env_int("DATABASE_CONNECTION_SECONDS", default=600),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10, "application_name": "cxmap"},
        # TEST only: the plugin gives every run its own database name.
        "TEST": {"NAME": env_str("CXMAP_TEST_DATABASE") or None},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": f"{REDIS_PREFIX}cache",
        "TIMEOUT": 3600,  # seconds
    }
}

# Browsers share cookies between ports of one host: two clones side by side need two names.
_instance = hashlib.sha256(SECRET_KEY.encode()).hexdigest()[:8]
SESSION_COOKIE_NAME = f"cxmap_session_{_instance}"
CSRF_COOKIE_NAME = f"cxmap_csrf_{_instance}"
LANGUAGE_COOKIE_NAME = "cxmap_language"
SESSION_COOKIE_SAMESITE = "Lax"
HTTPS = env_bool("HTTPS", default=not LOCAL and not TESTING)
if not (HTTPS or LOCAL or TESTING) and not set(ALLOWED_HOSTS) <= {"127.0.0.1", "localhost", "[::1]"}:
    raise ImproperlyConfigured(
        "HTTPS=0 sends passwords unencrypted; it works for 127.0.0.1 and localhost only. "
        "Behind a proxy that ends HTTPS, leave it on and set BEHIND_PROXY=1."
    )
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = env_int("HSTS_SECONDS", default=31536000 if HTTPS else 0)
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if env_bool("BEHIND_PROXY", default=False):
    # Only when the proxy always sets this header itself: otherwise a visitor could claim to be on HTTPS.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
TRUSTED_PROXIES = env_networks("TRUSTED_PROXIES")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
if any("*" in origin or "://" not in origin for origin in CSRF_TRUSTED_ORIGINS):
    raise ImproperlyConfigured(
        "CSRF_TRUSTED_ORIGINS names origins one by one, such as https://cx.example.org, without *."
    )
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "cxmap.views.csrf_failure"

# People
AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "start"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional" if LOCAL or TESTING else env_str("EMAIL_VERIFICATION", "mandatory")
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_ADAPTER = "cxmap.workspaces.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "cxmap.workspaces.forms.SignupForm"}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
if TESTING:
    # Hashing a password for every test user costs more than the tests themselves.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEMO_EMAIL = "demo@cxmap.local"
DEMO_SLUG = "demo"
# The demo's one-click sign-in exists locally only: on a server it would be an open door.
DEMO_SIGN_IN = LOCAL or TESTING

# Where people reach this installation: mails and webhooks link to it.
_scheme = "https" if HTTPS else "http"
_host = f"127.0.0.1:{env_int('PORT', default=8000)}" if LOCAL else ALLOWED_HOSTS[0].lstrip(".")
PUBLIC_URL = (env_str("PUBLIC_URL") or f"{_scheme}://{_host}").rstrip("/")

# Mail: until an SMTP host is given, files in var/mail in local mode, the log of the process on servers.
EMAIL_HOST = env_str("EMAIL_HOST")
EMAIL_PORT = env_int("EMAIL_PORT", default=587)
EMAIL_HOST_USER = env_str("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env_str("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_bool("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = 15  # seconds
EMAIL_FILE_PATH = VAR_DIR / "mail"
_mailer = "smtp" if EMAIL_HOST else "filebased" if LOCAL else "console"
EMAIL_BACKEND = f"django.core.mail.backends.{_mailer}.EmailBackend"
DEFAULT_FROM_EMAIL = env_str("DEFAULT_FROM_EMAIL") or "cxmap <cxmap@localhost>"

# Languages
LANGUAGE_CODE = "en"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
# Plotly's bundled script comes from its package; finding it does not import it.
_plotly = importlib.util.find_spec("plotly")
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("plotly", Path(_plotly.origin or "").parent / "package_data"),  # type: ignore[union-attr]
]
MEDIA_ROOT = VAR_DIR / "uploads"
# In local mode and in tests the files are served from where they are: no collectstatic step that one could forget.
WHITENOISE_USE_FINDERS = LOCAL or TESTING
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL or TESTING
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
UPLOAD_BYTES_MAX = env_int("UPLOAD_MEGABYTES_MAX", default=512) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024  # bytes: a batch of 10,000 observations is about 2 MB
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20000  # a mapping of many pages to touchpoints is one long form

# Webhooks: hosts that may be called though their addresses are private or loopback. In local mode loopback is allowed.
WEBHOOK_PRIVATE_HOSTS = env_list("WEBHOOK_PRIVATE_HOSTS")

# Celery
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": f"{REDIS_PREFIX}celery:",
    # Longer than the longest time limit, or the broker hands a running task to a second worker.
    "visibility_timeout": 4000,
    "socket_connect_timeout": 2,  # seconds
    "socket_timeout": 30,
}
# A message is only a nudge, which a sweep makes up for: a page never waits for a broker that is away.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 3600  # seconds
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {"sources.*": {"queue": "ingest"}, "kpis.*": {"queue": "rollup"}}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "every-10-seconds-drain-outbox": {"task": "outbox.sweep", "schedule": 10.0},
    "every-10-seconds-roll-up-dirty-buckets": {"task": "kpis.rollups_sweep", "schedule": 10.0},
    "every-30-seconds-resume-exports": {"task": "journeys.files_sweep", "schedule": 30.0},
    "hourly-tell-of-reviews-due": {"task": "journeys.reviews_sweep", "schedule": 3600.0},
    "every-5-minutes-send-dashboards": {"task": "dashboards.schedules_sweep", "schedule": 300.0},
    "every-30-seconds-resume-imports": {"task": "sources.imports_sweep", "schedule": 30.0},
    "every-minute-follow-time-zones": {"task": "kpis.time_zones_sweep", "schedule": 60.0},
    "every-6-hours-drop-old-observations": {"task": "kpis.retention_sweep", "schedule": 21600.0},
    "every-6-hours-erase-names-of-workshops": {"task": "workshops.names_sweep", "schedule": 21600.0},
    "hourly-evaluate-states": {"task": "kpis.states_sweep", "schedule": 3600.0},
}

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["cxmap.workspaces.api.WorkspaceTokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["cxmap.workspaces.api.HasWorkspaceRole"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "cxmap.pagination.Pagination",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "URL_FORMAT_OVERRIDE": None,  # `format` is a parameter of the matrix
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "cxmap.api.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "cxmap",
    "VERSION": "1",
    "DESCRIPTION": "Journeys, touchpoints, KPIs and what customers did and said.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "ContentKind": "touchpoints.models.ContentItem.Kind",
        "EvidenceKind": "personas.models.EvidenceKind",
        "PersonaStatus": "personas.models.Status",
        "SectionKind": "personas.models.OWN_SECTION_KINDS",
        "KpiKind": "kpis.models.KpiKind",
        "Party": "touchpoints.models.Party",
        "PointKind": "touchpoints.models.PointKind",
        "Span": "touchpoints.models.Span",
        "KpiState": "kpis.models.State",
        "JourneyKind": "journeys.models.JourneyKind",
        "JourneyStatus": "journeys.models.Status",
        "PainKind": "improvements.models.Pain.Kind",
        "SolutionKind": "improvements.models.Solution.Kind",
        "SolutionStatus": "improvements.models.Solution.Status",
        "AlertKind": "alerts.models.EventKind",
        "FlagStatus": "kpis.models.Flag.Status",
        "ImportStatus": "sources.models.Import.Status",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env_str("LOG_LEVEL", "INFO")},
    "loggers": {"django.server": {"level": "WARNING"}, "uvicorn.access": {"level": "WARNING"}},
}
METRICS_TOKEN = env_str("METRICS_TOKEN")
