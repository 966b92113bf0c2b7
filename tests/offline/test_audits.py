"""Each audit query of redemption without the network finds the row it is there for."""

import pytest
from django.db import connection

from coupons import services as coupons
from coupons.offline.invariants import INVARIANTS as OFFLINE
from tests.factories.coupons import claim, make_version, redeem, reported_bill
from tests.factories.members import make_member
from tests.factories.merchants import allied_store

pytestmark = [pytest.mark.django_db, pytest.mark.breaks_the_ledger]

# What breaks a promise, by the promise; written past the constraints, as no verb would.
BROKEN = {
    "a terminal's log": "update offline_terminal set last_seq = last_seq + 1",
    "what a terminal did": "update coupons_redemption set at = at + interval '1 second'",
    "every collision": "delete from offline_redemptionconflict",
    "within 72 hours": "update offline_redemptionconflict set payer = 'alliance'",
    "a merchant bears": "update offline_redemptionconflict set payer = 'alliance',"
    " winner_id = (select id from coupons_redemption where offline)",
    "the alliance owes": "delete from settlement_booking where source = 'coupon_conflict'",
}


@pytest.fixture
def used(till, store):
    """One taken and redeemed, two that were used elsewhere, and one beyond the allowance."""
    version = make_version(offline="allowance")
    held = [claim(version, make_member(f"会员{number}")) for number in range(4)]
    for number, coupon in enumerate(held):
        till.scan(coupons.show_coupon(coupon=coupon).code, no=f"A{number}", fen=5_000)
    for coupon in held[1:]:
        redeem(coupon, store=allied_store(), bill=reported_bill(5_000))
    till.upload()


def found(query):
    with connection.cursor() as cursor:
        cursor.execute(OFFLINE[query])
        return cursor.fetchall()


@pytest.mark.parametrize("promise", BROKEN)
def test_a_broken_promise_is_found(used, store, promise):
    (query,) = [name for name in OFFLINE if name.startswith(promise)]
    assert found(query) == []
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in ("terminal", "logentry", "redemptionconflict"):
            cursor.execute(f"alter table offline_{table} disable trigger user")
        cursor.execute("alter table coupons_redemption disable trigger user")
        cursor.execute("alter table settlement_booking disable trigger user")
        cursor.execute(BROKEN[promise])

    assert found(query)


def test_every_query_has_a_case():
    assert len(BROKEN) == len(OFFLINE)
