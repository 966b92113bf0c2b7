"""Production refuses every unsafe setting, one by one."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from district.kernel.checks import production_is_safe

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def production(settings):
    """A configuration that production accepts."""
    settings.MODE, settings.PRODUCTION, settings.REPLAY = "production", True, False
    settings.SECRET_KEY = "s" * 50
    settings.MASTER_KEYS = {2: b"b" * 32, 1: b"a" * 32}
    settings.TOKEN_KEYS = {1: b"t" * 32}
    settings.PEPPER = b"p" * 32
    settings.ALLOWED_HOSTS = ["district.example"]
    settings.PUBLIC_URL = "https://district.example"
    settings.WECHAT_APPID, settings.WECHAT_SECRET = "wx0123456789abcdef", "secret"
    settings.WECHAT_BASE = "https://api.weixin.qq.com/"
    settings.WECHAT_MESSAGE_TOKEN, settings.WECHAT_MESSAGE_KEYS = "", []
    settings.WECHAT_PAY_MCHID, settings.WECHAT_PAY_SERIAL = "1900000109", "3775B6A45ACD588826D1"
    settings.WECHAT_PAY_PRIVATE_KEY, settings.WECHAT_PAY_API_V3_KEYS = b"a pem", ["k" * 32]
    settings.WECHAT_PAY_PUBLIC_KEYS = {"PUB_KEY_ID_0114232134912410000000000000": b"a pem"}
    settings.WECHAT_PAY_CERTIFICATES = False
    settings.WECHAT_PAY_BASES = ["https://api.mch.weixin.qq.com/"]
    settings.DEBUG = False
    settings.DATABASE_URL_GIVEN = True
    settings.LOG_FORMAT = "json"
    settings.CELERY_BROKER_URL = "redis://broker/0"
    return settings


def refused() -> list[str]:
    return [error.msg for error in production_is_safe()]


def test_a_safe_configuration_is_accepted(production):
    assert refused() == []


@pytest.mark.parametrize(
    ("name", "value", "named"),
    [
        ("SECRET_KEY", "s" * 49, "DISTRICT_SECRET_KEY"),
        ("MASTER_KEYS", {}, "DISTRICT_MASTER_KEYS"),
        ("MASTER_KEYS", {1: b"a" * 31}, "DISTRICT_MASTER_KEYS"),
        ("MASTER_KEYS", {256: b"a" * 32}, "DISTRICT_MASTER_KEYS"),
        ("TOKEN_KEYS", {}, "DISTRICT_TOKEN_KEYS"),
        ("TOKEN_KEYS", {1: b"t" * 32, 0: b""}, "DISTRICT_TOKEN_KEYS"),
        ("PEPPER", b"", "DISTRICT_PEPPER"),
        ("PEPPER", b"p" * 16, "DISTRICT_PEPPER"),
        ("PEPPER", b"a" * 32, "must differ"),
        ("TOKEN_KEYS", {1: b"b" * 32}, "must differ"),
        ("MASTER_KEYS", {2: b"a" * 32, 1: b"a" * 32}, "must differ"),
        ("ALLOWED_HOSTS", [], "DISTRICT_HOSTS"),
        ("ALLOWED_HOSTS", ["*"], "DISTRICT_HOSTS"),
        ("ALLOWED_HOSTS", ["district.example", "*"], "DISTRICT_HOSTS"),
        ("PUBLIC_URL", "http://district.example", "DISTRICT_PUBLIC_URL"),
        ("WECHAT_APPID", "", "DISTRICT_WECHAT_APPID"),
        ("WECHAT_SECRET", "", "DISTRICT_WECHAT_SECRET"),
        ("WECHAT_BASE", "http://127.0.0.1:8002/", "DISTRICT_WECHAT_BASE"),
        ("WECHAT_BASE", "http://api.weixin.qq.com/", "DISTRICT_WECHAT_BASE"),
        ("WECHAT_BASE", "https://api.weixin.qq.com.evil.example/", "DISTRICT_WECHAT_BASE"),
        ("WECHAT_MESSAGE_TOKEN", "a-token", "MESSAGE_KEYS"),
        ("WECHAT_MESSAGE_KEYS", ["k" * 43], "MESSAGE_KEYS"),
        ("WECHAT_PAY_MCHID", "SANDBOX1900000109", "MCHID is the sandbox's"),
        (
            "WECHAT_PAY_PUBLIC_KEYS",
            {"PUB_KEY_ID_SANDBOX1": b"a pem"},
            "PUBLIC_KEYS holds the sandbox's",
        ),
        ("WECHAT_PAY_PUBLIC_KEYS", {}, "PUBLIC_KEYS or"),
        ("WECHAT_PAY_BASES", ["http://127.0.0.1:8700/"], "PAY_BASES"),
        ("WECHAT_PAY_BASES", ["https://api.mch.weixin.qq.com.evil.example"], "PAY_BASES"),
        ("WECHAT_PAY_BASES", [], "PAY_BASES"),
        ("WECHAT_PAY_SERIAL", "", "PAY_SERIAL"),
        ("WECHAT_PAY_PRIVATE_KEY", b"", "_PRIVATE_KEY"),
        ("WECHAT_PAY_API_V3_KEYS", [], "_API_V3_KEYS"),
        ("DEBUG", True, "DEBUG"),
        ("DATABASE_URL_GIVEN", False, "DATABASE_URL"),
        ("LOG_FORMAT", "text", "DISTRICT_LOG_FORMAT"),
        ("CELERY_BROKER_URL", "filesystem://", "DISTRICT_BROKER_URL"),
    ],
)
def test_each_unsafe_setting_is_refused_by_name(production, name, value, named):
    setattr(production, name, value)

    (text,) = refused()

    assert named in text


def test_production_may_be_without_wechat_pay_or_fetch_its_certificates(production):
    production.WECHAT_PAY_PUBLIC_KEYS, production.WECHAT_PAY_CERTIFICATES = {}, True
    assert refused() == []

    production.WECHAT_PAY_MCHID = production.WECHAT_PAY_SERIAL = ""
    production.WECHAT_PAY_CERTIFICATES = False
    assert refused() == []


def test_a_mode_that_makes_its_own_secrets_cannot_serve_a_public_address(settings):
    for settings.MODE in ("local", "test", "replay"):
        settings.PUBLIC_URL = "http://127.0.0.1:8000"
        assert refused() == []
        settings.PUBLIC_URL = "https://district.example"
        assert refused() == ["A public https address needs DISTRICT_MODE=production"]


def test_the_sentence_never_quotes_a_secret(production):
    production.SECRET_KEY, production.PEPPER = "hunter2", b"hunter3"

    assert "hunter" not in "".join(refused())


KEY = base64.b64encode(b"k" * 32).decode()


def started(code: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """A Python process of our own under a production environment with these changes."""
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DISTRICT_", "DJANGO_", "DATABASE_"))
    }
    env |= {
        "DISTRICT_MODE": "production",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "DISTRICT_SECRET_KEY": "s" * 50,
        "DISTRICT_MASTER_KEYS": f"1:{KEY}",
        "DISTRICT_TOKEN_KEYS": f"1:{base64.b64encode(b't' * 32).decode()}",
        "DISTRICT_PEPPER": base64.b64encode(b"p" * 32).decode(),
        "DISTRICT_HOSTS": "district.example",
        "DISTRICT_PUBLIC_URL": "https://district.example",
        "DISTRICT_BROKER_URL": "redis://127.0.0.1:1/0",
        "DISTRICT_WECHAT_APPID": "wx0123456789abcdef",
        "DISTRICT_WECHAT_SECRET": "secret",
    }
    for name, value in changed.items():
        env.pop(name, None)
        if value is not None:
            env[name] = value
    return subprocess.run(
        [sys.executable, "-c", code],
        check=False,
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )


WEB = "import district.wsgi"
WORKER = "from celery.__main__ import main; import sys; sys.argv[1:] = ['-A', 'district', 'worker', '--pool=solo']; main()"


def test_a_safe_web_server_starts():
    done = started(WEB)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("code", [WEB, WORKER], ids=["web", "worker"])
def test_a_server_or_worker_with_an_unsafe_setting_ends_at_once(code):
    done = started(code, DISTRICT_PEPPER=None)

    assert done.returncode != 0
    assert "Refused to start:\n  district.E004: DISTRICT_PEPPER must hold 32 bytes" in done.stderr


def test_without_a_secret_key_nothing_starts():
    done = started(WEB, DISTRICT_SECRET_KEY=None)

    assert done.returncode != 0
    assert "SECRET_KEY setting must not be empty" in done.stderr


def test_production_is_what_an_unset_mode_means():
    done = started(WEB, DISTRICT_MODE=None, DISTRICT_HOSTS=None)

    assert "DISTRICT_HOSTS must name the served hosts" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "DISTRICT_MODE",
            "prod",
            "DISTRICT_MODE must be one of local, test, replay, production, not 'prod'.",
        ),
        (
            "DISTRICT_MASTER_KEYS",
            KEY,
            "DISTRICT_MASTER_KEYS must read version:base64,version:base64, each version once.",
        ),
        (
            "DISTRICT_MASTER_KEYS",
            f"1:{KEY},1:{KEY}",
            "DISTRICT_MASTER_KEYS must read version:base64,version:base64, each version once.",
        ),
        (
            "DISTRICT_TOKEN_KEYS",
            f"-1:{KEY}",
            "DISTRICT_TOKEN_KEYS must read version:base64,version:base64, each version once.",
        ),
        ("DISTRICT_TOKEN_KEYS", f"1:{KEY}!", "DISTRICT_TOKEN_KEYS must be base64."),
        ("DISTRICT_PEPPER", "hunter2!", "DISTRICT_PEPPER must be base64."),
        (
            "DISTRICT_WECHAT_PAY_PUBLIC_KEYS",
            KEY,
            "DISTRICT_WECHAT_PAY_PUBLIC_KEYS must read name:base64,name:base64, each name once.",
        ),
    ],
)
def test_an_unreadable_setting_is_named_and_a_secret_never_quoted(name, value, message):
    done = started(WEB, **{name: value})

    assert done.returncode == 1
    assert done.stderr.strip() == message


def test_https_brings_the_settings_that_belong_to_it():
    code = """
from django.conf import settings as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS,
      s.SECURE_PROXY_SSL_HEADER, s.CSRF_TRUSTED_ORIGINS, s.DEBUG)
"""
    done = started(
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'district.settings'" + code,
        DISTRICT_TRUSTED_PROXIES="1",
    )

    assert done.stdout.split("\n")[0] == (
        "True True True 31536000 ('HTTP_X_FORWARDED_PROTO', 'https') ['https://district.example'] False"
    )
