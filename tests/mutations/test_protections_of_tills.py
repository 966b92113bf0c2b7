"""What a till's posting call asks of till and member, taken away question by question: then what has changed since the
till was asked for stops nothing. With them, tests/loyalty/test_receipts_at_once.py holds."""

import pytest

from district.kernel import clock
from district.merchants.queries import remembered_till, till_for
from loyalty import services as loyalty
from loyalty.values import ReportedPurchase
from tests.factories.loyalty import fresh_key, make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text
from tests.loyalty.till_changes import close, end, narrow, revoke, suspend, withdraw
from tests.mutations.protections import Protection, rewrite_functions

TILL = "district/merchants/sql/till_may_act.sql"
EARN = "loyalty/sql/earn_at_till.sql"


QUESTIONS = {
    revoke: (TILL, ("till.revoked_at is null", "true")),
    end: (TILL, ("till.expires_at > p_real_at", "true")),
    suspend: (TILL, ("merchant.state <> 'suspended'", "true")),
    withdraw: (TILL, ("and member.period @> p_at", "")),
    narrow: (
        TILL,
        ("join merchants_tillkeystore scope on scope.till_key_id = till.id\n", "\n"),
        ("and scope.store_id = p_store\n", "\n"),
    ),
    close: (EARN, (" and closed_at is null", "")),
}


@pytest.mark.django_db
@pytest.mark.parametrize("stop", QUESTIONS)
def test_only_the_posting_calls_question_stops_a_remembered_till(stop):
    member, store = make_member(), make_earning_store()
    text = till_key_text(store)
    till_for(text)
    till = remembered_till(text)
    stop(store, member)

    def post():
        purchase = ReportedPurchase(
            receipt_no="B-1", paid_fen=700, paid_at=clock.now(), source="till"
        )
        return loyalty.earn_points_at_till(
            till=till,
            store=store.public_id,
            member=member.public_id,
            purchase=purchase,
            key=fresh_key(),
        )

    assert post() is None
    Protection(stop.__name__, rewrite_functions(*QUESTIONS[stop])).remove()
    assert post().points == 7
