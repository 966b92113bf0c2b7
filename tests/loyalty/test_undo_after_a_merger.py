"""A spending of an account that was merged is undone all the same: its points go to the surviving one."""

from datetime import timedelta

import pytest

from district.kernel import clock, invariants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import TransferNotReversible
from loyalty.models import Lot, PointsAccount, Transfer
from loyalty.queries import Balance
from loyalty.services.set_terms import EarningTerms
from tests.factories.loyalty import (
    buy,
    capture,
    fresh_key,
    make_earning_store,
    make_hold,
    make_refund,
    pay_points,
    undo,
)
from tests.factories.members import bearer, make_member, make_staff
from tests.factories.merchants import till_key_text
from tests.loyalty.sql_bypass import run
from tests.loyalty.till_requests import post

EMPTY = Balance(0, 0, 0, 0)


@pytest.fixture
def old(db):
    return make_member("旧号")


@pytest.fixture
def new(db):
    return make_member("新号")


@pytest.fixture
def chen(db):
    return make_staff("chen")


def merge(source, into, by):
    loyalty.merge_members(source=source, into=into, reason="同一人", by=by, key=fresh_key())


def test_the_till_undoes_it_and_the_heir_has_the_points(at_till, old, new, tea, books, chen):
    buy(old, books, fen=10_000)
    spent = pay_points(old, tea, points=60, no="P-77")
    merge(old, new, chen)
    assert queries.balance_of(new).available == 40

    fields = {"store": tea.public_id, "transfer": spent.public_id, "reason": "退货"}
    answer = post(at_till, "reversals", fields)

    assert answer.status_code == 201
    body = answer.json()
    assert (body["kind"], body["points"]) == ("reverse_spend", 60)
    assert body["available_after"] == 100
    assert (queries.balance_of(old), queries.balance_of(new).available) == (EMPTY, 100)
    assert queries.clearing() == []
    # The same end, issuer and price, and a line that says where they come from.
    assert Lot.objects.filter(account=new.pk).values("expires_at", "issuer").distinct().count() == 1
    phone = at_till
    phone.credentials(**bearer(new))
    line = phone.get("/api/v1/me/points/entries").json()["results"][0]
    assert (line["change"], line["reference"], line["reason"]) == (60, "P-77", "退货")
    assert post_again(phone, tea, fields) == (201, body)


def post_again(client, store, fields):
    client.credentials(
        HTTP_AUTHORIZATION=f"Bearer {till_key_text(store)}", HTTP_IDEMPOTENCY_KEY="k-1"
    )
    answer = post(client, "reversals", fields)
    return answer.status_code, answer.json()


def test_in_parts_as_often_as_something_is_left(old, new, tea, books, chen):
    buy(old, tea, fen=3_000)
    buy(old, books, fen=3_000)
    spent = pay_points(old, books, points=50)
    undo(spent, books, points=10)
    merge(old, new, chen)

    assert undo(spent, books, points=25).available_after == 45
    assert undo(spent, books, points=15).available_after == 60
    with pytest.raises(TransferNotReversible):
        undo(spent, books, points=1)
    assert queries.balance_of(new).available == 60
    assert queries.clearing() == []


def test_what_a_hold_captured_goes_to_the_end_of_a_chain(old, new, tea, books, chen):
    last = make_member("再一个号")
    buy(old, tea, fen=10_000)
    held = capture(make_hold(old, books, points=70), points=50)
    merge(old, new, chen)
    merge(new, last, chen)

    undo(held.spent, books)

    assert queries.balance_of(last).available == 100
    assert (queries.balance_of(old), queries.balance_of(new)) == (EMPTY, EMPTY)


def test_it_repays_what_the_heir_owes_by_the_other_account(old, new, tea, books, chen):
    """Lent to the one account, owed by the other, and made good by the very points."""
    receipt = buy(old, tea, fen=10_000)
    spent = pay_points(old, books, points=100)
    make_refund(receipt)
    merge(old, new, chen)
    assert queries.balance_of(new).debt == 100

    assert undo(spent, books).available_after == 0

    assert queries.balance_of(new) == EMPTY
    assert queries.clearing() == []
    buy(new, books, fen=5_000)
    assert queries.balance_of(new).available == 50


def test_dead_points_make_good_their_own_purchase_there_too(old, new, books, chen):
    short = make_earning_store(EarningTerms(validity_months=1))
    with clock.travel_to(clock.now() - timedelta(days=40)):
        receipt = buy(old, short, fen=10_000)
        spent = pay_points(old, books, points=100)
        make_refund(receipt, fen=4_000)
        merge(old, new, chen)

    assert undo(spent, books).available_after == 0

    assert queries.balance_of(new) == EMPTY
    kinds = Transfer.objects.filter(account=new.pk).order_by("seq").values_list("kind", "points")
    assert list(kinds)[-3:] == [("merge_in", 100), ("repay", 40), ("expire", 60)]
    assert queries.clearing() == []


def test_a_refund_after_the_undoing_finds_the_points_with_the_heir(old, new, tea, books, chen):
    receipt = buy(old, tea, fen=10_000)
    spent = pay_points(old, books, points=60)
    merge(old, new, chen)
    undo(spent, books)

    refund = make_refund(receipt)

    assert (refund.own, refund.other, refund.owed) == (100, 0, 0)
    assert queries.balance_of(new) == EMPTY


@pytest.mark.breaks_the_ledger
def test_the_audits_find_points_that_stayed_behind(old, new, tea, books, chen):
    buy(old, tea, fen=10_000)
    spent = pay_points(old, books, points=60)
    merge(old, new, chen)
    undo(spent, books)
    run(
        "alter table loyalty_transfer disable trigger user",
        "update loyalty_transfer set reverses_id = null where kind = 'merge_in'",
        f"update loyalty_lot set remaining = 1 where account_id = {old.pk}",
        "alter table loyalty_transfer enable trigger user",
    )

    found = {offence.query for offence in invariants.offences()}

    assert PointsAccount.objects.get(pk=old.pk).available == 0
    assert "what came back to a merged account went on to its heir" in found
    assert "a merged account has no lots and owes nothing" in found
