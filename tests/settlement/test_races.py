"""Closing during live traffic, two approvals, many payments: over real connections."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import F, Sum

from district.kernel import clock
from loyalty.models import Draw, Restore
from loyalty.settlement import services as settlement
from loyalty.settlement.errors import CycleStillOpen
from loyalty.settlement.models import (
    Booking,
    Charge,
    Cycle,
    JournalSeal,
    Line,
    Statement,
    StatementPayment,
)
from loyalty.settlement.queries import horizon_now
from loyalty.settlement.services.payments import PaymentDetails
from tests.factories.loyalty import buy, make_earning_store, pay_points, undo
from tests.factories.members import make_member, make_operator
from tests.factories.settlement import book, closed, open_cycle_until
from tests.race import race
from tests.settlement.conftest import AFTER, FIRST, INSIDE, LAST


def outcomes(results):
    return sorted(type(result).__name__ for result in results)


def moved(at, call, **arguments):
    """A call for another thread, in which the clock stands at an instant."""

    def run():
        with clock.travel_to(at):
            return call(**arguments)

    return run


def test_of_two_approvals_at_once_one_closes(member, tea, books, zhang, wang):
    buy(member, tea, fen=20_000)
    pay_points(member, books, points=100)
    li = make_operator("li")
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    with clock.travel_to(AFTER):
        settlement.propose_close(cycle=cycle, by=zhang)

    results = race(
        *[moved(AFTER, settlement.approve_close, cycle=cycle, by=who) for who in (wang, li) * 4]
    )

    assert outcomes(results) == ["Cycle"] * 4 + ["CycleState"] * 4
    assert Line.objects.count() == 1
    assert Statement.objects.count() == 2


def test_of_many_proposals_and_openings_at_once_one_stands(zhang, wang):
    results = race(
        *[
            moved(AFTER, settlement.open_cycle, last_day=LAST, first_day=FIRST, by=who)
            for who in (zhang, wang) * 4
        ]
    )
    assert {type(result) for result in results} <= {Cycle, CycleStillOpen}
    cycle = Cycle.objects.get()

    results = race(
        *[moved(AFTER, settlement.propose_close, cycle=cycle, by=who) for who in (zhang, wang) * 4]
    )
    assert outcomes(results) == ["Cycle"] * 4 + ["CycleState"] * 4


@pytest.fixture
def statement(member, tea, books, zhang, wang):
    """Books is to get 100 fen."""
    buy(member, tea, fen=20_000)
    pay_points(member, books, points=100)
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    return Statement.objects.get(merchant=books.merchant)


@pytest.mark.parametrize("references", [1, 16])
def test_sixteen_payments_at_once_never_exceed_what_is_due(statement, zhang, references):
    results = race(
        *[
            moved(
                AFTER, settlement.record_payment, statement=statement, by=zhang,
                paid=PaymentDetails(30, "to_merchant", f"B-{n % references}", AFTER),
            )
            for n in range(16)
        ]
    )  # fmt: skip

    if references == 1:
        assert len({result.pk for result in results}) == 1
        assert StatementPayment.objects.get().after == 30
    else:
        assert outcomes(results) == ["PaymentExceedsDue"] * 13 + ["StatementPayment"] * 3
        assert StatementPayment.objects.order_by("-nth").first().after == 90


def test_a_transaction_that_commits_after_the_proposal_is_settled_in_the_next_cycle(
    member, tea, books, zhang, wang
):
    """Its draw was written, and its number taken, before the horizon: the classic lost row."""
    buy(member, tea, fen=20_000)
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    written, proposed = Event(), Event()

    def slow():
        with clock.travel_to(INSIDE), transaction.atomic():
            pay_points(member, books, points=70)
            book(tea, books, 700, reference="slow")
            written.set()
            proposed.wait(30)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(slow)
        assert written.wait(30)
        # Younger than the one that waits, and through before the proposal.
        pay_points(make_member_with_points(tea), books, points=30)
        book(tea, books, 300, reference="quick")
        with clock.travel_to(AFTER):
            settlement.propose_close(cycle=cycle, by=zhang)
        proposed.set()
        late.result()
    with clock.travel_to(AFTER):
        settlement.approve_close(cycle=cycle, by=wang)
    first = sum(Line.objects.values_list("points", flat=True))
    assert not Charge.objects.exists()
    closed(LAST + timedelta(days=30), by=zhang, approver=wang)

    # The younger one lies above the horizon, too; together the cycles hold both, once.
    assert first == 0
    assert sum(Line.objects.values_list("points", flat=True)) == 100
    assert Charge.objects.values_list("bookings", "fen").get() == (2, 1_000)


def make_member_with_points(store):
    other = make_member("小王")
    buy(other, store, fen=10_000)
    return other


def test_cycles_close_and_seals_fall_during_writes_and_nothing_is_lost_or_doubled(
    real_db, zhang, wang
):
    with clock.travel_to(INSIDE):
        stores = [make_earning_store() for _ in range(3)]
        members = [make_member(f"m{n}") for n in range(6)]
        for n, member in enumerate(members):
            for store in stores:
                buy(member, store, fen=1_000_000 + n)
    stop = Event()

    def write(seed):
        chance = random.Random(seed)
        spent, done = [], 0
        while not stop.is_set() and done < 400:
            # Postings of the days before and after midnight, in no order.
            at = INSIDE + timedelta(days=chance.choice([0, 5, 21, 22, 40, 60]))
            with clock.travel_to(at), transaction.atomic():
                if spent and chance.random() < 0.3:
                    undo(*spent.pop())
                else:
                    store = chance.choice(stores)
                    transfer = pay_points(members[seed], store, points=chance.randint(1, 50))
                    if chance.random() < 0.5:
                        spent.append((transfer, store))
                    payer, payee = chance.sample(stores, 2)
                    book(payer, payee, chance.choice([-3, 5, 70]), reference=f"{seed}-{done}")
                if chance.random() < 0.2:
                    connection.cursor().execute("select pg_sleep(0.02)")
            done += 1
        connection.close()
        return done

    with ThreadPoolExecutor(6) as pool:
        writers = [pool.submit(write, seed) for seed in range(6)]
        for day in (LAST, LAST + timedelta(days=15), LAST + timedelta(days=30)):
            closed(day, first_day=FIRST, by=zhang, approver=wang)
            with clock.travel_to(clock.start_of_day(day + timedelta(days=2))):
                settlement.seal_days()
        stop.set()
        assert sum(writer.result() for writer in writers) > 0
    last = LAST + timedelta(days=90)
    closed(last, by=zhang, approver=wang)
    with clock.travel_to(clock.start_of_day(last + timedelta(days=2))):
        settlement.seal_days()

    settled = sum(Line.objects.values_list("movements", flat=True))
    own = (
        Draw.objects.filter(lot__issuer=F("redeemer")).count()
        + Restore.objects.filter(draw__lot__issuer=F("draw__redeemer")).count()
    )
    assert settled + own == Draw.objects.count() + Restore.objects.count()
    charged = Charge.objects.aggregate(Sum("bookings"), Sum("fen"))
    assert tuple(charged.values()) == (Booking.objects.count(), _booked_fen())
    sealed = sum(JournalSeal.objects.values_list("leaves", flat=True))
    rows = (Draw, Restore, Booking)
    assert sealed == 18 + sum(model.objects.count() for model in rows)


def _booked_fen():
    return sum(Booking.objects.values_list("fen", flat=True))


def test_sixteen_seals_at_once_seal_each_day_once(member, tea):
    buy(member, tea, fen=20_000)
    at = INSIDE + timedelta(days=5)

    results = race(*[moved(at, settlement.seal_days) for _ in range(16)])

    assert sum(results) == JournalSeal.objects.count() == 5


def test_references_that_collide_at_once_are_refused(member, tea, books, zhang, wang):
    """Two statements of one merchant, one bank number: the database lets one stand."""
    buy(member, tea, fen=20_000)
    pay_points(member, books, points=50)
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    with clock.travel_to(AFTER):
        pay_points(member, books, points=50)
    closed(LAST + timedelta(days=30), by=zhang, approver=wang)
    both = list(Statement.objects.filter(merchant=books.merchant))

    results = race(
        *[
            moved(
                AFTER, settlement.record_payment, statement=statement, by=zhang,
                paid=PaymentDetails(50, "to_merchant", "B-1", AFTER),
            )
            for statement in both
        ]
    )  # fmt: skip

    assert outcomes(results) == ["PaymentReferenceUsed", "StatementPayment"]


def open_transaction(session):
    """The number of a transaction that the session begins and keeps open."""
    return int(session.execute("select pg_current_xact_id()::text").fetchone()[0])


def test_a_transaction_of_another_database_does_not_hold_the_horizon_back(real_db, databases):
    name = databases.clone()
    with psycopg.connect(databases.url_of(name)) as session:
        older = open_transaction(session)
        with psycopg.connect(real_db.url) as ours:
            newer = open_transaction(ours)

        assert older < newer < horizon_now()
    databases.drop(name)


def test_an_open_transaction_of_this_database_holds_the_horizon_back(real_db):
    with psycopg.connect(real_db.url) as session:
        older = open_transaction(session)

        assert horizon_now() <= older
    assert horizon_now() > older


def test_no_horizon_lies_below_the_one_before(monkeypatch, member, tea, books, zhang, wang):
    """A later look may not reach as far as an earlier one: then the earlier one counts, or things count twice."""
    buy(member, tea, fen=20_000)
    pay_points(member, books, points=70)
    first = closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    with clock.travel_to(AFTER):
        settlement.seal_days()
    for service in ("close", "seal"):
        monkeypatch.setattr(
            f"loyalty.settlement.services.{service}.horizon_now", lambda: first.horizon - 5
        )
    second = closed(LAST + timedelta(days=30), by=zhang, approver=wang)
    with clock.travel_to(AFTER + timedelta(days=2)):
        settlement.seal_days()

    assert second.horizon == first.horizon
    horizons = list(JournalSeal.objects.order_by("day").values_list("horizon", flat=True))
    assert horizons == sorted(horizons)
    assert sum(Line.objects.values_list("points", flat=True)) == 70


def test_the_own_transaction_lies_above_its_horizon(real_db):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select pg_current_xact_id()::text")
        own = int(cursor.fetchone()[0])

        assert horizon_now() <= own
