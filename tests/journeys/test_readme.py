"""The README's own commands, as a person would paste them."""

import re
import subprocess

from django.conf import settings

from district.embedded.demo import SANDBOX_PORT, WEB_PORT
from tests.factories.coupons import make_version

README = (settings.ROOT / "README.md").read_text()


def test_the_tour_by_curl_works_as_it_stands_and_can_be_taken_again(
    web, wechat_server, till, tmp_path
):
    [tour] = re.findall(r"```\n(BASE=.*?)```", README, re.DOTALL)
    web_address, wechat_address = (
        f"http://127.0.0.1:{WEB_PORT}/",
        f"http://127.0.0.1:{SANDBOX_PORT}/",
    )
    assert web_address in tour
    assert wechat_address in tour
    make_version()
    here = tour.replace(web_address, f"{web.base_url}/").replace(wechat_address, wechat_server.base)

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
        points, code, stores, usable, redeemed = done.stdout.splitlines()
        assert points == "points: 0"
        assert re.fullmatch(r"card code: [0-9A-Z]+", code)
        assert stores == f"stores of the till: {till.store}"
        assert usable == "usable: True"
        assert redeemed == "bill: 12000 fen, discount: 500 fen"
        assert max(map(len, done.stdout.splitlines())) < 200
