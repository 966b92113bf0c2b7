"""Whatever coupons refuse is explained in a Chinese sentence that helps."""

import re

import pytest
from rest_framework.test import APIClient

from coupons import errors
from coupons import services as coupons
from coupons.errors import ClaimNotBegun
from coupons.models import Coupon
from coupons.offline import errors as offline
from district.kernel.errors import DomainError
from district.kernel.http.error_catalogue import all_refusals
from tests.factories.coupons import claim, fresh_key, make_version, redeem, reported_bill
from tests.factories.members import bearer, make_member
from tests.factories.merchants import allied_store

CHINESE = re.compile(r"[\u4e00-\u9fff]")
# Those that have a sentence for each reason take it from there.
BY_REASON = {
    errors.NotInAudience: [{"reason": reason} for reason in errors.NotInAudience._REASONS],
    errors.NotTransferable: [{"reason": reason} for reason in errors.NotTransferable._REASONS],
    errors.NotLeasable: [{"reason": reason} for reason in errors.NotLeasable._REASONS],
    offline.AppealNotPossible: [
        {"reason": reason} for reason in offline.AppealNotPossible._REASONS
    ],
    errors.ExchangeNotUndoable: [
        {"reason": reason} for reason in errors.ExchangeNotUndoable._REASONS
    ],
    errors.CouponNotUsable: [{"coupon": "cpn_1", "reasons": [{"clerk": "已过期，不能核销"}]}],
    errors.ClaimNotBegun: [{"begins": "2026-12-03T02:00:00+00:00"}],
}
ALL = [
    error_class
    for error_class in all_refusals()
    if error_class.__module__.startswith("coupons.") and error_class is not DomainError
]


@pytest.mark.parametrize("refusal", ALL, ids=lambda error_class: error_class.code)
def test_each_has_a_title_and_a_sentence(refusal):
    facts = {name: name for name in re.findall(r"{(\w+)}", str(refusal.wording))}

    for values in BY_REASON.get(refusal, [facts]):
        text = refusal(**values).detail
        assert CHINESE.search(str(refusal.title))
        assert CHINESE.search(text) or text == "reason", refusal
        assert "{" not in text


def test_the_sweep_knows_them_all():
    assert len(ALL) > 35


def test_what_has_not_begun_says_when():
    assert ClaimNotBegun(begins="2026-12-03T02:00:00+00:00").detail == (
        "2026年12月3日 10:00 开始领取。"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "text"), [("used", "已使用"), ("expired", "已过期")])
def test_the_shopper_reads_the_shoppers_words(state, text):
    member, version = make_member(), make_version()
    coupon = claim(version, member)
    if state == "used":
        redeem(coupon, store=allied_store())
    else:
        Coupon.objects.filter(pk=coupon.pk).update(state="expired", ended_at=coupon.claimed_at)
    client = APIClient()
    client.credentials(**bearer(member))

    answer = client.post(f"/api/v1/me/coupons/{coupon.public_id}/code")

    assert (answer.status_code, answer.json()["code"]) == (409, "coupon_not_usable")
    assert answer.json()["detail"].startswith(text)
    assert "核销" not in answer.json()["detail"]


@pytest.mark.django_db
def test_the_till_reads_the_clerks_words():
    member = make_member()
    coupon = claim(make_version(), member)
    code = coupons.show_coupon(coupon=coupon).code
    store = allied_store()
    redeem(coupon, store=store)

    with pytest.raises(errors.CouponNotUsable) as refused:
        coupons.redeem_coupons(
            store=store,
            reported_bill=reported_bill(5_000),
            codes=[code],
            request_no="Q-2",
            actor="till:1",
            key=fresh_key(),
        )

    assert refused.value.detail == "已使用完，不能再次核销"
