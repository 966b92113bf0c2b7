"""All settings; the only place that reads the environment."""

import sys
from pathlib import Path

import environ

from district.contract import SPECTACULAR_SETTINGS  # noqa: F401 - a setting
from district.keyrings import key, keyring, named_keys
from district.loggers import logging_in
from district.theme import UNFOLD  # noqa: F401 - a setting

env = environ.Env()

ROOT = Path(__file__).resolve().parent.parent
# The documents that the code writes: openapi.json and errors.md.
GENERATED_DOCS = ROOT / "docs"

# --- Mode -----------------------------------------------------------------------------------
# production is what an unset variable means: forgetting to say so must never weaken anything.
MODE = env.str("DISTRICT_MODE", default="production")
MODES = ("local", "test", "replay", "production")
if MODE not in MODES:
    sys.exit(f"DISTRICT_MODE must be one of {', '.join(MODES)}, not {MODE!r}.")
PRODUCTION = MODE == "production"
REPLAY = MODE == "replay"

DEBUG = False
DATA_DIR = Path(env.str("DISTRICT_DATA_DIR", default=str(ROOT / ".district")))
PUBLIC_URL = env.str("DISTRICT_PUBLIC_URL", default="http://127.0.0.1:8000")
_LOCAL_HOSTS = ["127.0.0.1", "localhost", "[::1]", "testserver"]
ALLOWED_HOSTS = env.list("DISTRICT_HOSTS", default=[] if PRODUCTION else _LOCAL_HOSTS)
TRUSTED_PROXIES = env.int("DISTRICT_TRUSTED_PROXIES", default=0)

# --- Secrets --------------------------------------------------------------------------------
SECRET_KEY = env.str("DISTRICT_SECRET_KEY", default="")
MASTER_KEYS = keyring("DISTRICT_MASTER_KEYS", env.list("DISTRICT_MASTER_KEYS", default=[]))
TOKEN_KEYS = keyring("DISTRICT_TOKEN_KEYS", env.list("DISTRICT_TOKEN_KEYS", default=[]))
PEPPER = key("DISTRICT_PEPPER", env.str("DISTRICT_PEPPER", default=""))

# --- Applications ---------------------------------------------------------------------------
INSTALLED_APPS = [
    "district.kernel.apps.KernelConfig",
    "unfold.apps.BasicAppConfig",  # Basic: the site is ours, not the theme's.
    "unfold.contrib.filters",
    "district.kernel.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "district.calendar.apps.CalendarConfig",
    "district.wechat.apps.WechatConfig",
    "district.members.apps.MembersConfig",
    "district.merchants.apps.MerchantsConfig",
    "district.payments.apps.PaymentsConfig",
    "loyalty.apps.LoyaltyConfig",
    "loyalty.receipt_batches.apps.ReceiptBatchesConfig",
    "loyalty.receipt_photos.apps.ReceiptPhotosConfig",
    "loyalty.business_circle.apps.BusinessCircleConfig",
    "loyalty.settlement.apps.SettlementConfig",
    "coupons.apps.CouponsConfig",
    "coupons.issuing.apps.IssuingConfig",
    "coupons.offline.apps.OfflineConfig",
    "parking.apps.ParkingConfig",
    *("credit.apps.CreditConfig", "credit.charter.apps.CharterConfig"),
    "credit.complaints.apps.ComplaintsConfig",
    "credit.wechat_complaints.apps.WechatComplaintsConfig",
    "district.demo.apps.DemoConfig",
    "district.replay.apps.ReplayConfig",
]

