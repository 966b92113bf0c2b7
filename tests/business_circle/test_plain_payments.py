"""The one call that credits nearly every payment: what it costs, and what it asks before it does.

Each of its questions is taken away; then it credits what `decide_payment` decides otherwise.
"""

import pytest
from django.db import transaction

from district.kernel import clock
from district.members.models import Member
from loyalty import services as loyalty
from loyalty.models import ParkedRefund
from loyalty.services import PurchaseRefund
from tests.business_circle.mall_steps import (
    end_state,
    fresh_key,
    note,
    note_refund,
    paid,
    pay,
    refunded,
    report_at_till,
)
from tests.business_circle.test_payments import close, leave_alliance, suspend
from tests.factories.members import make_member, make_operator
from tests.mutations.protections import Protection, rewrite_functions

CREDIT = "loyalty/business_circle/sql/credit_payment.sql"
ALLIANCE = """exists (select from merchants_alliancemembership alliance
                            where alliance.merchant_id = p_merchant and alliance.period @> p_paid_at)"""


def test_a_members_payment_asks_for_its_store_and_is_credited_by_one_call(
    member, store, django_assert_num_queries
):
    pay(store)

    with django_assert_num_queries(2):
        pay(store)


def refund_first(report, member, store):
    note_refund(refunded(report, 8_000))


def park_refund(report, member, store):
    """The store's till has refunded a receipt of that number, of which nobody knows."""
    loyalty.refund_purchase(
        store=store,
        purchase_refund=PurchaseRefund(
            receipt_store=store, receipt_no=report.transaction_id, refund_no="R-1", fen=8_000
        ),
        actor="till:1",
        key=fresh_key(),
    )
    assert ParkedRefund.objects.count() == 1


def close_member(report, member, store):
    Member.objects.filter(pk=member.pk).update(closed_at=clock.now())


def report_first(report, member, store):
    report_at_till(member, store, paid_at=report.paid_at)


def report_of_merged(report, member, store):
    other = make_member("小林二")
    report_at_till(other, store, paid_at=report.paid_at)
    loyalty.merge_members(
        source=other, into=member, reason="同一人", by=make_operator("wang"), key=fresh_key()
    )


def without_member_and_report(change):
    return lambda report, member, store: change(store)


QUESTIONS = {
    "a refund came first": (
        refund_first,
        ("where transaction_id = p_transaction_id)\n    then", "where false)\n    then"),
    ),
    "a till refunded its number": (park_refund, ("v_earned.waiting > 0", "false")),
    "the member has left": (close_member, (" and closed_at is null", "")),
    "the store has closed": (
        without_member_and_report(close),
        ("store.closed_at is null or", "true or"),
    ),
    "the merchant is suspended": (
        without_member_and_report(suspend),
        ("merchant.state <> 'suspended'", "true"),
    ),
    "the merchant is in no alliance": (
        without_member_and_report(leave_alliance),
        (ALLIANCE, "true"),
    ),
    "a till was first": (report_first, ("receipt.source <> 'wechat'", "false")),
    "the till of a merged member was first": (
        report_of_merged,
        ("where merged_into_id = v_member", "where false"),
    ),
}  # fmt: skip


@pytest.mark.breaks_the_ledger
@pytest.mark.parametrize("question", QUESTIONS)
def test_without_the_question_the_call_credits_what_it_must_not(member, store, question):
    hinder, change = QUESTIONS[question]
    report = paid(store)
    hinder(report, member, store)
    with transaction.atomic():
        note(report)
        right = end_state()
        transaction.set_rollback(True)

    Protection(question, rewrite_functions(CREDIT, change)).remove()

    assert note(report).state == "credited"
    assert end_state() != right
