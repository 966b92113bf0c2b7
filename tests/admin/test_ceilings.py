"""The queue of receipts above a ceiling, a merchant's own ceilings, and how fast a key grants."""

from datetime import timedelta

import pytest
from django.utils import timezone

from district.kernel import clock
from district.kernel.models import AuditLine
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import EarningReview, MerchantCeilings, Receipt
from loyalty.values import ReportedPurchase
from tests.admin.action_forms import act, form_values, text_of
from tests.admin.two_merchants import signed_in, table_digests
from tests.factories.loyalty import fresh_key

REVIEW, OWN = "/admin/loyalty/earningreview/", "/admin/loyalty/merchantceilings/"


def sell(two_merchants, side, fen):
    purchase = ReportedPurchase(f"L-{fen}", fen, clock.now(), source="till")
    made = loyalty.earn_points(
        store=side.store,
        member=two_merchants.member,
        purchase=purchase,
        actor=f"till:{side.key.pk}",
        key=fresh_key(),
    )
    return Receipt.objects.get(pk=made.pk)


@pytest.fixture
def review(two_merchants):
    # Both merchants prefund, and such a sum earns the alliance's rate: a point for two yuan.
    return sell(two_merchants, two_merchants.second, 16_000_000).review


def test_an_operator_finds_what_waits_and_lets_it_go(two_merchants, operator, review):
    before = queries.balance_of(two_merchants.member).available
    assert "待复核小票" in text_of(operator.get("/admin/"))
    listed = text_of(operator.get(f"{REVIEW}?state__exact=waiting"))
    assert all(word in listed for word in ("80000", "单张小票 50,000 积分", "¥160,000.00"))

    act(operator, f"{REVIEW}{review.pk}/approve/", note="已电话核实")

    assert queries.balance_of(two_merchants.member).available > before
    review.refresh_from_db()
    assert (review.state, review.decided_by, review.note) == (
        "approved",
        two_merchants.operator,
        "已电话核实",
    )
    line = AuditLine.objects.get(verb="approve_earning")
    assert line.subject == f"loyalty.earningreview:{review.pk}"
    assert "待复核小票" not in text_of(operator.get("/admin/"))


def test_a_refusal_wants_a_reason(two_merchants, operator, review):
    assert act(operator, f"{REVIEW}{review.pk}/refuse/", note="").status_code == 422
    assert EarningReview.objects.get(pk=review.pk).state == "waiting"

    act(operator, f"{REVIEW}{review.pk}/refuse/", note="密钥被盗用")

    assert EarningReview.objects.get(pk=review.pk).state == "refused"


def test_a_merchant_reads_its_own_and_decides_nothing(two_merchants, owner, review):
    other = sell(two_merchants, two_merchants.first, 20_000_000).review
    page = text_of(owner.get(REVIEW))

    assert review.public_id in page
    assert other.public_id not in page
    before = table_digests()
    for word in ("approve", "refuse"):
        for pk in (review.pk, other.pk):
            assert owner.get(f"{REVIEW}{pk}/{word}/").status_code in {403, 404}
            assert owner.post(f"{REVIEW}{pk}/{word}/", {"note": "x"}).status_code in {403, 404}
    assert table_digests() == before


def test_a_large_sum_is_approved_by_two(two_merchants, operator):
    review = sell(two_merchants, two_merchants.second, 100_000_000).review
    act(operator, f"{REVIEW}{review.pk}/approve/", note="")

    assert "待二审" in text_of(operator.get(f"{REVIEW}{review.pk}/change/"))
    assert operator.get(f"{REVIEW}{review.pk}/approve/").status_code == 403
    act(signed_in(two_merchants.root), f"{REVIEW}{review.pk}/approve/", note="")

    review.refresh_from_db()
    assert (review.first_by, review.decided_by) == (two_merchants.operator, two_merchants.root)


def test_an_owner_sets_tighter_ceilings_of_the_own_merchant_only(two_merchants, owner):
    fields = {
        "merchant": two_merchants.second.merchant.pk,
        "receipt_points": 1_000,
        "start": f"{timezone.localtime(clock.now() + timedelta(days=1)):%Y-%m-%dT%H:%M}",
    }
    before = MerchantCeilings.objects.count()
    foreign = act(owner, f"{OWN}add/", **fields | {"merchant": two_merchants.first.merchant.pk})
    assert foreign.status_code == 422
    loose = act(owner, f"{OWN}add/", **fields | {"receipt_points": 60_000})
    assert (loose.status_code, "商户只能设得更低" in text_of(loose)) == (422, True)
    assert MerchantCeilings.objects.count() == before

    act(owner, f"{OWN}add/", **fields)

    own = MerchantCeilings.objects.latest("pk")
    assert MerchantCeilings.objects.count() == before + 1
    assert (own.merchant, own.receipt_points) == (two_merchants.second.merchant, 1_000)
    assert two_merchants.second.client("cashier").get(f"{OWN}add/").status_code == 403


def test_a_key_shows_how_much_it_granted_today_against_its_ceiling(two_merchants, operator):
    sell(two_merchants, two_merchants.second, 8_000_000)
    sell(two_merchants, two_merchants.second, 16_000_000)

    page = text_of(operator.get(f"/admin/merchants/tillkey/{two_merchants.second.key.pk}/change/"))

    today = clock.business_day(clock.now()).isoformat()
    assert f"{today} 40,000 4% 80,000" in page
    assert "每日上限：1,000,000 积分" in page
    page = text_of(
        operator.get(f"/admin/merchants/merchant/{two_merchants.second.merchant.pk}/change/")
    )
    assert "50,000 积分 200,000 积分 1,000,000 积分 2,000,000 积分" in page


def test_an_owner_is_shown_the_own_ceilings_whichever_merchant_is_asked_for(two_merchants, owner):
    loyalty.set_ceilings(
        merchant=two_merchants.first.merchant,
        ceilings=loyalty.Ceilings(receipt_points=4_321),
        start=clock.now(),
    )

    page = owner.get(f"{OWN}add/?merchant={two_merchants.first.merchant.pk}")

    assert form_values(page)["merchant_day_points"] == "2000000"
    assert "4321" not in page.content.decode()
