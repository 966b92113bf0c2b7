"""Every promise has a constraint that refuses, and an invariant that finds what the constraint would have let in."""

import pytest
from django.db import IntegrityError, connection

from district.kernel import clock, invariants
from district.kernel.plugin import invariants_of
from district.payments import services as payments
from district.payments.invariants import INVARIANTS
from district.payments.models import (
    BillDifference,
    BillRow,
    ChannelBill,
    Order,
    Payment,
    PaymentRefund,
    RefundProposal,
)
from tests.payments.breaches import BREACHES, STAYS, UNGUARDED, drop, let_triggers_rest, run
from tests.payments.payment_steps import (
    accept,
    fresh,
    fresh_key,
    place,
    place_paid,
    place_prepared,
    refund,
)

pytestmark = pytest.mark.breaks_the_ledger


@pytest.fixture
def rows(bank, member, zhang):
    """One row of every kind, by the names that the statements use."""
    paid = place_paid(bank, member, amount_fen=90_000)
    payment = paid.accepted_payment
    first, second = refund(paid, 300), refund(paid, 400)
    proposal = payments.propose_refund(
        payment=payment, amount_fen=50_000, reason="故障", by=zhang, key=fresh_key()
    )
    stranger = place(member)
    unknown = accept(
        type(bank.pay(stranger))(
            order_number="P20260101ABCDEFGHJKLMNPQR",
            transaction_id="T-unknown",
            amount_fen=5,
            payer_total_fen=None,
            paid_at=clock.now(),
        )
    )
    bill = ChannelBill.objects.create(channel="bank", day=clock.business_day(clock.now()))
    BillRow.objects.create(
        bill=bill,
        kind="payment",
        transaction_id="T1",
        order_number="P1",
        amount_fen=5,
        at=clock.now(),
    )
    ChannelBill.objects.filter(pk=bill.pk).update(payment_count=1, payment_fen=5)
    difference = BillDifference.objects.create(
        bill=bill,
        kind="missing_here",
        number="P1",
        transaction_id="T1",
        amount_fen=5,
        found_at=clock.now(),
    )
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
    return {
        "paid": paid.pk,
        "payment": payment.pk,
        "open": place_prepared(member, amount_fen=90_000).pk,
        "other": place(member).pk,
        "refund": first.pk,
        "other_refund": second.pk,
        "proposal": proposal.pk,
        "unknown": unknown.pk,
        "bill": bill.pk,
        "difference": difference.pk,
    }


def broken():
    return {finding.query for finding in invariants.findings(invariants_of("payments"))}


def test_nothing_is_found_where_nothing_is_wrong(rows):
    assert broken() == set()


@pytest.mark.parametrize(
    ("promise", "protections", "statement"),
    BREACHES,
    ids=["+".join(breach[1]) + f"-{number}" for number, breach in enumerate(BREACHES)],
)
def test_a_constraint_refuses_what_its_invariant_finds(rows, promise, protections, statement):
    let_triggers_rest()
    breach = statement.format(**rows)

    for name in protections:
        with pytest.raises(IntegrityError):
            run(breach)
        drop(name)
    run(breach)

    assert promise in broken()


@pytest.mark.parametrize(("promise", "statement"), UNGUARDED, ids=[each[0] for each in UNGUARDED])
def test_an_invariant_finds_what_no_constraint_can_hold(rows, promise, statement):
    let_triggers_rest()

    run(statement.format(**rows))

    assert promise in broken()


@pytest.mark.parametrize("statement", STAYS)
def test_what_is_written_stays(rows, statement):
    with pytest.raises(IntegrityError, match="is append-only"):
        run(statement.format(**rows))


def test_every_promise_was_broken_here():
    assert {promise for promise, *_rest in [*BREACHES, *UNGUARDED]} == set(INVARIANTS)


def test_what_has_ended_stays_ended(rows, bank):
    row = PaymentRefund.objects.get(pk=rows["refund"])
    payments.send_refunds()
    payments.note_refund(channel="bank", answer=bank.finish(row))

    with pytest.raises(IntegrityError):
        run(
            "update payments_paymentrefund set state = 'closed', closed_at = requested_at,"
            f" succeeded_at = null where id = {row.pk}"
        )
    assert fresh(row).state == "succeeded"
    assert (Order.objects.count(), Payment.objects.count()) == (4, 2)
    assert RefundProposal.objects.count() == 1
