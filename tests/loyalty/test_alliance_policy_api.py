"""GET /api/v1/points/rules: the published rules, for anybody."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from district.kernel import clock
from district.merchants import services as merchants
from loyalty import services as loyalty
from loyalty.services import AlliancePolicyValues
from tests.factories.loyalty import fresh_key

PATH = "/api/v1/points/rules"


@pytest.fixture
def anybody():
    return APIClient()


def test_before_any_policy_the_defaults_are_returned(anybody, db):
    answer = anybody.get(PATH)

    assert answer.status_code == 200
    body = answer.json()
    assert (body["since"], body["until"]) == (None, None)
    assert body["breakage"]["to"] == "issuer"
    assert "退回发放它的商户" in body["breakage"]["text"]
    assert (body["hold"]["minutes"], body["hold"]["grace_days"]) == (120, 7)
    assert body["confirmation"]["from_points"] == 20_000
    assert body["warn_days"] == 30


def test_what_was_set_is_returned_in_figures_and_in_words(anybody, db):
    now = clock.now()
    fund = merchants.create_fund(name="商圈公益金", by=None, key=fresh_key())
    policy = AlliancePolicyValues(
        breakage_to=fund.pk,
        confirm_from=500,
        confirm_minutes=3,
        fallback_points=2,
        fallback_per_fen=350,
    )
    loyalty.set_alliance_policy(policy=policy, start=now)
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(), start=now + timedelta(days=2))

    body = anybody.get(PATH).json()

    assert (body["breakage"]["to"], body["breakage"]["name"]) == ("fund", "商圈公益金")
    assert "归“商圈公益金”所有" in body["breakage"]["text"]
    assert body["confirmation"]["text"] == "单笔使用 500 积分及以上，须在手机上确认，3 分钟内有效。"
    assert body["brake"]["text"].endswith("每消费 ¥3.50 得 2 积分。")
    assert body["since"].endswith("+08:00")
    assert body["until"] == (now + timedelta(days=2)).astimezone(clock.SHANGHAI).isoformat()


def test_rules_of_the_alliance_itself(anybody, db):
    party = merchants.alliance_party()
    loyalty.set_alliance_policy(
        policy=AlliancePolicyValues(breakage_to=party.pk), start=clock.now()
    )

    assert anybody.get(PATH).json()["breakage"]["to"] == "alliance"


def test_caches_keep_it_until_it_changes(anybody, db):
    first = anybody.get(PATH)
    assert first.headers["Cache-Control"] == "public, max-age=60"

    same = anybody.get(PATH, HTTP_IF_NONE_MATCH=first.headers["ETag"])
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(warn_days=14), start=clock.now())
    other = anybody.get(PATH, HTTP_IF_NONE_MATCH=first.headers["ETag"])

    assert (same.status_code, other.status_code) == (304, 200)
    assert other.json()["warn_days"] == 14


def test_it_is_only_read(anybody, db):
    answer = anybody.post(PATH, {}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
