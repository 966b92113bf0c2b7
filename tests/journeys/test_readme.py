"""The README's own commands, as a person would paste them."""

import json
import re
import subprocess

from django.conf import settings

from district.embedded.demo import SANDBOX_PORT, WEB_PORT
from tests.factories.coupons import make_version

README = (settings.ROOT / "README.md").read_text()


def test_the_tour_by_curl_works_as_it_stands(web, wechat_server, till, tmp_path):
    [tour] = re.findall(r"```\n(BASE=.*?)```", README, re.DOTALL)
    web_address, wechat_address = (
        f"http://127.0.0.1:{WEB_PORT}/",
        f"http://127.0.0.1:{SANDBOX_PORT}/",
    )
    assert web_address in tour
    assert wechat_address in tour
    make_version()
    here = tour.replace(web_address, f"{web.base_url}/").replace(wechat_address, wechat_server.base)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", here.replace("curl -s ", "curl -sS --fail-with-body ")],
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "TILL_KEY": till.token},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    points, code, counter, checked, redeemed = _documents(done.stdout)
    assert points["available"] == 0
    assert code["code"]
    assert [store["id"] for store in counter["stores"]] == [till.store]
    assert [offer["usable"] for offer in checked["offers"]] == [True]
    assert (redeemed["bill_fen"], redeemed["discount_fen"]) == (12_000, 500)


def _documents(text):
    """JSON documents that stand behind each other."""
    decoder, found = json.JSONDecoder(), []
    while text.strip():
        document, end = decoder.raw_decode(text.strip())
        found.append(document)
        text = text.strip()[end:]
    return found
