from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.idempotency import Key
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import (
    AccountFrozen,
    HoldNotOpen,
    HoldTooLong,
    HoldTooSmall,
    InsufficientPoints,
    RequestAlreadyPosted,
)
from loyalty.models import Draw, Hold, Lot, Transfer
from loyalty.queries import Balance
from tests.factories.loyalty import buy, capture, fresh_key, make_hold, pay_points, undo, void
from tests.factories.members import make_staff
from tests.factories.merchants import till_of, visit_of


def refused(refusal, act):
    """Refused with these facts, and nothing moved."""
    before = Transfer.objects.count(), list(Lot.objects.order_by("pk").values("remaining"))
    with pytest.raises(refusal) as caught:
        act()
    assert (
        Transfer.objects.count(),
        list(Lot.objects.order_by("pk").values("remaining")),
    ) == before
    return caught.value.facts


def lines(member):
    return [(line.kind, line.points) for line in queries.statement(member).order_by("seq")]


def test_held_points_are_not_spent_and_not_settled(member, tea, books):
    buy(member, tea, fen=10_000)

    held = make_hold(member, books, points=60)

    assert (held.state, held.points, held.captured) == ("open", 60, 0)
    assert queries.balance_of(member) == Balance(available=40, held=60, pending=0, debt=0)
    assert refused(InsufficientPoints, lambda: pay_points(member, books, points=41)) == {
        "asked": 41,
        "balance": 40,
    }
    assert queries.clearing() == []


def test_a_captured_hold_is_a_spending(member, tea, books):
    buy(member, tea, fen=10_000)

    ended = capture(make_hold(member, books, points=60))

    assert (ended.state, ended.captured, ended.spent.kind) == ("captured", 60, "capture")
    assert queries.balance_of(member) == Balance(available=40, held=0, pending=0, debt=0)
    (claim,) = queries.clearing()
    assert (claim.redeemer, claim.points) == (books.merchant_id, 60)
    assert lines(member) == [("earn", 100), ("hold", 60), ("capture", 60)]


def test_of_a_capture_in_part_the_newest_lots_get_the_rest(member, tea, books):
    buy(member, tea, fen=3_000)
    buy(member, books, fen=3_000)

    capture(make_hold(member, books, points=50), points=35)

    assert [lot.remaining for lot in Lot.objects.order_by("pk")] == [0, 25]
    assert sorted(Draw.objects.values_list("points", flat=True)) == [5, 30]
    assert lines(member)[2:] == [("hold", 50), ("capture", 35), ("release", 15)]
    assert queries.balance_of(member).available == 25


def test_a_captured_hold_can_be_given_back_like_any_spending(member, tea, books):
    buy(member, tea, fen=10_000)
    ended = capture(make_hold(member, books, points=60), points=40)

    undo(ended.spent, books, points=15)
    undo(ended.spent, books, points=25)

    assert queries.balance_of(member).available == 100
    assert queries.clearing() == []


def test_a_voided_hold_gives_everything_back(member, tea, books):
    buy(member, tea, fen=10_000)

    ended = void(make_hold(member, books, points=60))

    assert (ended.state, ended.captured, ended.spent) == ("voided", 0, None)
    assert queries.balance_of(member) == Balance(available=100, held=0, pending=0, debt=0)
    assert queries.clearing() == []


@pytest.mark.parametrize("first", [capture, void])
@pytest.mark.parametrize("second", [capture, void])
def test_a_hold_ends_once(member, tea, first, second):
    buy(member, tea, fen=10_000)
    held = make_hold(member, tea, points=60)
    state = first(held).state

    assert refused(HoldNotOpen, lambda: second(held)) == {"state": state}


def test_no_more_is_captured_than_was_held(member, tea):
    buy(member, tea, fen=10_000)
    held = make_hold(member, tea, points=60)

    assert refused(HoldTooSmall, lambda: capture(held, points=61)) == {"asked": 61, "held": 60}


