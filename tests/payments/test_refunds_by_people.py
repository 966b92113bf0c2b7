"""What people decide about refunds: giving one up, the limit of one person, two people above it."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, ProposalDecided
from district.kernel.idempotency import Key
from district.payments import retries
from district.payments import services as payments
from district.payments.errors import (
    PaymentUnavailable,
    RefundNotSetAside,
    RefundTaken,
)
from district.payments.models import PaymentRefund, RefundProposal
from tests.payments.payment_steps import (
    events,
    fresh,
    let_waiting_calls_be_due,
    propose,
    refund,
    sums,
)


def make_set_aside(bank, order):
    wanted = refund(order, 500)
    bank.faults["refund"] = ["NOT_ENOUGH"] * retries.MAX_REFUSALS
    for _ in range(retries.MAX_REFUSALS):
        let_waiting_calls_be_due()
        payments.send_refunds()
    return fresh(wanted)


def test_a_refund_that_is_refused_is_soon_left_to_a_person(bank, order):
    wanted = make_set_aside(bank, order)

    assert wanted.set_aside_at is not None
    assert wanted.last_error == "NOT_ENOUGH"
    let_waiting_calls_be_due()
    assert payments.send_refunds() == 0


def test_a_refund_that_no_channel_has_can_be_given_up(bank, order, zhang):
    wanted = make_set_aside(bank, order)

    payments.abandon_refund(refund=wanted, note="改为现金退还", by=zhang)

    assert (fresh(wanted).state, fresh(wanted).note) == ("closed", "改为现金退还")
    assert sums(order.accepted_payment) == (0, 0)
    assert len(events("RefundFailed")) == 1


def test_a_refund_that_the_channel_has_cannot_be_given_up(bank, order, zhang):
    wanted = refund(order, 500)
    bank.faults["refund"] = ["lost"] * retries.MAX_ATTEMPTS
    for _ in range(retries.MAX_ATTEMPTS):
        let_waiting_calls_be_due()
        payments.send_refunds()
    let_waiting_calls_be_due()

    with pytest.raises(RefundTaken):
        payments.abandon_refund(refund=fresh(wanted), note="x", by=zhang)

    assert fresh(wanted).state == "processing"


def test_nothing_is_given_up_on_a_channels_silence_or_while_it_is_sent(bank, order, zhang):
    wanted = make_set_aside(bank, order)
    bank.faults["query_refund"] = ["unavailable"]
    with pytest.raises(PaymentUnavailable):
        payments.abandon_refund(refund=wanted, note="x", by=zhang)

    lease_ends = clock.real_now() + timedelta(seconds=60)
    PaymentRefund.objects.filter(pk=wanted.pk).update(next_attempt_at=lease_ends)
    with pytest.raises(RefundNotSetAside):  # its last call may still be under way
        payments.abandon_refund(refund=wanted, note="x", by=zhang)
    with pytest.raises(RefundNotSetAside):
        payments.abandon_refund(refund=refund(order, 1), note="x", by=zhang)


def test_one_person_refunds_up_to_the_limit(bank, dear, zhang):
    wanted = propose(dear, 20_000, zhang)

    assert isinstance(wanted, PaymentRefund)
    assert (wanted.origin, wanted.actor) == ("person", f"user:{zhang.pk}")


def test_above_the_limit_another_person_decides(bank, dear, zhang, wang):
    proposal = propose(dear, 20_001, zhang)
    assert isinstance(proposal, RefundProposal)
    assert sums(dear) == (20_001, 0)
    assert PaymentRefund.objects.count() == 0

    with pytest.raises(FourEyesNeeded):
        payments.approve_refund(proposal=proposal, by=zhang)
    payments.approve_refund(proposal=proposal, by=wang, note="核对无误")
    payments.approve_refund(proposal=proposal, by=wang, note="核对无误")

    assert PaymentRefund.objects.get().amount_fen == 20_001
    assert sums(dear) == (20_001, 0)


def test_a_rejected_proposal_gives_its_amount_back_once(bank, dear, zhang, wang):
    proposal = propose(dear, 30_000, zhang)

    for _ in range(2):
        payments.reject_refund(proposal=proposal, by=wang, note="重复申请")

    assert sums(dear) == (0, 0)
    with pytest.raises(ProposalDecided):
        payments.approve_refund(proposal=proposal, by=wang)


def test_a_large_sum_in_small_parts_needs_two_people_too(bank, dear, zhang, wang):
    assert isinstance(propose(dear, 15_000, zhang), PaymentRefund)
    assert isinstance(propose(dear, 5_001, wang), RefundProposal)
    assert isinstance(propose(dear, 5_000, wang), PaymentRefund)


def test_a_proposal_is_made_once_per_key(bank, dear, zhang):
    key = Key.of("admin", "p1")
    assert propose(dear, 30_000, zhang, key=key) == propose(dear, 30_000, zhang, key=key)
    small = Key.of("admin", "p2")
    assert propose(dear, 1, zhang, key=small) == propose(dear, 1, zhang, key=small)
    assert (RefundProposal.objects.count(), PaymentRefund.objects.count()) == (1, 1)
