"""The README's own commands, as a person would paste them."""

import re
import subprocess

import pytest
from django.conf import settings

from district.embedded.demo import SANDBOX_PORT, WEB_PORT
from tests.factories.coupons import make_version
from tests.servers import CeleryWorker, WebServer
from tests.wechat.fixtures import APPID, SECRET

README = (settings.ROOT / "README.md").read_text()


@pytest.fixture
def web(server_db, tmp_path, sandbox):
    """A web server and a worker as in the demo: WeChat and WeChat Pay are the sandbox, which knows their address."""
    wechat = {
        "DISTRICT_WECHAT_APPID": APPID,
        "DISTRICT_WECHAT_SECRET": SECRET,
        "DISTRICT_WECHAT_BASE": sandbox.base,
    }
    env = {**server_db.env, **sandbox.environment, **wechat}
    servers = WebServer(env=env, folder=tmp_path), CeleryWorker(env=env, folder=tmp_path)
    for server in servers:
        server.start()
    notices = f"{servers[0].base_url}/wechat/business-circle/notices"
    sandbox.control("pay-settings", mall_notify_url=notices)
    yield servers[0]
    for server in servers:
        server.stop()


def test_the_tour_by_curl_works_as_it_stands_and_can_be_taken_again(web, sandbox, till, tmp_path):
    [tour] = re.findall(r"```\n(BASE=.*?)```", README, re.DOTALL)
    web_address, wechat_address = (
        f"http://127.0.0.1:{WEB_PORT}/",
        f"http://127.0.0.1:{SANDBOX_PORT}/",
    )
    assert web_address in tour
    assert wechat_address in tour
    make_version()
    here = tour.replace(web_address, f"{web.base_url}/").replace(wechat_address, sandbox.base)

    for _ in range(2):
        done = subprocess.run(
            [
                "bash",
                "-euo",
                "pipefail",
                "-c",
                here.replace("curl -s ", "curl -sS --fail-with-body "),
            ],
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "TILL_KEY": till.token},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

        assert done.returncode == 0, done.stdout + done.stderr
        points, code, stores, usable, redeemed, paid, earned = done.stdout.splitlines()
        assert points == "points: 0"
        assert re.fullmatch(r"card code: [0-9A-Z]+", code)
        assert stores == f"stores of the till: {till.store}"
        assert usable == "usable: True"
        assert redeemed == "bill: 12000 fen, discount: 500 fen"
        assert re.fullmatch(r"paid: 42[0-9]{26}", paid)
        assert earned == "points: 126"
        assert max(map(len, done.stdout.splitlines())) < 200
