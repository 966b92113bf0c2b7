"""Every promise has a constraint that refuses, and an invariant that finds what the constraint would have let in."""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from district.kernel import invariants
from district.kernel.plugin import invariants_of
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.invariants import INVARIANTS
from tests.business_circle.mall_steps import (
    authorize,
    fresh_key,
    note_refund,
    pay,
    refunded,
    report_at_till,
)

pytestmark = pytest.mark.breaks_the_ledger

PREFIX = "business_circle_"
# What each promise is protected by (constraints; `!name` is a trigger), and how it is broken without.
ONCE = "a transaction and a refund of the business circle are written once"
MONEY = "money of the business circle is more than nothing, and no refund above its payment"
CREDITED = "a credited payment is a receipt of its number, store, sum and time"
DECIDED = "a decided payment is told to WeChat, and no other one is"
TOLD = "WeChat is told what the ledger granted"
OPENID = "an openid is kept with its payment until WeChat has the answer"
WAITS = "a refund waits as long as its payment does"
APPLIED = "an applied refund is one of the receipt of its payment, of its number and sum"
REPORTED = "a refund that was reported is applied, not needed for a reason, or left to a person"
_PAYMENT_COLUMNS = (
    "transaction_id, openid_hash, openid_sealed, master_version, shop_number, shop_name, amount_fen,"
    " paid_at, is_requested, state, received_at, waits_until"
)
BREACHES = [
    (
        ONCE,
        ["mallpayment.mall_payment_once_per_transaction"],
        f"insert into business_circle_mallpayment (public_id, {_PAYMENT_COLUMNS})"
        f" select 'mpy_2', {_PAYMENT_COLUMNS} from business_circle_mallpayment where id = {{waiting}}",
    ),
    (
        ONCE,
        ["mallrefund.mall_refund_once_per_refund"],
        "insert into business_circle_mallrefund (refund_id, transaction_id, refund_fen, payment_fen,"
        " refunded_at, state, received_at) select refund_id, transaction_id, refund_fen, payment_fen,"
        " refunded_at, state, received_at from business_circle_mallrefund where id = {early}",
    ),
    (
        ONCE,
        ["authorization.authorization_once_per_openid"],
        "insert into business_circle_authorization (openid_hash, state, authorized_at)"
        " select openid_hash, state, authorized_at from business_circle_authorization",
    ),
    (
        MONEY,
        ["mallpayment.mall_payment_of_some_money", "!mallpayment.written_once"],
        "update business_circle_mallpayment set amount_fen = 0 where id = {waiting}",
    ),
    (
        MONEY,
        ["mallrefund.mall_refund_within_payment", "!mallrefund.written_once"],
        "update business_circle_mallrefund set refund_fen = payment_fen + 1 where id = {early}",
    ),
    (
        CREDITED,
        ["mallpayment.mall_payment_decided_once", "!mallpayment.decided_once"],
        "update business_circle_mallpayment set receipt_id = null where id = {credited}",
    ),
    (
        CREDITED,
        ["!mallpayment.written_once"],
        "update business_circle_mallpayment set paid_at = paid_at - interval '1 minute'"
        " where id = {credited}",
    ),
    (
        "a receipt by WeChat Pay is a credited payment",
        ["!mallpayment.decided_once"],
        "update business_circle_mallpayment set state = 'without_points', reason = 'no_terms',"
        " receipt_id = null where id = {credited}",
    ),
    (
        "a receipt is that of one payment",
        ["mallpayment.mall_payment_one_per_receipt", "!mallpayment.decided_once"],
        "update business_circle_mallpayment set receipt_id ="
        " (select receipt_id from business_circle_mallpayment where id = {credited}) where id = {earned}",
    ),
    (
        "a payment that had earned already names the receipt of its store and sum",
        ["!mallpayment.decided_once", "mallpayment.mall_payment_decided_once"],
        "update business_circle_mallpayment set receipt_id = null where id = {earned}",
    ),
    (
        DECIDED,
        ["!mallpayment.decided_once", "mallpayment.mall_payment_decided_once"],
        "update business_circle_mallpayment set decided_at = null where id = {credited}",
    ),
    (
        DECIDED,
        ["!pointssync.written_once"],
        "delete from business_circle_pointssync where payment_id = {credited}",
    ),
    (
        DECIDED,
        ["pointssync.points_sync_once_per_payment"],
        "insert into business_circle_pointssync (payment_id, is_earned, increased_points, remarks,"
        " decided_at) select payment_id, is_earned, increased_points, remarks, decided_at"
        " from business_circle_pointssync where payment_id = {credited}",
    ),
    (
        TOLD,
        ["!pointssync.written_once"],
        "update business_circle_pointssync set increased_points = increased_points + 1"
        " where payment_id = {credited}",
    ),
    (
        TOLD,
        ["pointssync.points_sync_says_why_there_are_none", "!pointssync.written_once"],
        "update business_circle_pointssync set is_earned = false where payment_id = {credited}",
    ),
    (
        OPENID,
        ["mallpayment.mall_payment_openid_sealed_by_a_master_key"],
        "update business_circle_mallpayment set master_version = null where id = {credited}",
    ),
    (
        OPENID,
        [],
        "update business_circle_mallpayment set openid_sealed = null, master_version = null"
        " where id = {credited}",
    ),
    (
        WAITS,
        ["!mallrefund.decided_once", "mallrefund.mall_refund_decided_once"],
        "update business_circle_mallrefund set state = 'waiting' where id = {applied}",
    ),
    (
        APPLIED,
        ["!mallrefund.decided_once", "mallrefund.mall_refund_decided_once"],
        "update business_circle_mallrefund set ledger_refund_id = null where id = {applied}",
    ),
    (
        APPLIED,
        ["!mallrefund.written_once"],
        "update business_circle_mallrefund set refund_fen = refund_fen - 1 where id = {applied}",
    ),
    (
        REPORTED,
        ["!mallrefund.decided_once"],
        "update business_circle_mallrefund set state = 'not_needed', reason = 'without_points',"
        " ledger_refund_id = null where id = {applied}",
    ),
    (
        "an authorisation is withdrawn on a day",
        ["authorization.authorization_withdrawn_iff_dated"],
        "update business_circle_authorization set state = 'withdrawn'",
    ),
    (
        "a shop number means one store",
        ["shopnumber.shop_number_of_one_store"],
        "insert into business_circle_shopnumber (shop_number, store_id, assigned_by_id, assigned_at)"
        " select shop_number, store_id, assigned_by_id, assigned_at from business_circle_shopnumber",
    ),
    (
        "a shop number means one store",
        ["shopnumber.shop_number_not_empty"],
        "update business_circle_shopnumber set shop_number = ''",
    ),
]
# By the ledger's own check, which a test takes away.
TILL = "a till's receipt does not stand beside a payment of the same purchase"


