"""What apps above book between merchants is settled together with the points: once, to the fen."""

import re
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from district.kernel import clock, invariants, plugin
from district.kernel.text.money import MAX_FEN
from district.merchants.services import alliance_party
from loyalty.settlement import services as settlement
from loyalty.settlement import sources
from loyalty.settlement.errors import CycleChanged
from loyalty.settlement.models import Booking, Charge, Line, Statement
from loyalty.settlement.queries import bookings_of_charge, draft_charges
from tests.factories.loyalty import buy, pay_points
from tests.factories.merchants import make_merchant
from tests.factories.settlement import book, closed, open_cycle_until
from tests.settlement.conftest import AFTER, FIRST, LAST

APRIL = date(2026, 4, 30)


def charges(number=1):
    found = Charge.objects.filter(cycle__number=number).order_by("source", "payer", "payee")
    return list(found.values_list("payer", "payee", "source", "bookings", "fen"))


def nets(number=1):
    return dict(Statement.objects.filter(cycle__number=number).values_list("merchant", "net"))


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_bookings_are_summed_by_pair_and_source_apart_from_points(member, tea, books, zhang, wang):
    alliance = alliance_party()
    buy(member, tea, fen=20_000)
    pay_points(member, books, points=60)
    book(tea, books, 500, reference="rdm_1")
    book(tea, books, 250, reference="rdm_2")
    book(alliance, books, 250, reference="rdm_2")
    book(books, tea, 30, reference="rdm_3")
    book(tea, books, 8, reference="tkt_1", source="parking")

    closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    tea_id, books_id = tea.merchant_id, books.merchant_id
    assert sorted(charges()) == sorted(
        [
            (tea_id, books_id, "gift", 2, 750), (alliance.pk, books_id, "gift", 1, 250),
            (books_id, tea_id, "gift", 1, 30), (tea_id, books_id, "parking", 1, 8),
        ]
    )  # fmt: skip
    sums = Statement.objects.values_list("merchant", "receivable", "payable", "charges", "net")
    assert set(sums) == {
        (tea_id, 0, 60, -728, -788), (books_id, 60, 0, 978, 1_038), (alliance.pk, 0, 0, -250, -250),
    }  # fmt: skip
    assert Line.objects.count() == 1


def test_what_is_taken_back_is_settled_when_it_is_taken_back(tea, books, zhang, wang):
    book(tea, books, 500, reference="rdm_1")
    book(tea, books, 40, reference="rdm_2")
    book(tea, books, -40, reference="rvr_2")
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    with clock.travel_to(AFTER):
        book(tea, books, -120, reference="rfd_1")
    closed(APRIL, by=zhang, approver=wang)
    with clock.travel_to(AFTER + timedelta(days=40)):
        book(tea, books, 7, reference="rdm_3")
        book(tea, books, -7, reference="rvr_3")
    closed(date(2026, 5, 31), by=zhang, approver=wang)

    pair = (tea.merchant_id, books.merchant_id, "gift")
    assert charges(1) == [(*pair, 3, 500)]
    assert charges(2) == [(*pair, 1, -120)]
    assert charges(3) == [(*pair, 2, 0)]
    assert nets(2) == {tea.merchant_id: 120, books.merchant_id: -120}
    assert nets(3) == {tea.merchant_id: 0, books.merchant_id: 0}


def test_what_is_booked_late_for_an_earlier_day_falls_into_the_next_cycle(tea, books, zhang, wang):
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    with clock.travel_to(AFTER):
        book(tea, books, 1, reference="of_april")
        settlement.propose_close(cycle=cycle, by=zhang)
    book(tea, books, 20, reference="late")
    with clock.travel_to(AFTER):
        settlement.approve_close(cycle=cycle, by=wang)
    assert charges(1) == []

    closed(APRIL, by=zhang, approver=wang)

    assert charges(2) == [(tea.merchant_id, books.merchant_id, "gift", 2, 21)]


def test_a_charge_opens_down_to_its_bookings_for_its_two_sides_alone(tea, books, zhang, wang):
    book(tea, books, 500, reference="rdm_1")
    book(tea, books, -20, reference="rfd_1")
    book(books, tea, 9, reference="rdm_2")
    book(tea, books, 8, reference="tkt_1", source="parking")
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    assert [(charge.source, charge.pairs, charge.bookings, charge.fen) for charge in draft_charges(cycle)] == [
        ("gift", 2, 3, 489), ("parking", 1, 1, 8),
    ]  # fmt: skip
    closed(LAST, by=zhang, approver=wang)
    charge = Charge.objects.get(payer=tea.merchant, source="gift")

    for side in (None, tea.merchant_id, books.merchant_id):
        found = list(bookings_of_charge(charge, merchant=side))
        assert [(booking.reference, booking.fen) for booking in found] == [
            ("rdm_1", 500),
            ("rfd_1", -20),
        ]
    assert list(bookings_of_charge(charge, merchant=make_merchant().pk)) == []


