"""A bill comes back as a whole: money, points, coupons and gifts, looked at and then done in one act."""

import pytest
from django.test import Client

from coupons import services as coupons
from coupons.models import Coupon, FundingPart, WholeBillRefund
from district.kernel import clock
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Hold, ParkedRefund, Receipt, Refund, Transfer
from loyalty.values import ReportedPurchase
from tests.admin.action_forms import once_of, text_of
from tests.admin.two_merchants import signed_in
from tests.coupons.counter_requests import counter, nothing_written, problem_of
from tests.factories.coupons import LONG_AGO, claim, make_version
from tests.factories.loyalty import buy, make_hold, pay_points
from tests.factories.merchants import make_clerk

pytestmark = pytest.mark.django_db
__all__ = ["counter"]

REFUNDS = "/till/bills/refunds"
PREVIEW = f"{REFUNDS}/preview"
NO = "B-2026"


@pytest.fixture
def bill(counter):
    """Goods of ¥100: ¥20 off by a coupon, ¥10 by points, ¥70 paid, which brought 70 points and a gift."""
    loyalty.set_terms(
        merchant=counter.store.merchant, earning_terms=loyalty.EarningTerms(), start=LONG_AGO
    )
    buy(counter.member, counter.store, fen=500_000)
    terms = {"kind": "cash_off", "face_fen": 2_000, "threshold_fen": 0, "stacking": "free"}
    counter.coupon = claim(make_version(payers=[(None, 5_000)], **terms), counter.member)
    assert counter.redeem(counter.code, fen=10_000, no=NO).status_code == 201
    pay_points(counter.member, counter.store, points=1_000, no=NO)
    counter.gifts = make_version(gift_from_fen=5_000, claimable=False)
    receipt = buy(counter.member, counter.store, fen=7_000, no=NO)
    assert coupons.reward_receipt(receipt=receipt.pk) == 1
    assert balance(counter) == 5_000 - 1_000 + 70
    return counter


def balance(counter):
    return queries.balance_of(counter.member).available


def ask(counter, path=REFUNDS, *, key="", **body):
    number = {} if path == PREVIEW else {"refund_no": "R-1"}
    body = {"store": counter.store.public_id, "bill_no": NO} | number | body
    return counter.ask(path, body, counter.till, key)


def figures(answer):
    assert answer.status_code in {200, 201}, answer.content
    found = answer.json()
    points = found["points"]
    return (
        *(found["goods_fen"], found["discount_fen"], found["pay_back_fen"]),
        *(points["returned"], points["worth_fen"], points["taken_back"], points["owed"]),
    )


def test_all_of_it_goes_back_as_it_was_paid(bill):
    with nothing_written():
        would = ask(bill, PREVIEW)
    done = ask(bill, key="once")

    assert figures(would) == figures(done) == (10_000, 2_000, 7_000, 1_000, 1_000, 70, 0)
    assert [(row["coupon"], row["state"]) for row in done.json()["coupons"]] == [
        (bill.coupon.public_id, "live")
    ]
    assert [gift["name"] for gift in done.json()["gifts"]] == [bill.gifts.template.name]
    assert done.json()["receipt"] == "posted"
    # What went before the bill is as if it had never been.
    assert balance(bill) == 5_000
    bill.coupon.refresh_from_db()
    assert bill.coupon.state == Coupon.State.LIVE
    assert Coupon.objects.get(source="receipt").state == Coupon.State.VOID
    assert sum(FundingPart.objects.values_list("fen", flat=True)) == 0
    # Repeated it is answered, and done once.
    with nothing_written():
        assert ask(bill, key="once").content == done.content
    assert problem_of(ask(bill, refund_no="R-2")) == (409, "bill_already_refunded")
    assert WholeBillRefund.objects.get().pay_back_fen == 7_000


def test_half_and_then_the_rest_come_to_all_of_it(bill):
    half = ask(bill, goods_fen=5_000)
    rest = ask(bill, refund_no="R-2")

    assert figures(half) == (5_000, 1_000, 3_500, 500, 500, 35, 0)
    # What is left, ¥35, would not have brought the gift.
    assert len(half.json()["gifts"]) == 1
    assert half.json()["coupons"][0]["state"] == "used"
    assert figures(rest) == (5_000, 1_000, 3_500, 500, 500, 35, 0)
    assert balance(bill) == 5_000


@pytest.mark.parametrize("pieces", [[3_333, 3_333], [1, 9_998], [9_999], [1_234, 567, 8]])
def test_any_number_of_parts_comes_to_the_same(bill, pieces):
    answers = [ask(bill, goods_fen=fen, refund_no=f"R-{at}") for at, fen in enumerate(pieces)]
    answers.append(ask(bill, refund_no="R-rest"))

    sums = [sum(column) for column in zip(*map(figures, answers), strict=True)]
    assert sums[:4] == [10_000, 2_000, 7_000, 1_000]
    assert balance(bill) == 5_000


def test_points_spent_under_another_number_are_named(bill):
    pay_points(bill.member, bill.store, points=300, no="P-77")

    unknown = ask(bill, request_nos=["P-78"])
    assert problem_of(unknown) == (404, "bill_spending_unknown")
    done = ask(bill, request_nos=["P-77"])

    # ¥3 more were paid in points than the ¥100 say; what was paid goes back.
    assert figures(done)[3:5] == (1_300, 1_300)
    assert balance(bill) == 5_000