def test_a_hold_runs_out_by_itself_before_and_after_the_sweep(member, tea):
    buy(member, tea, fen=10_000)
    held = make_hold(member, tea, points=60, minutes=30)
    before = held.expires_at - timedelta(microseconds=1)

    assert queries.balance_of(member, before).held == 60
    assert queries.balance_of(member, held.expires_at) == Balance(100, 0, 0, 0)
    with clock.travel_to(held.expires_at):
        assert refused(HoldNotOpen, lambda: capture(held)) == {"state": "timed_out"}
        pay_points(member, tea, points=100)

    held.refresh_from_db()
    assert (held.state, held.resolved_at) == ("timed_out", held.expires_at)
    assert lines(member) == [("earn", 100), ("hold", 60), ("release", 60), ("spend", 100)]


def test_the_sweep_ends_what_ran_out(member, tea):
    buy(member, tea, fen=10_000)
    held = make_hold(member, tea, points=60, minutes=30)

    with clock.travel_to(held.expires_at + timedelta(hours=3)):
        assert loyalty.sweep_accounts() == 1
        assert loyalty.sweep_accounts() == 0

    line = Transfer.objects.get(kind="release")
    assert (line.actor, line.at, line.points) == ("system", held.expires_at, 60)


def test_keys_repeat_the_answer_and_know_other_terms(member, tea):
    buy(member, tea, fen=10_000)
    place, end = Key.of("hold", "a", points=60), Key.of("resolve", "b", points=60)
    held = make_hold(member, tea, points=60, no="H-1", key=place)

    assert make_hold(member, tea, points=60, no="H-1", key=place) == held
    assert capture(held, key=end) == capture(held, key=end)
    with pytest.raises(KeyReused):
        void(held, key=Key.of("resolve", "b"))
    assert Transfer.objects.filter(kind="capture").count() == 1


def test_one_request_number_is_one_hold_or_one_spending(member, tea, books):
    buy(member, tea, fen=10_000)
    held = make_hold(member, tea, points=10, no="P-1")
    pay_points(member, tea, points=10, no="P-2")

    refused(RequestAlreadyPosted, lambda: make_hold(member, tea, points=10, no="P-1"))
    refused(RequestAlreadyPosted, lambda: pay_points(member, tea, points=10, no="P-1"))
    refused(RequestAlreadyPosted, lambda: make_hold(member, tea, points=10, no="P-2"))
    void(held)
    refused(RequestAlreadyPosted, lambda: pay_points(member, tea, points=10, no="P-1"))
    assert pay_points(member, books, points=10, no="P-1").points == 10


def test_a_frozen_account_holds_and_captures_nothing_but_gets_its_points_back(
    member, tea, frozen_by
):
    buy(member, tea, fen=10_000)
    held, other = (make_hold(member, tea, points=30) for _ in range(2))
    frozen_by(member)

    refused(AccountFrozen, lambda: make_hold(member, tea, points=1))
    refused(AccountFrozen, lambda: capture(held))
    assert void(held).state == "voided"
    with clock.travel_to(other.expires_at):
        loyalty.sweep_accounts()
    assert queries.balance_of(member) == Balance(available=100, held=0, pending=0, debt=0)


@pytest.fixture
def frozen_by(member):
    def freeze(frozen_member):
        loyalty.freeze_account(member=frozen_member, reason="盗号", by=make_staff("chen"))

    return freeze


def test_a_hold_lasts_no_longer_than_the_rules_allow(member, tea):
    buy(member, tea, fen=10_000)
    visit = visit_of(member, till_of(tea), tea).visit
    arguments = {"visit": visit, "points": 10, "request_no": "H-1", "actor": "till:1"}

    facts = refused(
        HoldTooLong, lambda: loyalty.hold_points(**arguments, minutes=121, key=fresh_key())
    )
    held = loyalty.hold_points(**arguments, minutes=120, key=fresh_key())

    assert facts == {"minutes": 120}
    assert held.expires_at - held.at == timedelta(hours=2)
    assert Hold.objects.get() == held
