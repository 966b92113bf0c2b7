"""Merchants' terms around a close: before it they may change, after it they stay."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Event

import pytest
from django.db import IntegrityError, connection, transaction

from district.embedded.processes import wait_until
from district.kernel import clock
from loyalty import services as loyalty
from loyalty.errors import TermsSettled
from loyalty.models import MerchantTerms
from loyalty.services.set_terms import EarningTerms
from loyalty.settlement import services as settlement
from loyalty.settlement.errors import CycleChanged
from loyalty.settlement.models import Fee, Line
from tests.factories.loyalty import LONG_AGO, buy, make_earning_store, pay_points, undo
from tests.factories.settlement import closed, open_cycle_until
from tests.settlement.conftest import AFTER, FIRST, INSIDE, LAST

APRIL = date(2026, 4, 30)


def test_terms_changed_after_the_fact_stop_the_approval(member, tea, books, zhang, wang):
    buy(member, tea, fen=10_000)
    pay_points(member, books, points=10)
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    with clock.travel_to(AFTER):
        settlement.propose_close(cycle=cycle, by=zhang)
    loyalty.set_terms(
        merchant=books.merchant,
        earning_terms=EarningTerms(redeem_fee_bp=100),
        start=LONG_AGO + timedelta(days=9),
    )

    with clock.travel_to(AFTER), pytest.raises(CycleChanged):
        settlement.approve_close(cycle=cycle, by=wang)

    assert not Line.objects.exists()
    with clock.travel_to(AFTER):
        settlement.withdraw_close(cycle=cycle, by=wang)
        settlement.propose_close(cycle=cycle, by=zhang)
        settlement.approve_close(cycle=cycle, by=wang)
    assert Line.objects.count() == 1


def test_terms_of_a_closed_cycle_stay_so_that_the_fee_that_was_paid_comes_back(
    member, tea, zhang, wang
):
    books = make_earning_store(EarningTerms(redeem_fee_bp=150))
    buy(member, tea, fen=1_000_000)
    spent = pay_points(member, books, points=433)
    cycle = closed(LAST, first_day=FIRST, by=zhang, approver=wang)

    def fee_from(start):
        with clock.travel_to(AFTER):
            return loyalty.set_terms(
                merchant=books.merchant, earning_terms=EarningTerms(redeem_fee_bp=900), start=start
            )

    before = list(MerchantTerms.objects.order_by("id").values())
    for start in (INSIDE - timedelta(hours=1), cycle.ends_at - timedelta(microseconds=1)):
        with pytest.raises(TermsSettled):
            fee_from(start)
    for valid in (
        "tstzrange(now(), null)",
        "tstzrange(lower(valid), lower(valid) + interval '9 d')",
    ):
        with (
            pytest.raises(IntegrityError, match="the terms of a closed cycle stay"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"update loyalty_merchantterms set valid = {valid}")
    assert list(MerchantTerms.objects.order_by("id").values()) == before

    fee_from(cycle.ends_at)
    with clock.travel_to(AFTER):
        undo(spent, books)
    closed(APRIL, by=zhang, approver=wang)
    assert sum(Fee.objects.values_list("fen", flat=True)) == 0
    assert Fee.objects.get(cycle__number=2).carry_out == 0


def test_terms_changed_while_a_cycle_closes_are_reckoned_with_or_refused(
    member, tea, books, zhang, wang
):
    """The change is written, not committed, when the approval begins: it must wait and see it."""
    buy(member, tea, fen=20_000)
    pay_points(member, books, points=100)
    cycle = open_cycle_until(LAST, first_day=FIRST, by=zhang)
    with clock.travel_to(AFTER):
        settlement.propose_close(cycle=cycle, by=zhang)
    written, waited = Event(), Event()

    def change():
        with clock.travel_to(AFTER), transaction.atomic():
            loyalty.set_terms(
                merchant=books.merchant,
                earning_terms=EarningTerms(redeem_fee_bp=900),
                start=INSIDE - timedelta(hours=1),
            )
            written.set()
            waited.wait(30)
        connection.close()

    with ThreadPoolExecutor(2) as pool:
        changing = pool.submit(change)
        assert written.wait(30)
        approving = pool.submit(approve_on_own_connection, cycle, wang)
        assert wait_until(the_close_waits, 30)
        waited.set()
        changing.result()
        with pytest.raises(CycleChanged):
            approving.result()
    assert not Line.objects.exists()


def approve_on_own_connection(cycle, by):
    try:
        with clock.travel_to(AFTER):
            settlement.approve_close(cycle=cycle, by=by)
    finally:
        connection.close()


def the_close_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "select exists (select from pg_locks where not granted"
            " and relation = 'loyalty_merchantterms'::regclass)"
        )
        return cursor.fetchone()[0]
