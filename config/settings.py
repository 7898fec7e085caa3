"""One settings file; environments differ by variables (see docs/operating.md)."""

from __future__ import annotations

import tomllib

from csp.constants import NONE, SELF

from config import broker, env, logging
from config.schedule import BEAT_SCHEDULE
from vendors.facts import FactTopic

BASE_DIR = env.ROOT
VERSION = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]
DEBUG = False
SECRET_KEY = env.key_text("ROLLCALL_SECRET_KEY", "secret_key")
SECRET_KEY_FALLBACKS = env.names("ROLLCALL_SECRET_KEY_FALLBACKS")
SEALING_KEYS = env.sealing_keys()
HTTPS = env.flag("ROLLCALL_HTTPS")
TRUSTED_PROXIES = env.number("ROLLCALL_TRUSTED_PROXIES", 0)
ALLOWED_HOSTS = env.names("ROLLCALL_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = env.names("ROLLCALL_ORIGINS")

INSTALLED_APPS = [
    "devices",
    "installers",
    "patching",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "csp",
]
MIDDLEWARE = [
    "config.middleware.ClientAddressMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "devices.web.dialogs.DialogMiddleware",
    "devices.users.locale.ProfileLocaleMiddleware",
    "config.sessions.SessionAgeMiddleware",
    "config.middleware.SignInMiddleware",
    "config.middleware.PrivateMiddleware",
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
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "devices.web.context_processors.navigation",
            ],
            "libraries": {"i18n": "devices.templatetags.i18n"},
            "builtins": ["devices.templatetags.ui", "devices.templatetags.cached", "devices.templatetags.translated"],
        },
    }
]

STATEMENT_TIMEOUT_MS = env.number("ROLLCALL_STATEMENT_TIMEOUT_MS", 10_000)  # 0: none
DATABASES = {"default": env.database(env.service_url("DATABASE_URL"))}
# Migrations and pruning of the audit log use the owner's role, everything else the application's (devices/db/roles.py).
APPLICATION_ROLE = DATABASES["default"]["USER"]
OWNER_DATABASE = env.database(url) if (url := env.owner_database_url()) else None
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
# prepare_threshold None: server-prepared plans of a search can be hundreds of times slower than fresh ones.
DATABASES["default"]["OPTIONS"] |= {
    "prepare_threshold": None,
    # Disks have no arms any more: the default makes PostgreSQL read a whole table where a few hundred rows are wanted.
    # A request may wait for a lock behind another one in its process, and both end within five seconds.
    "options": f"-c random_page_cost=1.1 -c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout=1500"
    " -c idle_in_transaction_session_timeout=60000",
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.service_url("REDIS_URL")
BROKER = broker.broker_settings(REDIS_URL)
# How long a web request waits for one answer of Valkey (devices/db/redis_client.py). Workers wait longer.
BROKER_TIMEOUT_SECONDS = env.number("ROLLCALL_BROKER_TIMEOUT_MS", 200, low=1) / 1000

AUTH_USER_MODEL = "devices.User"
AUTHENTICATION_BACKENDS = ["devices.users.backend.RollcallBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "devices.users.signals.AccountAdapter"
ACCOUNT_FORMS = {"login": "devices.users.forms.LoginForm", "change_password": "devices.users.forms.ChangePasswordForm"}  # nosec B105 # names of classes
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = False  # they sleep, and a stranger can block a name with them: devices/users/sign_in_limits.py is instead of them
# How long a reauthentication allows to reveal links, to change accounts and to apply disappearances.
REAUTHENTICATION_SECONDS = ACCOUNT_REAUTHENTICATION_TIMEOUT = env.number("ROLLCALL_REAUTHENTICATION_MINUTES", 15, low=1) * 60
MFA_FORMS = {"authenticate": "devices.users.forms.AuthenticateForm", "reauthenticate": "devices.users.forms.ReauthenticateForm"}
MFA_ADAPTER = "devices.users.second_factors.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
CACHES = {"default": {"BACKEND": "devices.web.cache.RateLimitCache"}}

SESSION_ENGINE = "devices.users.session_store"
SESSION_COOKIE_AGE = 12 * 3600  # seconds, from signing in, whatever is done meanwhile
SESSION_IDLE_SECONDS = env.number("ROLLCALL_IDLE_MINUTES", 30, low=1) * 60
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-sid" if HTTPS else "rollcall_sid"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "rollcall_csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked by load balancers inside, without TLS
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if env.flag("ROLLCALL_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# "no-referrer" would make browsers send `Origin: null` with every form, which the CSRF check refuses. Other sites get nothing either way.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# The tag library i18n of Django is replaced on purpose (TEMPLATES).
SILENCED_SYSTEM_CHECKS = ["templates.W003"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 2**20
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
USE_TZ = USE_I18N = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "static_root"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Hosts on private or loopback addresses that vendor calls may reach: on-prem consoles and, locally, the simulators.
PRIVATE_HOSTS = env.names("ROLLCALL_PRIVATE_HOSTS")
VENDOR_DEADLINE_SECONDS = env.number("ROLLCALL_VENDOR_DEADLINE_SECONDS", 30, low=1)
GONE_AFTER_SECONDS = env.number("ROLLCALL_GONE_AFTER_SECONDS", 24 * 3600)
# Topics of facts that users see who may not read raw data.
HELPDESK_FACTS = env.chosen("ROLLCALL_HELPDESK_FACTS", [topic.value for topic in FactTopic])
# The timeline of a device forgets what is older; notes are never deleted.
KEEP_CHANGES_DAYS = env.number("ROLLCALL_KEEP_CHANGES_DAYS", 400, low=1)
# Attempts to patch are remembered so long, although vendors forget them after days.
KEEP_ATTEMPTS_DAYS = env.number("ROLLCALL_KEEP_ATTEMPTS_DAYS", 400, low=1)
# A serial, MAC or hostname that stands on more machines than this joins nothing any more.
COMMON_KEY_DEVICES = env.number("ROLLCALL_COMMON_KEY_DEVICES", 3, low=1)
# How long an order of which nobody knows what became of it is looked for: a vendor's time-out and the life of its cached answers.
INSTALLER_SETTLE_SECONDS = env.number("ROLLCALL_INSTALLER_SETTLE_SECONDS", 780, low=1)
# How long a short link to an installer lives unless a person says otherwise, and never longer than the installer.
HANDOUT_DAYS = env.number("ROLLCALL_HANDOUT_DAYS", 7, low=1)
LEASE_SECONDS = env.number("ROLLCALL_LEASE_SECONDS", 45, low=1)
CELERY_APP = "config.celery.app"  # sends the wake-ups of users' requests (devices/jobs/wake_ups.py)
# Finished syncs, of devices and of patches, and ended deliveries of installers are kept so long.
KEEP_SYNCS_DAYS = env.number("ROLLCALL_KEEP_SYNCS_DAYS", 90, low=1)
KEEP_HANDOUTS_DAYS = env.number("ROLLCALL_KEEP_HANDOUTS_DAYS", 400, low=1)
# Syncs pause while a disk of these folders has less than this percentage free; 0: never (devices/db/free_space.py).
MIN_FREE_PERCENT = env.number("ROLLCALL_MIN_FREE_PERCENT", 10)
DATA_FOLDERS = env.names("ROLLCALL_DATA_FOLDERS") or [str(env.HOME)]
CELERY_BEAT_SCHEDULE = BEAT_SCHEDULE
LOGGING = logging.LOGGING