REFUSED = [
    ({}, "booking_once_per_act"),
    ({"fen": -5}, "booking_once_per_act"),
    ({"reference": "rdm_2", "fen": 0}, "booking_of_some_fen"),
    ({"reference": "rdm_2", "fen": MAX_FEN + 1}, "booking_of_some_fen"),
    ({"reference": "rdm_2", "fen": -MAX_FEN - 1}, "booking_of_some_fen"),
    ({"reference": "rdm|2"}, "booking_says_what_for"),
    ({"reference": ""}, "booking_says_what_for"),
    ({"reference": "rdm_2\n"}, "booking_says_what_for"),
    ({"source": "优惠券"}, "booking_says_what_for"),
]


def test_a_booking_that_cannot_be_is_refused_by_name(tea, books):
    arguments = {"fen": 5, "reference": "rdm_1"}
    book(tea, books, **arguments)

    for changes, name in REFUSED:
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            book(tea, books, **(arguments | changes))
    with pytest.raises(IntegrityError, match="booking_between_two"), transaction.atomic():
        book(tea, tea, 5, reference="rdm_9")
    assert Booking.objects.count() == 1


def test_what_is_booked_and_charged_stands(tea, books, zhang, wang):
    book(tea, books, 5, reference="rdm_1")
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    for table in ("settlement_booking", "settlement_charge"):
        for broken in (f"update {table} set fen = 6", f"delete from {table}", f"truncate {table}"):
            with pytest.raises(DatabaseError, match="append-only"):
                run(broken)
    with pytest.raises(IntegrityError, match="only a proposed cycle"):
        run(
            "insert into settlement_charge (cycle_id, payer_id, payee_id, source, bookings, fen)"
            " select cycle_id, payee_id, payer_id, source, 1, 1 from settlement_charge"
        )
    assert Booking.objects.count() == Charge.objects.count() == 1


BROKEN = {
    "a closed cycle's charges are its bookings": [
        "update settlement_booking set fen = fen + 1 where reference = 'rdm_1'",
        "delete from settlement_booking",
        "update settlement_charge set source = 'other'",
        "update settlement_charge set bookings = 2 where fen = 5",
    ],
    "a statement is what its lines, fees, credit notes and charges come to": [
        "update settlement_statement set charges = charges + 1, net = net + 1, due = due + 1",
        "update settlement_charge set fen = fen + 1",
    ],
    "bookings are between merchants there are, and none comes from this server's future": [
        "update settlement_booking set payee_id = 999999",
        "update settlement_booking set xid = '9000000000000000000'",
    ],
    "lines and charges belong to a closed cycle": [
        "update settlement_charge set cycle_id = 999999",
    ],
}


def test_the_audit_finds_what_is_broken(tea, books, zhang, wang):
    book(tea, books, 5, reference="rdm_1")
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    for promise, broken in [(name, sql) for name, many in BROKEN.items() for sql in many]:
        table = re.search(r"settlement_\w+", broken)[0]
        with transaction.atomic():
            run(f"alter table {table} disable trigger user; {broken}")
            assert promise in {found.query for found in invariants.findings()}, broken
            transaction.set_rollback(True)


@pytest.mark.breaks_the_ledger
def test_a_booking_tampered_with_after_the_proposal_stops_the_approval(tea, books, zhang, wang):
    book(tea, books, 5, reference="rdm_1")
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    with clock.travel_to(AFTER):
        settlement.propose_close(cycle=cycle, by=zhang)
        run(
            "alter table settlement_booking disable trigger user;"
            " update settlement_booking set fen = 6"
        )
        with pytest.raises(CycleChanged):
            settlement.approve_close(cycle=cycle, by=wang)

    assert not Charge.objects.exists()


def test_a_source_is_called_what_its_app_says(monkeypatch):
    assert sources.source_name("parcel") == "parcel"
    monkeypatch.setitem(plugin.settlement_sources(), "parcel", "包裹")
    assert sources.source_name("parcel") == "包裹"
