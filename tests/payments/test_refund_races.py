"""Races of refunds over real connections: nothing is given back twice or above what was paid."""

import pytest

from district.kernel.errors import ProposalDecided
from district.kernel.idempotency import Key
from district.payments import services as payments
from district.payments.channels.base import RefundState
from district.payments.errors import (
    RefundAboveTheRest,
    TooManyRefunds,
)
from district.payments.models import RefundProposal
from tests.payments.payment_steps import (
    events,
    fresh,
    fresh_key,
    note,
    place_paid,
    refund,
)
from tests.payments.race_steps import ROUNDS, names
from tests.race import race


@pytest.fixture
def database(real_db):
    """Commits are real."""
    return real_db


def test_refunds_at_once_never_come_to_more_than_was_paid(bank, member):
    order = place_paid(bank, member)

    outcomes = race(*[lambda: refund(order, 600)] * 4)

    assert names(outcomes) == [
        "PaymentRefund",
        "PaymentRefund",
        "RefundAboveTheRest",
        "RefundAboveTheRest",
    ]
    assert fresh(order.accepted_payment).refund_reserved_fen == 1_200


def test_a_refund_asked_for_twice_at_once_is_one(bank, member):
    order, key = place_paid(bank, member), Key.of("parking", "r1")

    refunds = race(*[lambda: refund(order, 600, key=key)] * 4)

    assert len({row.pk for row in refunds}) == 1


def test_the_fiftieth_refund_is_the_last_one_also_in_a_race(bank, member):
    order = place_paid(bank, member)
    for _ in range(49):
        refund(order, 1)

    outcomes = race(*[lambda: refund(order, 1)] * 3)

    assert names(outcomes) == ["PaymentRefund", "TooManyRefunds", "TooManyRefunds"]
    assert any(isinstance(outcome, TooManyRefunds) for outcome in outcomes)


def test_a_refund_of_the_app_and_a_persons_proposal_share_what_is_left(bank, member, zhang):
    for _ in range(ROUNDS):
        order = place_paid(bank, member, amount_fen=50_000)

        outcomes = race(
            lambda order=order: refund(order, 30_000),
            lambda order=order: payments.propose_refund(
                payment=order.accepted_payment,
                amount_fen=30_000,
                reason="故障",
                by=zhang,
                key=fresh_key(),
            ),
        )

        assert sum(isinstance(outcome, RefundAboveTheRest) for outcome in outcomes) == 1


def test_one_person_cannot_refund_above_the_limit_by_asking_twice_at_once(bank, member, zhang):
    for _ in range(ROUNDS):
        payment = place_paid(bank, member, amount_fen=50_000).accepted_payment

        outcomes = race(
            *[
                lambda payment=payment: payments.propose_refund(
                    payment=payment, amount_fen=15_000, reason="故障", by=zhang, key=fresh_key()
                )
            ]
            * 2
        )

        assert names(outcomes) == ["PaymentRefund", "RefundProposal"]


def test_a_proposal_is_decided_once(bank, member, zhang, wang):
    for _ in range(ROUNDS):
        payment = place_paid(bank, member, amount_fen=50_000).accepted_payment
        proposal = payments.propose_refund(
            payment=payment, amount_fen=40_000, reason="故障", by=zhang, key=fresh_key()
        )

        outcomes = race(
            *[
                lambda proposal=proposal, decide=decide: decide(proposal=proposal, by=wang)
                for decide in (payments.approve_refund, payments.reject_refund)
            ]
        )

        assert sum(isinstance(outcome, ProposalDecided) for outcome in outcomes) == 1
        approved = RefundProposal.objects.get(pk=proposal.pk).state == "approved"
        assert fresh(payment).refund_reserved_fen == (40_000 if approved else 0)


def test_a_refund_reported_four_times_at_once_is_counted_once(bank, member):
    for _ in range(ROUNDS):
        order = place_paid(bank, member)
        wanted = refund(order, 600)
        payments.send_refunds()
        succeeded = bank.finish(wanted)

        race(*[lambda succeeded=succeeded: note(succeeded)] * 4)

        assert fresh(order.accepted_payment).refunded_fen == 600
    assert len(events("PaymentRefunded")) == ROUNDS


def test_a_refund_that_is_said_to_have_failed_and_succeeded_has_succeeded(bank, member):
    for _ in range(ROUNDS):
        order = place_paid(bank, member)
        wanted = refund(order, 600)
        payments.send_refunds()
        states = (RefundState.CLOSED, RefundState.SUCCEEDED)
        reports = [bank._answer(wanted.number, state) for state in states]

        race(*[lambda report=report: note(report) for report in reports])

        payment = fresh(order.accepted_payment)
        assert (payment.refund_reserved_fen, payment.refunded_fen) == (600, 600)
        assert fresh(wanted).state == "succeeded"
