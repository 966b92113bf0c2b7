"""The README's own commands, as a person would paste them."""

import re
import subprocess
from datetime import timedelta

import pytest
from django.conf import settings

from district.embedded.demo import SANDBOX_PORT, WEB_PORT
from district.kernel import clock
from parking import services as parking
from tests.factories.consent import release_notice
from tests.factories.coupons import make_version
from tests.factories.members import make_operator
from tests.factories.parking import make_reservable_pool
from tests.factories.tariffs import make_tariff, make_tariff_version
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
    release_notice(by=(make_operator("tour1"), make_operator("tour2")))
    pool = make_reservable_pool()
    # A version holds from the next minute on.
    with clock.travel_to(clock.now() - timedelta(days=1)):
        tariff = make_tariff_version(make_tariff(pool.car_park.merchant)).tariff
    parking.assign_tariff(car_park=pool.car_park, tariff=tariff, by=None)
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
        lines = done.stdout.splitlines()
        points, code, stores, usable, redeemed, paid, earned, parked, place, *credit = lines
        assert points == "points: 0"
        assert re.fullmatch(r"card code: [0-9A-Z]+", code)
        assert stores == f"stores of the till: {till.store}"
        assert usable == "usable: True"
        assert redeemed == "bill: 12000 fen, discount: 500 fen"
        assert re.fullmatch(r"paid: 42[0-9]{26}", paid)
        assert earned == "points: 126"
        # By day or by night, as it happens to be.
        assert re.fullmatch(r"two hours of parking: [1-9][0-9]{2,3} fen", parked)
        assert re.fullmatch(r"place for 浙Z\*\*\*\d\d is cancelled", place)
        standing, complaint, withdrawn, evaluated, granted, taken_back = credit
        assert standing == "licence: unverified · promises: 0"
        assert re.fullmatch(r"complaint TS\d{8} is submitted until \d{4}-\d\d-\d\d", complaint)
        assert (withdrawn, evaluated) == ("complaint is withdrawn", "evaluated: evaluate")
        assert (granted, taken_back) == ("personalisation: allowed", "personalisation: withdrawn")
        assert max(map(len, done.stdout.splitlines())) < 200
