"""Refunds that come before their receipt, or of a receipt nobody knows."""

import pytest

from district.kernel.errors import KeyReused
from district.kernel.idempotency import Key
from district.kernel.models import AuditLine
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import ParkedRefundDecided, RefundAlreadyPosted, RefundExceedsPayment
from loyalty.models import ParkedRefund, Refund
from loyalty.tasks import match_parked_refunds_due
from tests.factories.loyalty import buy, make_refund, return_goods
from tests.factories.members import make_staff


@pytest.fixture
def chen(db):
    return make_staff("chen")


def test_a_refund_of_an_unknown_receipt_waits_and_moves_nothing(tea):
    parked = return_goods(tea, "B-1", fen=3_000, no="R-1")

    assert isinstance(parked, ParkedRefund)
    assert (parked.state, parked.reason, parked.fen) == ("waiting", "unknown_receipt", 3_000)
    assert not Refund.objects.exists()


def test_it_is_posted_right_behind_its_receipt(member, tea):
    parked = return_goods(tea, "B-1", fen=3_000, no="R-1")

    receipt = buy(member, tea, fen=10_000, no="B-1")

    parked.refresh_from_db()
    assert (parked.state, parked.decided_by) == ("matched", "system")
    assert parked.refund.receipt == receipt
    assert (parked.refund.refund_no, parked.refund.own) == ("R-1", 30)
    assert queries.balance_of(member).available == 70


def test_another_number_or_store_is_another_receipt(member, tea, books):
    parked = return_goods(tea, "B-1", fen=3_000)

    buy(member, tea, fen=10_000, no="B-2")
    buy(member, books, fen=10_000, no="B-1")

    parked.refresh_from_db()
    assert parked.state == "waiting"


def test_several_wait_and_are_posted_in_the_order_they_came(member, tea):
    first, second = (return_goods(tea, "B-1", fen=fen) for fen in (3_000, 4_000))

    buy(member, tea, fen=10_000, no="B-1")

    assert list(Refund.objects.order_by("pk").values_list("fen", flat=True)) == [3_000, 4_000]
    assert {first.pk, second.pk} == set(
        ParkedRefund.objects.filter(state="matched").values_list("pk", flat=True)
    )


def test_what_exceeds_the_receipt_waits_on_for_a_person(member, tea):
    first, too_much = (return_goods(tea, "B-1", fen=fen) for fen in (8_000, 3_000))

    buy(member, tea, fen=10_000, no="B-1")

    first.refresh_from_db()
    too_much.refresh_from_db()
    assert (first.state, too_much.state) == ("matched", "waiting")
    assert match_parked_refunds_due() == 0
    assert queries.balance_of(member).available == 20


def test_the_key_that_parked_returns_what_became_of_it(member, tea):
    key = Key.of("refund", "a", fen=3_000)
    parked = return_goods(tea, "B-1", fen=3_000, no="R-1", key=key)

    assert return_goods(tea, "B-1", fen=3_000, no="R-1", key=key) == parked
    buy(member, tea, fen=10_000, no="B-1")
    refund = return_goods(tea, "B-1", fen=3_000, no="R-1", key=key)

    assert isinstance(refund, Refund)
    assert (refund.fen, Refund.objects.count()) == (3_000, 1)
    with pytest.raises(KeyReused):
        return_goods(tea, "B-1", fen=1, no="R-1", key=Key.of("refund", "a", fen=1))


def test_the_number_is_used_up_by_the_parked_one(member, tea):
    return_goods(tea, "B-1", fen=3_000, no="R-1")

    with pytest.raises(RefundAlreadyPosted):
        return_goods(tea, "B-9", fen=3_000, no="R-1")
    buy(member, tea, fen=10_000, no="B-1")
    with pytest.raises(RefundAlreadyPosted):
        return_goods(tea, "B-1", fen=3_000, no="R-1")

    assert queries.balance_of(member).available == 70


def test_the_sweep_finds_one_that_missed_its_receipt(member, tea):
    receipt = buy(member, tea, fen=10_000, no="B-1")
    # As two transactions leave it that did not see each other: the refund parked, the receipt there.
    ParkedRefund.objects.create(
        merchant=tea.merchant,
        store=tea,
        receipt_store=tea,
        receipt_no="B-1",
        refund_no="R-1",
        fen=3_000,
        reason="unknown_receipt",
        actor="till:1",
        at=receipt.at,
    )

    assert match_parked_refunds_due() == 1
    assert match_parked_refunds_due() == 0

    assert Refund.objects.get().own == 30


def test_a_person_matches_one_to_the_receipt_it_belongs_to(member, tea, chen):
    receipt = buy(member, tea, fen=10_000, no="B-1")
    parked = return_goods(tea, "B-l", fen=3_000, no="R-1")

    refund = loyalty.match_refund(parked=parked, receipt=receipt, by=chen)

    parked.refresh_from_db()
    assert (parked.state, parked.refund, parked.decided_by) == (
        "matched",
        refund,
        f"user:{chen.pk}",
    )
    assert queries.balance_of(member).available == 70
    line = AuditLine.objects.get(verb="match_refund")
    assert line.subject == f"loyalty.parkedrefund:{parked.pk}"


def test_a_person_cannot_match_more_than_was_paid(member, tea, chen):
    receipt = buy(member, tea, fen=2_000, no="B-1")
    parked = return_goods(tea, "B-l", fen=3_000)

    with pytest.raises(RefundExceedsPayment):
        loyalty.match_refund(parked=parked, receipt=receipt, by=chen)

    parked.refresh_from_db()
    assert parked.state == "waiting"
    assert not AuditLine.objects.filter(verb="match_refund").exists()


def test_one_that_was_dismissed_never_comes_back(member, tea, chen):
    parked = return_goods(tea, "B-1", fen=3_000)

    loyalty.dismiss_refund(parked=parked, note="他店小票", by=chen)
    receipt = buy(member, tea, fen=10_000, no="B-1")

    parked.refresh_from_db()
    assert (parked.state, parked.note) == ("dismissed", "他店小票")
    assert queries.balance_of(member).available == 100
    with pytest.raises(ParkedRefundDecided):
        loyalty.match_refund(parked=parked, receipt=receipt, by=chen)
    with pytest.raises(ParkedRefundDecided):
        loyalty.dismiss_refund(parked=parked, note="再次", by=chen)


def test_a_matched_one_is_decided(member, tea, chen):
    parked = return_goods(tea, "B-1", fen=3_000)
    receipt = buy(member, tea, fen=10_000, no="B-1")

    with pytest.raises(ParkedRefundDecided):
        loyalty.match_refund(parked=parked, receipt=receipt, by=chen)
    with pytest.raises(ParkedRefundDecided):
        loyalty.dismiss_refund(parked=parked, note="重复", by=chen)
    assert make_refund(receipt).own == 70
