"""Points that ended unspent are gone for both sides: a refund takes only what is left or was spent."""

from datetime import timedelta

import pytest

from district.kernel import clock, invariants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Debt, Receipt, Refund, Transfer
from loyalty.queries import Balance
from loyalty.services.set_terms import EarningTerms
from tests.factories.loyalty import (
    buy,
    fresh_key,
    make_earning_store,
    make_hold,
    make_refund,
    pay_points,
    undo,
    void,
)
from tests.factories.members import make_member, make_staff
from tests.loyalty.sql_bypass import run
from tests.loyalty.till_requests import post

NOW = clock.now()
THEN = NOW - timedelta(days=40)


@pytest.fixture
def short(db):
    """A store whose points live for a month."""
    return make_earning_store(EarningTerms(validity_months=1))


@pytest.fixture
def at_short(at_till, short):
    from tests.factories.merchants import till_key_text

    at_till.credentials(
        HTTP_AUTHORIZATION=f"Bearer {till_key_text(short)}", HTTP_IDEMPOTENCY_KEY="k-1"
    )
    return at_till


def parts(refund):
    return refund.own, refund.other, refund.owed, refund.ended


def bought(member, store, *, spent=0, at=None):
    """A hundred points of forty days ago, of which some were spent while they lived."""
    with clock.travel_to(THEN):
        receipt = buy(member, store, fen=10_000)
        if spent:
            pay_points(member, at, points=spent)
    return receipt


def owed_among_merchants():
    return {
        (position.issuer, position.redeemer): position.points for position in queries.clearing()
    }


def test_nobody_owes_anybody_for_points_that_ended(member, short, books):
    receipt = bought(member, short)

    refund = make_refund(receipt)

    assert parts(refund) == (0, 0, 0, 100)
    assert queries.balance_of(member) == Balance(0, 0, 0, debt=0)
    later = buy(member, books, fen=10_000)
    assert (later.repaid, queries.balance_of(member).available) == (0, 100)
    assert owed_among_merchants() == {}
    assert not Debt.objects.exists()


def test_other_points_of_the_member_stay_as_they_are(member, short, books):
    receipt = bought(member, short)
    buy(member, books, fen=5_000)

    assert parts(make_refund(receipt)) == (0, 0, 0, 100)
    assert queries.balance_of(member).available == 50
    assert owed_among_merchants() == {}


@pytest.mark.parametrize("refunded_first", [True, False])
def test_it_is_the_same_before_and_after_the_end(member, short, books, refunded_first):
    """Forty were spent, sixty were left: the member owes forty in both orders, and a half none."""
    receipt = bought(member, short, spent=40, at=books)
    with clock.travel_to(THEN if refunded_first else NOW):
        half = make_refund(receipt, fen=5_000)
    rest = make_refund(receipt)

    assert queries.balance_of(member) == Balance(0, 0, 0, debt=40)
    assert parts(half) == ((50, 0, 0, 0) if refunded_first else (0, 0, 0, 50))
    assert parts(rest) == ((0, 0, 40, 10))
    assert owed_among_merchants() == {(short.merchant_id, books.merchant_id): 40}


def test_what_ended_outside_a_hold_is_gone_and_the_held_rest_is_taken(member, short, books):
    with clock.travel_to(THEN):
        receipt = buy(member, short, fen=10_000)
        held = make_hold(member, books, points=40, minutes=60 * 24 * 60)

    assert parts(make_refund(receipt)) == (0, 0, 40, 60)
    # It comes back with some days of grace, and makes good what is owed.
    void(held)
    assert queries.balance_of(member) == Balance(0, 0, 0, 0)
    assert owed_among_merchants() == {}


def test_grace_points_that_are_left_are_taken_after_what_ended(member, short, books):
    with clock.travel_to(THEN):
        receipt = buy(member, short, fen=10_000)
        held = make_hold(member, books, points=40, minutes=60 * 24 * 60)
    void(held)

    assert parts(make_refund(receipt, fen=5_000)) == (0, 0, 0, 50)
    assert queries.balance_of(member).available == 40
    assert parts(make_refund(receipt)) == (40, 0, 0, 10)
    assert queries.balance_of(member) == Balance(0, 0, 0, 0)