MIDDLEWARE = [
    "district.kernel.http.health.ProbeMiddleware",
    "district.kernel.logs.RequestLogMiddleware",
    "district.kernel.http.api_guard.ProblemMiddleware",
    "district.kernel.http.replay_clock.ReplayClockMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "district.kernel.http.content_security_policy.ContentSecurityPolicyMiddleware",
    "district.kernel.http.browser_only.BrowserSession",
    "django.middleware.common.CommonMiddleware",
    "district.kernel.http.browser_only.BrowserCsrf",
    "district.kernel.http.browser_only.BrowserAuthentication",
    "district.kernel.http.browser_only.BrowserMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "district.urls"
WSGI_APPLICATION = "district.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "district" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database, cache, queue -----------------------------------------------------------------
DATABASE_URL_GIVEN = "DATABASE_URL" in env
DATABASES = {"default": env.db("DATABASE_URL", default="postgres:///smart_district")}
DATABASES["default"] |= {
    "ENGINE": "district.kernel.database",
    # Persistent and checked: a new connection for each request costs seven to nine times the throughput.
    "CONN_MAX_AGE": None,
    "CONN_HEALTH_CHECKS": True,
    # A server whose machine vanished is noticed within seconds; what the URL says wins.
    "OPTIONS": {
        # A statement is parsed and planned once for each connection: a request costs a third of the
        # server's time. Behind PgBouncer this needs its max_prepared_statements (1.21 or newer).
        "server_side_binding": True,
        "prepare_threshold": 2,
        "connect_timeout": 5,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20_000,
    }
    | DATABASES["default"].get("OPTIONS", {}),
}

_cache_url = env.str("DISTRICT_CACHE_URL", default="")
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": _cache_url}
    if _cache_url
    else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "kernel_cache"}
}

CELERY_BROKER_URL = env.str("DISTRICT_BROKER_URL", default="filesystem://")
if CELERY_BROKER_URL.startswith("filesystem://"):
    _queue = str(DATA_DIR / "queue" / "messages")
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": _queue,
        "data_folder_out": _queue,
        "polling_interval": 0.2,
    }
    CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
else:
    # A web server wakes a worker through this: a broker that is down must cost it no more than this.
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0.1,
        "interval_max": 0.1,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
    }
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "Asia/Shanghai"

