"""The stand-in keeps WeChat's rules, or passing against it would mean nothing. Asked by plain HTTP."""

import json
import os
import subprocess
import sys

import pytest
import requests

from district.embedded.process_specs import sandbox_merchant
from tests.wechat.fixtures import APPID, SECRET

APP = {"appid": APPID, "secret": SECRET}
TOKEN = APP | {"grant_type": "client_credential"}
SESSION = APP | {"grant_type": "authorization_code"}


def start(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "district.wechat.sandbox", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": "."} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def process():
    """Starts the sandbox as a process and gives its base address."""
    started = []

    def run(*arguments, **environment):
        started.append(start(*arguments, **environment))
        return started[-1].stdout.readline().split()[-1]

    yield run
    for child in started:
        child.terminate()
        child.communicate(timeout=10)
        assert child.returncode == 0


def test_a_person_keeps_their_openid_and_phone_over_a_restart(process, tmp_path):
    secrets = {"DISTRICT_WECHAT_APPID": APPID, "DISTRICT_WECHAT_SECRET": SECRET}
    (tmp_path / "secrets.json").write_text(json.dumps(secrets))

    people = [
        requests.get(f"{base}_control/person", params={"name": "演示会员"}, timeout=5).json()
        for base in (
            process("--port", "0", **secrets),
            process("--data-dir", str(tmp_path)),
            process("--appid", APPID, "--secret", SECRET),
        )
    ]

    assert people[0] == people[1] == people[2]
    assert people[0]["openid"].startswith("o")


def test_somebody_with_curl_gets_a_code_and_signs_in(process):
    base = process("--appid", APPID, "--secret", SECRET)
    code = requests.get(f"{base}_control/login-code?person=alice", timeout=5).json()["code"]

    traded = requests.get(f"{base}sns/jscode2session", SESSION | {"js_code": code}, timeout=5)

    assert len(traded.json()["openid"]) == 28


def test_the_merchant_of_the_demo_is_the_one_that_the_sandbox_knows(process, tmp_path):
    environment = sandbox_merchant(base="http://127.0.0.1:1/", data_dir=tmp_path)
    base = process("--data-dir", str(tmp_path), "--appid", APPID, "--secret", SECRET)

    account = requests.get(f"{base}_control/pay-account?base=http://127.0.0.1:1", timeout=5).json()

    assert account["environment"] == environment
    assert account["mchid"] == environment["DISTRICT_WECHAT_PAY_MCHID"]


def test_it_does_not_start_beside_production_or_without_a_secret():
    beside_production = start("--appid", "a", "--secret", "b", DISTRICT_MODE="production")
    without_secret = start("--appid", "a")

    assert "does not run beside production" in beside_production.communicate(timeout=20)[1]
    assert "Tell the sandbox its appid and secret" in without_secret.communicate(timeout=20)[1]
    assert (beside_production.returncode, without_secret.returncode) == (1, 1)