@pytest.mark.parametrize("merged_first", [True, False])
def test_points_of_a_merged_account_that_ended_are_gone_too(short, books, merged_first):
    old, new, by = make_member("旧"), make_member("新"), make_staff("chen")
    receipt = bought(old, short, spent=30, at=books)
    with clock.travel_to(THEN if merged_first else NOW):
        loyalty.merge_members(source=old, into=new, reason="同一人", by=by, key=fresh_key())
    buy(new, books, fen=1_000)

    assert parts(make_refund(receipt)) == (0, 10, 20, 70)
    assert queries.balance_of(new) == Balance(0, 0, 0, debt=20)


def test_an_earning_of_which_nothing_is_left_is_undone_without_taking_any(member, short, at_short):
    receipt = bought(member, short)

    answer = post(
        at_short,
        "reversals",
        {
            "store": short.public_id,
            "transfer": receipt.transfer.public_id,
            "reason": "扫错会员码",
        },
    )

    assert answer.status_code == 201
    body = answer.json()
    assert (body["kind"], body["points"], body["available_after"]) == ("reverse_earn", 0, 0)
    assert queries.balance_of(member) == Balance(0, 0, 0, 0)
    assert Receipt.objects.get().freed


def test_the_till_gets_what_had_ended(member, short, at_short):
    receipt = bought(member, short)
    fields = {"store": short.public_id, "receipt_no": receipt.receipt_no, "fen": 10_000}
    nothing = {"own": 0, "other": 0, "owed": 0, "ended": 100}

    preview = post(at_short, "refunds/preview", fields).json()
    refund = post(at_short, "refunds", fields | {"refund_no": "R-1"}).json()

    assert {name: preview[name] for name in nothing} == nothing
    assert refund["points"] == nothing


def test_a_spending_undone_after_the_end_makes_good_what_its_purchase_owes(member, short, books):
    """The issuer got its points back from the other merchant: it lost nothing, and nothing is owed."""
    with clock.travel_to(THEN):
        receipt = buy(member, short, fen=10_000)
        spent = pay_points(member, books, points=100)
        make_refund(receipt, fen=4_000)
    assert queries.balance_of(member).debt == 40

    reversal = undo(spent, books)

    assert (reversal.points, reversal.available_after) == (100, 0)
    lines = list(Transfer.objects.order_by("seq").values_list("kind", "points"))[-3:]
    assert lines == [("reverse_spend", 100), ("repay", 40), ("expire", 60)]
    assert queries.balance_of(member) == Balance(0, 0, 0, 0)
    assert owed_among_merchants() == {}
    # And undone first it comes to the same.
    assert parts(make_refund(receipt)) == (0, 0, 0, 60)


@pytest.mark.breaks_the_ledger
def test_the_audit_finds_who_owes_for_nothing_and_what_took_the_dead(member, short, books):
    receipt = bought(member, short, spent=40, at=books)
    make_refund(receipt)
    run(
        "alter table loyalty_refund disable trigger user",
        "update loyalty_refund set owed = 100, ended = 0",
        "alter table loyalty_refund enable trigger user",
        "alter table loyalty_debt disable trigger user",
        "update loyalty_debt set points = 100",
        "alter table loyalty_debt enable trigger user",
    )

    found = {offence.query for offence in invariants.offences()}

    assert "a refund takes no points that ended unspent" in found
    assert "nobody owes more of a purchase than was used of its points" in found


@pytest.mark.breaks_the_ledger
def test_the_audit_finds_ends_that_never_were(member, tea):
    make_refund(buy(member, tea, fen=10_000))
    run(
        "alter table loyalty_refund disable trigger user",
        "update loyalty_refund set own = 0, ended = 100",
        "alter table loyalty_refund enable trigger user",
    )

    assert Refund.objects.get().ended == 100
    found = {offence.query for offence in invariants.offences()}
    assert "what a refund found ended has ended" in found