# --- People ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "members.User"
AUTHENTICATION_BACKENDS = ["district.members.backends.StaffBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_ADAPTER = "district.members.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "district.members.adapters.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False

# --- WeChat ---------------------------------------------------------------------------------
WECHAT_APPID = env.str("DISTRICT_WECHAT_APPID", default="")
WECHAT_SECRET = env.str("DISTRICT_WECHAT_SECRET", default="")
# name.txt:content of the file by which WeChat knows the host of a rule for ordinary links to /c/.
WECHAT_LINK_CHECK = env.str("DISTRICT_WECHAT_LINK_CHECK", default="")
# Message push (消息推送) in safe mode, its EncodingAESKeys newest first; without a token no message is taken.
WECHAT_MESSAGE_TOKEN = env.str("DISTRICT_WECHAT_MESSAGE_TOKEN", default="")
WECHAT_MESSAGE_KEYS = env.list("DISTRICT_WECHAT_MESSAGE_KEYS", default=[])
WECHAT_BASE = env.str("DISTRICT_WECHAT_BASE", default="https://api.weixin.qq.com/")

# --- WeChat Pay: without a merchant there is none ----------------------------------------------
WECHAT_PAY_MCHID = env.str("DISTRICT_WECHAT_PAY_MCHID", default="")
WECHAT_PAY_SERIAL = env.str("DISTRICT_WECHAT_PAY_SERIAL", default="")
WECHAT_PAY_PRIVATE_KEY = key(
    "DISTRICT_WECHAT_PAY_PRIVATE_KEY", env.str("DISTRICT_WECHAT_PAY_PRIVATE_KEY", default="")
)
WECHAT_PAY_API_V3_KEYS = env.list("DISTRICT_WECHAT_PAY_API_V3_KEYS", default=[])
WECHAT_PAY_PUBLIC_KEYS = named_keys(
    "DISTRICT_WECHAT_PAY_PUBLIC_KEYS", env.list("DISTRICT_WECHAT_PAY_PUBLIC_KEYS", default=[])
)
# Whether to fetch WeChat Pay's certificates too, while a merchant changes over to the public key.
WECHAT_PAY_CERTIFICATES = env.bool("DISTRICT_WECHAT_PAY_CERTIFICATES", default=False)
WECHAT_PAY_BASES = env.list(
    "DISTRICT_WECHAT_PAY_BASES",
    default=["https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"],
)

# --- UnionPay QR (云闪付): without a merchant there is none -------------------------------------
UNIONPAY_MERCHANT = env.str("DISTRICT_UNIONPAY_MERCHANT", default="")
UNIONPAY_CERT_ID = env.str("DISTRICT_UNIONPAY_CERT_ID", default="")
UNIONPAY_PRIVATE_KEY = key(
    "DISTRICT_UNIONPAY_PRIVATE_KEY", env.str("DISTRICT_UNIONPAY_PRIVATE_KEY", default="")
)
UNIONPAY_PUBLIC_KEYS = named_keys(
    "DISTRICT_UNIONPAY_PUBLIC_KEYS", env.list("DISTRICT_UNIONPAY_PUBLIC_KEYS", default=[])
)
UNIONPAY_BASE = env.str("DISTRICT_UNIONPAY_BASE", default="https://gateway.95516.com")

# --- Payments, business circle -------------------------------------------------------------------------------
# What one person may refund of a payment alone; above it another one decides.
PAYMENTS_REFUND_LIMIT_FEN = env.int("DISTRICT_PAYMENTS_REFUND_LIMIT_FEN", default=20_000)
# How long a payment of the business circle (智慧商圈) waits for its payer to join or for its store to be known.
BUSINESS_CIRCLE_WAIT_DAYS = env.int("DISTRICT_BUSINESS_CIRCLE_WAIT_DAYS", default=7)

# --- Parking --------------------------------------------------------------------------------
# How many open reservations and how many plates a member has at most.
PARKING_MOST_RESERVATIONS = env.int("DISTRICT_PARKING_MOST_RESERVATIONS", default=3)
PARKING_MOST_VEHICLES = env.int("DISTRICT_PARKING_MOST_VEHICLES", default=5)

# --- API ------------------------------------------------------------------------------------
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_LIMIT = env.int("DISTRICT_BODY_LIMIT", default=1024 * 1024)
BATCH_LIMIT = env.int("DISTRICT_BATCH_LIMIT", default=64 * 1024 * 1024)
# A member's photograph of a bill, and for how many days it is kept once it has been decided on.
PHOTO_LIMIT = env.int("DISTRICT_PHOTO_LIMIT", default=8 * 1024 * 1024)
PHOTO_DAYS = env.int("DISTRICT_PHOTO_DAYS", default=30)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_PARSER_CLASSES": ["district.kernel.http.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "district.kernel.http.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "district.kernel.http.problems.problem_response",
    "UNAUTHENTICATED_USER": None,
    "UNICODE_JSON": True,
    "COMPACT_JSON": True,
    "DATETIME_FORMAT": None,
}

# What may be asked how often: name -> (times, seconds). Money and stock are never guarded here;
# these only slow down guessing and flooding. Real time counts, also in replay mode.
RATE_LIMITS: dict[str, tuple[int, int]] = {}
RATE_LIMITS_OFF = REPLAY

# --- Language and time ----------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
USE_I18N = True
LOCALE_PATHS = [ROOT / "district" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# --- Static files ---------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [ROOT / "district" / "static"]

# --- Safety ---------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
if PUBLIC_URL.startswith("https://"):
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

# --- Logs -----------------------------------------------------------------------------------
LOG_FORMAT = env.str("DISTRICT_LOG_FORMAT", default="json")
LOGGING = logging_in(LOG_FORMAT)

# --- Back office ------------------------------------------------------------------------------
LOGIN_REDIRECT_URL = "admin:index"
