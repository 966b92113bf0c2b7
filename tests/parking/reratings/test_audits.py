"""Each audit query of re-rating finds the row it is there for."""

import pytest
from django.db import connection

from district.kernel import invariants
from parking.invariants import INVARIANTS
from tests.factories.tariffs import make_tariff_draft
from tests.parking.reratings.charging_steps import CAP, approve, paid_in_cash, plan, run

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_the_ledger]
_REFUNDED = "where outcome = 'refunded'"
# What breaks a promise, by the promise; written past constraints and triggers, as no verb would.
BROKEN = {
    "a correction prices": "update parking_tariffversion set number = 0 where state = 'correction'",
    "a re-rating has the": "update parking_rerating set sha256 = repeat('0', 64)",
    "a re-rating counts": "update parking_reratingjob set answered_rows = 0, state = 'stopped'",
    "a re-rated stay got": f"update parking_reratedstay set refunded_fen = 7 {_REFUNDED}",
    "a stay that became cheaper": "update parking_stay set tariff_version_id ="
    " (select version_id from parking_rerating)",
}

TABLES = ["parking_tariffversion", "parking_rerating", "parking_reratedstay", "parking_stay"]


@pytest.fixture
def rerated(charging):
    paid_in_cash(charging.stay("浙A10001", "12:10", 130))
    rerating = approve(plan(charging, make_tariff_draft(charging.tariff, **CAP)))
    run(rerating)
    assert list(invariants.offences()) == []


@pytest.mark.parametrize("promise", BROKEN)
def test_a_broken_promise_is_found(rerated, promise):
    (query,) = [name for name in INVARIANTS if name.startswith(promise)]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(BROKEN[promise])
        cursor.execute(INVARIANTS[query])
        assert cursor.fetchall(), query
