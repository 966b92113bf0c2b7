"""Each audit query of planning finds the row it is there for."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from coupons import services as coupons
from coupons.invariants.planning import PLANNING
from tests.factories.coupons import fresh_key, make_version
from tests.factories.members import make_operator
from tests.factories.merchants import allied_store

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_the_ledger]

# What breaks a promise, by the promise; written around the database's guards, as no verb would.
BROKEN = {
    "nobody decided a version": "update coupons_versionedit set by_id ="
    " (select decided_by_id from coupons_templateversion)",
    "a merchant's coupon names": "update coupons_templatefunding set bp = 9999",
    "nobody decided a change": "update coupons_budgetchange set decided_by_id = proposed_by_id",
    "changes of a budget": "update coupons_budgetchange set from_fen = 4000",
    "a published version has the consent": "update coupons_shareconsent set bp = 9999",
    "what a submitted version says": "update coupons_templateversion set face_fen = 400",
}
NEEDS_NO_CHECK = [("coupons_budgetchange", "budget_change_by_four_eyes")]
TABLES = [
    "coupons_budgetchange",
    "coupons_shareconsent",
    "coupons_templatefunding",
    "coupons_templateversion",
    "coupons_versionedit",
]


@pytest.fixture
def planned():
    version = make_version(merchant=allied_store().merchant, stock=10, budget_fen=5_000)
    change = coupons.propose_budget_change(
        version=version,
        budget_was_fen=5_000,
        budget_fen=9_000,
        reason="周末加量",
        by=make_operator("yunying1"),
        key=fresh_key(),
    )
    coupons.decide_budget_change(change=change, approve=True, by=make_operator("yunying2"))
    return version


@pytest.mark.parametrize("promise", BROKEN)
def test_a_broken_promise_is_found(planned, promise):
    (query,) = [name for name in PLANNING if name.startswith(promise)]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute(PLANNING[query])
        assert cursor.fetchall() == []
        for table in TABLES:
            cursor.execute(f"alter table {table} disable trigger user")
        for table, name in NEEDS_NO_CHECK:
            cursor.execute(f"alter table {table} drop constraint {name}")
        cursor.execute(BROKEN[promise])
        cursor.execute(PLANNING[query])
        assert cursor.fetchall(), query

    with pytest.raises(CommandError, match="break a promise"):
        call_command("audit", "coupons")


def test_every_query_has_a_case():
    assert len(BROKEN) == len(PLANNING)
