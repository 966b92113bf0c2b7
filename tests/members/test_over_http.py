"""The way a phone goes: real web workers, a real WeChat stand-in, nothing in between but HTTP."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from district.members.models import Member, ShopperSession
from district.replay.clients import ShopperClient
from district.replay.connection import ApiConnection
from tests.servers import WebServer
from tests.wechat.fixtures import APPID, SECRET


@pytest.fixture
def district(real_db, wechat, tmp_path):
    """Two web workers that know WeChat only by an address and keys."""
    known = {
        "DISTRICT_WECHAT_BASE": wechat.base,
        "DISTRICT_WECHAT_APPID": APPID,
        "DISTRICT_WECHAT_SECRET": SECRET,
    }
    server = WebServer(env={**real_db.env, **known}, folder=tmp_path)
    server.start()
    yield server
    server.stop()


def enter(district, code):
    return ShopperClient(district.connect()).sign_in(code)


def test_somebody_signs_in_binds_a_phone_shows_a_code_and_leaves(district, wechat):
    phone = ShopperClient(district.connect(), enter(district, wechat.login_code()).body["token"])
    phone_code = wechat.phone_code(phone="13800001234")

    bound, again = (phone.bind_phone(phone_code, key="k1") for _ in range(2))
    code = phone.card_code()
    left = phone.sign_out()
    after = phone.get("/me")

    answers = (bound, again, code, left, after)
    assert [answer.status for answer in answers] == [200, 200, 201, 204, 401]
    assert bound.body["phone"] == again.body["phone"] == "138****1234"
    assert all(answer.headers["Cache-Control"] == "no-store" for answer in answers)
    assert not any("Set-Cookie" in answer.headers for answer in answers)


def test_two_first_visits_at_once_over_two_workers_make_one_member(district, wechat):
    gate = Barrier(2)

    def arrive(code):
        gate.wait()
        return enter(district, code)

    for round_number in range(1, 11):
        codes = [wechat.login_code(f"person {round_number}") for _ in range(2)]
        with ThreadPoolExecutor(2) as pool:
            answers = list(pool.map(arrive, codes))

        assert [answer.status for answer in answers] == [201, 201]
        assert len({answer.body["member"]["id"] for answer in answers}) == 1
        assert Member.objects.count() == round_number
    assert ShopperSession.objects.count() == 20


def test_a_slow_wechat_costs_the_sign_in_and_nobody_else(district, wechat):
    token = enter(district, wechat.login_code()).body["token"]
    member = ShopperClient(ApiConnection(district.base_url, timeout=4), token)
    wechat.trouble("jscode2session", "latency", seconds=8, times=None)

    with ThreadPoolExecutor(8) as pool:
        stuck = [pool.submit(enter, district, wechat.login_code(f"p{n}")) for n in range(8)]
        meanwhile = [member.get("/me").status for _ in range(5)]
        answers = [waiting.result() for waiting in stuck]

    assert meanwhile == [200] * 5
    assert {answer.status for answer in answers} == {503}
    assert {answer.body["code"] for answer in answers} == {"wechat_unavailable"}
    assert {answer.headers["Retry-After"] for answer in answers} == {"3"}