def test_what_is_set_aside_for_the_bill_is_released(bill):
    hold = make_hold(bill.member, bill.store, points=200, no="H-1")

    done = ask(bill, request_nos=["H-1"])

    assert done.json()["holds"] == [{"hold": hold.public_id, "request_no": "H-1", "points": 200}]
    hold.refresh_from_db()
    assert hold.state == Hold.State.VOIDED
    assert balance(bill) == 5_000


def test_points_that_are_spent_by_then_are_owed(bill):
    pay_points(bill.member, bill.store, points=4_070, no="elsewhere")

    done = ask(bill)

    # The 1,000 that come back repay at once what is missing of the 70.
    assert figures(done)[3:] == (1_000, 1_000, 70, 0)
    assert balance(bill) == 930


def test_more_than_there_is_is_refused_and_nothing_is_half_done(bill):
    with nothing_written():
        assert problem_of(ask(bill, goods_fen=10_001)) == (409, "coupon_refund_too_large")
        assert problem_of(ask(bill, PREVIEW, goods_fen=10_001)) == (409, "coupon_refund_too_large")
        assert problem_of(ask(bill, bill_no="B-nobody")) == (404, "not_found")
    # The number is taken by a refund of another receipt: coupons and points come back no more than money.
    other = buy(bill.member, bill.store, fen=1_000, no="other")
    loyalty.refund_receipt(
        receipt=other, store=bill.store, refund_no="R-1", fen=500, actor="till:1",
        key=loyalty_key(),
    )  # fmt: skip
    with nothing_written():
        assert problem_of(ask(bill)) == (409, "refund_already_posted")


def loyalty_key():
    from tests.factories.loyalty import fresh_key

    return fresh_key()


def test_parts_that_came_back_by_their_own_calls_are_reckoned_with(bill):
    assert bill.refund(NO, 10_000, refund_no="C-1").status_code == 201  # coupons
    loyalty.reverse_transfer(
        transfer=Transfer.objects.get(reference=NO, kind="spend"), store=bill.store, reason="退",
        actor="till:1", key=loyalty_key(), points=400,
    )  # fmt: skip

    done = ask(bill)

    assert figures(done) == (0, 0, 7_000, 600, 600, 70, 0)
    assert balance(bill) == 5_000


def test_a_bill_without_coupons_or_points_comes_back_too(bill):
    buy(bill.member, bill.store, fen=3_000, no="plain")

    done = ask(bill, bill_no="plain")

    assert figures(done) == (3_000, 0, 3_000, 0, 0, 30, 0)


def test_a_bill_whose_receipt_comes_later_waits_for_it(bill):
    coupon = claim(make_version(), bill.member)
    bill.redeem(bill.code_of(coupon), fen=4_000, no="late")

    done = ask(bill, bill_no="late")

    assert (figures(done)[:3], done.json()["receipt"]) == ((4_000, 500, 3_500), "parked")
    assert ParkedRefund.objects.get().receipt_no == "late"
    loyalty.earn_points(
        store=bill.store, member=bill.member, actor="till:1", key=loyalty_key(),
        purchase=late_purchase(3_500),
    )  # fmt: skip
    assert Refund.objects.get().fen == 3_500


def late_purchase(fen):
    return ReportedPurchase(receipt_no="late", paid_fen=fen, paid_at=clock.now(), source="till")


def test_another_store_knows_nothing_of_it(bill):
    with nothing_written():
        assert problem_of(ask(bill, store=bill.elsewhere.public_id))[0] in {403, 404}


def test_the_shopper_reads_what_a_point_is_worth(bill):
    policy = loyalty.AlliancePolicyValues(point_value_milli_fen=750)
    loyalty.set_alliance_policy(policy=policy, start=LONG_AGO)
    phone = {"Authorization": f"Bearer {bill.phone}"}

    mine = Client().get("/api/v1/me/points", headers=phone).json()
    everybody = Client().get("/api/v1/points/rules").json()

    assert mine["available"] == 4_070
    assert (mine["point_value_milli_fen"], mine["worth_fen"]) == (750, 3_052)
    assert mine["worth_text"] == "可抵 ¥30.52"
    assert everybody["worth"] == {"milli_fen": 750, "text": "使用 100 积分抵 ¥0.75。"}


def test_a_clerk_looks_first_and_gives_it_back_once(bill):
    clerk = signed_in(make_clerk(merchant=bill.store.merchant, role="owner").user)
    address = "/admin/coupons/redemption/refund-bill/"
    form = {
        "once": once_of(clerk.get(address)),
        "store": bill.store.pk,
        "bill_no": f" {NO}\u3000",
        "refund_no": "Ｒ－９",
    }
    with nothing_written():
        page = clerk.post(address, form)
    assert page.status_code == 200, text_of(page)
    assert "应退款 ¥70.00" in text_of(page)
    assert "退回会员积分 1,000" in text_of(page)

    for _ in range(2):  # a double click
        answer = clerk.post(address, form | {"seen": page.context["mark"]})
        assert answer.status_code == 302, text_of(answer)

    refund = WholeBillRefund.objects.get()
    assert (refund.bill_no, refund.refund_no, refund.pay_back_fen) == (NO, "R-9", 7_000)
    assert Receipt.objects.get(receipt_no=NO).refunded_fen == 7_000
