"""A person decides about points above a ceiling: approved, refused, refunded meanwhile, merged meanwhile."""

from datetime import timedelta

import pytest

from district.kernel import clock
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import (
    ReviewBySamePerson,
    ReviewDecided,
    ReviewNeedsReason,
)
from loyalty.models import Lot, PointsAccount, Transfer
from tests.factories.loyalty import (
    buy,
    fresh_key,
    make_earning_store,
    make_refund,
    pay_points,
    undo,
)
from tests.factories.members import make_member, make_operator
from tests.loyalty.earning_reviews import ABOVE, approve, policy, refuse, states


def test_approved_points_are_spendable_and_live_from_then_on(waiting, member, operator, books):
    """A wait that is longer than the life of the points takes nothing of it."""
    lot = Lot.objects.get()
    later = lot.expires_at + timedelta(days=3)
    with clock.travel_to(later):
        loyalty.sweep_accounts()
        assert queries.balance_of(member) == queries.Balance(0, 0, 50_001, 0)
        assert loyalty.warn_of_expiry() == 0
        review = approve(waiting, operator)
        assert review.state == "approved"
        assert queries.balance_of(member).available == 50_001
        pay_points(member, books, points=50_001)
    lot.refresh_from_db()
    assert lot.expires_at > later + timedelta(days=700)
    line = Transfer.objects.get(kind="activate")
    assert (line.points, line.actor) == (50_001, f"user:{operator.pk}")


def test_a_review_is_decided_once_and_a_repeated_key_answers(waiting, operator):
    key = fresh_key()
    approve(waiting, operator, key=key)

    assert approve(waiting, operator, key=key).state == "approved"
    for decide in (approve, refuse):
        with pytest.raises(ReviewDecided):
            decide(waiting, operator)
    assert Transfer.objects.filter(kind="activate").count() == 1


def test_refused_points_go_back_to_their_issuer_for_a_reason(waiting, member, operator):
    with pytest.raises(ReviewNeedsReason):
        refuse(waiting, operator, note=" ")
    review = refuse(waiting, operator)

    assert (review.state, review.returned_points) == ("refused", 50_001)
    assert queries.balance_of(member) == queries.Balance(0, 0, 0, 0)
    line = Transfer.objects.get(kind="clawback")
    assert (line.reference, line.reason) == (review.public_id, "收银密钥被盗用")
    assert queries.clearing() == []
    # Money given back later takes no points a second time.
    refund = make_refund(waiting, fen=100)
    assert (refund.own, refund.other, refund.owed) == (0, 0, 0)
    assert make_refund(waiting).owed == 0


def test_a_refund_of_a_part_is_approved_as_what_is_left(waiting, member, operator):
    make_refund(waiting, fen=1_000_000)
    assert queries.balance_of(member).pending == 40_001

    approve(waiting, operator)
    assert queries.balance_of(member).available == 40_001
    make_refund(waiting)
    assert queries.balance_of(member) == queries.Balance(0, 0, 0, 0)


@pytest.mark.parametrize("how", ["refund", "reversal"])
def test_a_receipt_that_comes_back_whole_waits_no_more(waiting, tea, operator, how):
    if how == "refund":
        make_refund(waiting)
    else:
        undo(waiting.transfer, tea)

    assert states() == [("withdrawn", ["receipt"])]
    for decide in (approve, refuse):
        with pytest.raises(ReviewDecided):
            decide(waiting, operator)
    assert PointsAccount.objects.get().pending == 0


@pytest.mark.parametrize("decide", [approve, refuse])
def test_a_merger_in_between_takes_the_waiting_points_along(waiting, member, operator, decide):
    into = make_member("小林的新号")
    loyalty.merge_members(source=member, into=into, reason="同一人", by=operator, key=fresh_key())
    assert queries.balance_of(into) == queries.Balance(0, 0, 50_001, 0)
    third = make_member("小林的手机号")
    loyalty.merge_members(source=into, into=third, reason="同一人", by=operator, key=fresh_key())

    decide(waiting, operator)

    available = 50_001 if decide is approve else 0
    assert queries.balance_of(third) == queries.Balance(available, 0, 0, 0)


def test_two_accounts_of_one_person_have_one_day(member, tea, operator):
    policy(member_day_ceiling_points=100)
    into = make_member()
    buy(member, tea, fen=6_000)
    buy(into, tea, fen=4_000)
    loyalty.merge_members(source=member, into=into, reason="同一人", by=operator, key=fresh_key())

    buy(into, tea, fen=100)

    assert states() == [("waiting", ["member_day"])]


def test_approved_points_repay_a_debt_first(member, tea, books, operator):
    first = buy(member, tea, fen=10_000)
    pay_points(member, books, points=100)
    make_refund(first)
    receipt = buy(member, tea, fen=ABOVE)
    assert queries.balance_of(member) == queries.Balance(0, 0, 50_001, 100)

    approve(receipt, operator)

    assert queries.balance_of(member) == queries.Balance(49_901, 0, 0, 0)


def test_points_that_wait_for_a_day_wait_for_it_after_the_approval_too(member, operator):
    store = make_earning_store(loyalty.EarningTerms(pending_days=3))
    receipt = buy(member, store, fen=ABOVE)
    approve(receipt, operator)
    assert queries.balance_of(member).pending == 50_001

    with clock.travel_to(clock.now() + timedelta(days=3)):
        assert queries.balance_of(member).available == 50_001
        loyalty.sweep_accounts()
        assert Transfer.objects.filter(kind="activate").count() == 1


def test_large_sums_need_two_people(member, tea, operator):
    other = make_operator("another")
    receipt = buy(member, tea, fen=50_000_000)

    assert approve(receipt, operator).state == "waiting"
    with pytest.raises(ReviewBySamePerson):
        approve(receipt, operator)
    assert queries.balance_of(member).available == 0
    assert approve(receipt, other).state == "approved"
    assert queries.balance_of(member).available == 500_000
