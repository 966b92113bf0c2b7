from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.kernel.errors import KeyReused
from district.kernel.idempotency import Key
from district.kernel.models import Idem, OutboxRow
from loyalty import arithmetic, queries
from loyalty import services as loyalty
from loyalty.errors import RefundAlreadyPosted, RefundExceedsPayment, TransferNotReversible
from loyalty.models import Draw, Lot, Receipt, Refund, Transfer
from loyalty.queries import Balance
from loyalty.services import EarningTerms
from tests.factories.loyalty import (
    buy,
    make_earning_store,
    make_hold,
    make_refund,
    pay_points,
    return_goods,
    undo,
)


def parts(refund):
    return refund.own, refund.other, refund.owed


def test_a_refund_takes_the_points_of_the_money_given_back(member, tea):
    receipt = buy(member, tea, fen=12_680)

    refund = make_refund(receipt, fen=3_000, no="R-1")

    assert parts(refund) == (30, 0, 0)
    assert queries.balance_of(member).available == 96
    line = Transfer.objects.get(kind="clawback")
    assert (line.points, line.reference, line.store) == (30, "R-1", tea)
    payload = OutboxRow.objects.get(name="ReceiptRefunded").payload
    assert (payload["points"], payload["owed"], payload["receipt"]) == (30, 0, receipt.pk)
    assert queries.clearing() == []


def test_parts_that_earned_nothing_take_nothing_until_a_whole_point_is_gone(member, tea):
    receipt = buy(member, tea, fen=12_680)

    taken = [sum(parts(make_refund(receipt, fen=40))) for _ in range(5)]

    # ¥126.80 earned 126: the first ¥0.80 back take none, then each ¥1.00 that is begun takes one.
    assert taken == [0, 0, 1, 0, 1]
    assert Receipt.objects.get().clawed == 2


@given(
    fen=some.integers(1, 10**8),
    rate=some.tuples(some.integers(0, 50), some.integers(1, 1_000)),
    cuts=some.lists(some.floats(0, 1), max_size=6),
)
def test_any_number_of_refunds_takes_what_one_of_their_sum_takes(fen, rate, cuts):
    granted = arithmetic.points_for(fen, earn_points=rate[0], earn_per_fen=rate[1])
    ends = sorted({int(fen * cut) for cut in cuts} | {fen})
    clawed = 0
    for end in ends:
        clawed += arithmetic.clawback(
            paid_fen=fen, refunded_fen=end, granted=granted, clawed=clawed, rate=rate
        )
        assert clawed == granted - (fen - end) * rate[0] // rate[1]
    assert clawed == granted


def test_no_more_is_refunded_than_was_paid(member, tea):
    receipt = buy(member, tea, fen=10_000)
    make_refund(receipt, fen=9_000)

    with pytest.raises(RefundExceedsPayment) as refusal:
        make_refund(receipt, fen=1_001)

    assert refusal.value.facts == {"left_fen": 1_000, "asked_fen": 1_001}
    assert parts(make_refund(receipt, fen=1_000)) == (10, 0, 0)
    assert Refund.objects.count() == 2


def test_points_spent_meanwhile_come_from_the_oldest_others_for_the_merchant(member, tea, books):
    receipt = buy(member, tea, fen=10_000)
    pay_points(member, books, points=70)
    buy(member, books, fen=2_000)
    buy(member, books, fen=3_000)

    refund = make_refund(receipt)

    assert parts(refund) == (30, 50, 20)
    assert queries.balance_of(member) == Balance(0, 0, 0, debt=20)
    draws = Draw.objects.filter(transfer__kind="clawback", lot__issuer=books.merchant_id)
    assert {draw.redeemer_id for draw in draws} == {tea.merchant_id}
    owed = {
        (position.issuer, position.redeemer): position.points for position in queries.clearing()
    }
    assert owed == {
        (tea.merchant_id, books.merchant_id): 70,
        (books.merchant_id, tea.merchant_id): 50,
    }


def test_held_points_stay_held_and_are_owed(member, tea):
    receipt = buy(member, tea, fen=10_000)
    make_hold(member, tea, points=60)

    assert parts(make_refund(receipt)) == (40, 0, 60)
    assert queries.balance_of(member) == Balance(available=0, held=60, pending=0, debt=60)