@pytest.fixture
def rows(member, store, operator):
    """A row of each kind."""
    authorize()
    earned_at_till = report_at_till(member, store, paid_fen=3_000)
    credited = pay(store)
    applied = note_refund(refunded(credited, 8_000))
    earned = pay(store, amount_fen=3_000)
    assert earned.receipt_id == earned_at_till.pk
    waiting = pay(shop_number="?")
    early = note_refund(refunded(waiting, 100))
    business_circle.assign_shop_number(shop_number="7", store=store, by=operator, key=fresh_key())
    found = invariants.findings(invariants_of("business_circle"))
    assert found == []
    return {
        "credited": credited.pk,
        "earned": earned.pk,
        "waiting": waiting.pk,
        "applied": applied.pk,
        "early": early.pk,
    }


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def take_away(protection):
    if protection.startswith("!"):
        table, trigger = protection[1:].split(".")
        run(f"alter table {PREFIX}{table} disable trigger {PREFIX}{table}_{trigger}")
        return
    table, name = protection.split(".")
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_constraint where conname = %s", [name])
        is_constraint = cursor.fetchone()
    if is_constraint:
        run(f"alter table {PREFIX}{table} drop constraint {name}")
    else:
        run(f"drop index {name}")


@pytest.mark.parametrize(("promise", "protections", "breach"), BREACHES)
def test_what_a_protection_refuses_the_audit_would_find(rows, promise, protections, breach):
    statement = breach.format(**rows)
    if protections:
        with pytest.raises(DatabaseError), transaction.atomic():
            run(statement)
    run("set constraints all immediate")
    for protection in protections:
        take_away(protection)
    run(statement)

    assert promise in {finding.query for finding in invariants.findings(INVARIANTS)}


def test_without_the_ledgers_check_a_till_earns_again_and_the_audit_finds_it(member, store):
    pay(store)
    run(
        "create or replace function loyalty_earned_by_wechat(p_source text, p_member bigint,"
        " p_store bigint, p_paid_fen bigint, p_paid_at timestamptz) returns boolean"
        " language sql stable as 'select false'"
    )

    report_at_till(member, store)

    assert TILL in {finding.query for finding in invariants.findings(INVARIANTS)}


def test_every_promise_is_broken_here():
    assert {promise for promise, _protections, _breach in BREACHES} | {TILL} == set(INVARIANTS)


@pytest.mark.parametrize("table", ["mallpayment", "mallrefund", "pointssync"])
def test_nothing_is_deleted(rows, table):
    for statement in (f"delete from {PREFIX}{table}", f"truncate {PREFIX}{table} cascade"):
        with pytest.raises(DatabaseError), transaction.atomic():
            run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "update business_circle_mallpayment set transaction_id = '' where id = {waiting}",
        "update business_circle_mallrefund set refund_id = '' where id = {early}",
        "update business_circle_pointssync set total_points = -1",
        "update business_circle_pointssync set synced_at = decided_at, set_aside_at = decided_at",
    ],
)
def test_what_else_is_refused(rows, statement):
    run("set constraints all immediate")
    for table in ("mallpayment", "mallrefund", "pointssync"):
        take_away(f"!{table}.written_once")
    with pytest.raises(IntegrityError), transaction.atomic():
        run(statement.format(**rows))
