"""Attack runs on holds over HTTP with sixteen real connections: exactly one winner each."""

from datetime import timedelta

import pytest

from district.kernel import clock, invariants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Hold, Lot, PointsAccount, Transfer
from tests.factories.loyalty import ask_confirmation, buy, fresh_key, make_earning_store
from tests.factories.members import make_member
from tests.race import call_concurrently, race, statuses


@pytest.fixture
def visit(till, shopper, member):
    """The member at the counter, with a hundred points."""
    till.post_receipt(member.public_id, fen=10_000)
    return till.look_up(shopper.card_code().body["code"]).body["visit"]["token"]


def test_of_160_holds_of_a_whole_wallet_one_succeeds(till, visit):
    answers = call_concurrently(till, [lambda client: client.hold(visit, points=100)] * 160)

    assert statuses(answers) == {(201, None): 1, (409, "insufficient_points"): 159}
    account = PointsAccount.objects.get()
    assert (account.available, account.held, Lot.objects.get().remaining) == (0, 100, 0)
    assert list(invariants.offences()) == []


def test_of_160_holds_with_one_key_one_is_placed(till, visit):
    answers = call_concurrently(
        till, [lambda client: client.hold(visit, points=10, no="H-1", key="one")] * 160
    )

    assert statuses(answers) == {(201, None): 160}
    assert len({answer.content for answer in answers}) == 1
    assert PointsAccount.objects.get().held == 10
    assert list(invariants.offences()) == []


def test_one_request_number_is_one_hold_or_one_spending(till, visit):
    hold = [lambda client: client.hold(visit, points=10, no="P-1")] * 32
    spend = [lambda client: client.spend(visit, points=10, no="P-1")] * 32

    answers = call_concurrently(
        till, [call for pair in zip(hold, spend, strict=True) for call in pair]
    )

    assert statuses(answers) == {(201, None): 1, (409, "request_already_posted"): 63}
    account = PointsAccount.objects.get()
    assert account.available == 90
    assert (
        account.held + sum(Transfer.objects.filter(kind="spend").values_list("points", flat=True))
        == 10
    )
    assert list(invariants.offences()) == []


def test_of_captures_and_voids_of_one_hold_one_succeeds(till, visit):
    hold = till.hold(visit, points=60).body["id"]
    captures = [lambda client, n=n: client.capture(hold, points=n) for n in range(1, 33)]
    voids = [lambda client: client.void(hold)] * 32

    answers = call_concurrently(
        till, [call for pair in zip(captures, voids, strict=True) for call in pair]
    )

    assert statuses(answers) == {(200, None): 1, (409, "hold_not_open"): 63}
    (winner,) = [answer.body for answer in answers if answer.accepted]
    ended = Hold.objects.get()
    assert (ended.state, ended.captured) == (winner["state"], winner["captured"])
    account = PointsAccount.objects.get()
    assert (account.available, account.held) == (100 - ended.captured, 0)
    assert list(invariants.offences()) == []


def test_of_64_captures_with_one_key_one_is_posted(till, visit):
    hold = till.hold(visit, points=60).body["id"]

    answers = call_concurrently(
        till, [lambda client: client.capture(hold, points=40, key="one")] * 64
    )

    assert statuses(answers) == {(200, None): 64}
    assert len({answer.content for answer in answers}) == 1
    assert Transfer.objects.get(kind="capture").points == 40
    assert PointsAccount.objects.get().available == 60
    assert list(invariants.offences()) == []


def test_a_spending_is_confirmed_declined_or_withdrawn(till, shopper, member):
    till.post_receipt(member.public_id, fen=10_000)
    store = queries.receipts().get().store
    hold = ask_confirmation(member, store, points=60).public_id
    phone = [lambda client: client.confirm(hold), lambda client: client.decline(hold)] * 16

    def counter():
        return call_concurrently(till, [lambda client: client.void(hold)] * 16, connections=4)

    lanes = race(lambda: call_concurrently(shopper, phone, connections=12), counter)
    answers = [answer for lane in lanes for answer in lane]

    assert statuses(answers) == {(200, None): 1, (409, "hold_not_open"): 47}
    ended = Hold.objects.get()
    assert PointsAccount.objects.get().available == 100 - ended.captured
    assert ended.captured == (60 if ended.state == "captured" else 0)
    assert list(invariants.offences()) == []


def test_a_spending_is_confirmed_or_runs_out(real_db):
    """The member's last moment against the sweep's first: each time one of the two, never both."""
    store, seen = make_earning_store(), set()
    for _ in range(12):
        member = make_member()
        buy(member, store, fen=10_000)
        hold = ask_confirmation(member, store, points=60)

        def confirm(hold=hold, member=member):
            with clock.travel_to(hold.expires_at - timedelta(microseconds=1)):
                loyalty.confirm_spending(hold=hold, member=member, key=fresh_key())

        def sweep(hold=hold):
            with clock.travel_to(hold.expires_at):
                loyalty.sweep_accounts()

        race(*[confirm, sweep] * 4)

        with clock.travel_to(hold.expires_at):
            loyalty.sweep_accounts()
        ended = Hold.objects.get(pk=hold.pk)
        seen.add(ended.state)
        assert (ended.state, ended.captured) in {("captured", 60), ("timed_out", 0)}
        assert PointsAccount.objects.get(pk=member.pk).available == 100 - ended.captured
    assert seen
    assert list(invariants.offences()) == []