def test_a_later_change_of_terms_changes_no_refund(member, tea):
    receipt = buy(member, tea, fen=10_000)
    loyalty.set_terms(
        merchant=tea.merchant,
        earning_terms=EarningTerms(earn_points=9, price_milli_fen=1),
        start=clock.now(),
    )

    assert parts(make_refund(receipt, fen=5_000)) == (50, 0, 0)


def test_points_that_ended_are_not_taken_once_more(member, books):
    short = make_earning_store(EarningTerms(validity_months=1))
    bought = datetime(2026, 1, 31, 12, tzinfo=SHANGHAI)
    with clock.travel_to(bought):
        receipt = buy(member, short, fen=10_000)
    with clock.travel_to(bought + timedelta(days=40)):
        refund = make_refund(receipt)

        # What ended fell back to the merchant: it is taken from nobody, and nobody owes it.
        assert (parts(refund), refund.ended) == ((0, 0, 0), 100)
        assert queries.balance_of(member).debt == 0


def test_a_receipt_without_points_is_refunded_all_the_same(member, tea):
    receipt = buy(member, tea, fen=99)

    refund = make_refund(receipt)

    assert parts(refund) == (0, 0, 0)
    assert refund.last_seq == refund.first_seq - 1
    assert Receipt.objects.get().refunded_fen == 99
    assert not Transfer.objects.exists()


def test_a_reversal_takes_what_refunds_left(member, tea):
    receipt = buy(member, tea, fen=10_000)
    make_refund(receipt, fen=2_500)

    undone = undo(receipt.transfer, tea)

    assert (undone.kind, undone.points) == ("reverse_earn", 75)
    with pytest.raises(RefundExceedsPayment):
        return_goods(tea, receipt.receipt_no, fen=1)
    with pytest.raises(TransferNotReversible):
        undo(receipt.transfer, tea)


def test_the_same_key_refunds_once_and_knows_other_terms(member, tea):
    receipt = buy(member, tea, fen=10_000)
    key = Key.of("refund", "a", fen=100)

    first = make_refund(receipt, fen=100, no="R-1", key=key)

    assert make_refund(receipt, fen=100, no="R-1", key=key) == first
    with pytest.raises(KeyReused):
        make_refund(receipt, fen=200, no="R-1", key=Key.of("refund", "a", fen=200))
    assert Refund.objects.count() == 1


def test_a_repeated_key_is_answered_although_nothing_is_left(member, tea):
    receipt = buy(member, tea, fen=10_000)
    key = Key.of("refund", "a", fen=10_000)
    first = return_goods(tea, receipt.receipt_no, fen=10_000, no="R-1", key=key)

    assert return_goods(tea, receipt.receipt_no, fen=10_000, no="R-1", key=key) == first


def test_one_number_of_a_store_is_one_refund_even_when_its_key_is_forgotten(member, tea, books):
    receipt, other = buy(member, tea, fen=10_000), buy(member, books, fen=10_000)
    make_refund(receipt, fen=100, no="R-1")
    Idem.objects.all().delete()

    with pytest.raises(RefundAlreadyPosted):
        make_refund(receipt, fen=100, no="R-1")

    assert parts(make_refund(other, fen=100, no="R-1")) == (1, 0, 0)


def test_a_preview_says_what_the_refund_then_does_and_leaves_nothing(member, tea, books):
    receipt = buy(member, tea, fen=10_000)
    pay_points(member, books, points=70)
    buy(member, books, fen=2_000)
    before = [
        list(model.objects.order_by("pk").values()) for model in (Transfer, Lot, Receipt, OutboxRow)
    ]

    preview = loyalty.preview_refund(receipt=receipt, store=tea, fen=9_000, actor="till:1")

    after = [
        list(model.objects.order_by("pk").values()) for model in (Transfer, Lot, Receipt, OutboxRow)
    ]
    assert after == before
    assert not Refund.objects.exists()
    assert not Idem.objects.filter(scope="preview").exists()
    refund = make_refund(receipt, fen=9_000)
    assert (preview.own, preview.other, preview.owed) == parts(refund) == (30, 20, 40)
    assert (preview.left_fen, preview.available_after) == (1_000, 0)


def test_a_preview_of_too_much_is_refused_like_the_refund(member, tea):
    receipt = buy(member, tea, fen=10_000)

    with pytest.raises(RefundExceedsPayment):
        loyalty.preview_refund(receipt=receipt, store=tea, fen=10_001, actor="till:1")
