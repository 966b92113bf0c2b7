"""Money back: asked for by an app or by a person, above a limit by two people."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, kind_of, store_result
from district.members.models import User
from district.payments import transitions
from district.payments.errors import OrderNotPaid
from district.payments.models import Order, Payment, PaymentRefund, RefundProposal

_REFUND, _PROPOSAL = "refund", "proposal"


@transaction.atomic
def refund_payment(
    *, order: Order, amount_fen: int, reason: str, actor: str, key: Key
) -> PaymentRefund:
    """A refund of a part of a paid order, for a worker to send. Listen to PaymentRefunded and RefundFailed.

    The app answers for who may ask for it. The payer reads the reason.

    Raises KeyReused, OrderNotPaid, RefundAboveTheRest, RefundTooLate, TooManyRefunds.
    """
    if (earlier := claim_key(key)) is not None:
        return PaymentRefund.objects.get(pk=earlier)
    row = Order.objects.get(pk=order.pk)
    if row.accepted_payment_id is None:
        raise OrderNotPaid
    at, payment = clock.now(), transitions.lock_payment(row.accepted_payment_id)
    transitions.reserve(payment, amount_fen, at=at)
    refund = transitions.create_refund(
        payment, amount_fen, reason=reason, origin=PaymentRefund.Origin.APP, actor=actor, at=at
    )
    store_result(key, refund.pk)
    return refund


@transaction.atomic
def propose_refund(
    *, payment: Payment, amount_fen: int, reason: str, by: User, key: Key
) -> PaymentRefund | RefundProposal:
    """A refund in a person's name; a proposal for another person where the first one's refunds of this payment
    would come to more than settings.PAYMENTS_REFUND_LIMIT_FEN. Either way its amount is reserved.

    Raises KeyReused, RefundAboveTheRest, RefundTooLate, TooManyRefunds.
    """
    if (earlier := claim_key(key)) is not None:
        table = PaymentRefund if kind_of(key) == _REFUND else RefundProposal
        return table._default_manager.get(pk=earlier)
    at, row = clock.now(), transitions.lock_payment(payment.pk)
    transitions.reserve(row, amount_fen, at=at)
    limit: int = settings.PAYMENTS_REFUND_LIMIT_FEN
    wanted: PaymentRefund | RefundProposal
    if amount_fen + _decided_alone_fen(row) <= limit:
        wanted = transitions.create_refund(
            row,
            amount_fen,
            reason=reason,
            origin=PaymentRefund.Origin.PERSON,
            actor=f"user:{by.pk}",
            at=at,
            single_limit_fen=limit,
        )
        kind = _REFUND
    else:
        wanted, kind = _proposal(row, amount_fen, reason, by, at), _PROPOSAL
    store_result(key, wanted.pk, kind=kind)
    audit.record(
        by=by,
        verb="propose_refund",
        subject=f"payments.payment:{row.pk}",
        amount_fen=amount_fen,
        refund=wanted.pk if kind == _REFUND else None,
        proposal=wanted.pk if kind == _PROPOSAL else None,
    )
    return wanted


def approve_refund(*, proposal: RefundProposal, by: User, note: str = "") -> RefundProposal:
    """Another person lets the refund go out. Raises FourEyesNeeded, ProposalDecided, TooManyRefunds."""
    return _decide(proposal, by, note, approve=True)


def reject_refund(*, proposal: RefundProposal, by: User, note: str = "") -> RefundProposal:
    """Another person refuses it; its amount is free again. Raises FourEyesNeeded, ProposalDecided."""
    return _decide(proposal, by, note, approve=False)


@transaction.atomic
def _decide(proposal: RefundProposal, by: User, note: str, *, approve: bool) -> RefundProposal:
    # The payment's lock first, as everywhere; under it proposals change.
    payment = transitions.lock_payment(proposal.payment_id)
    was_open = RefundProposal.objects.get(pk=proposal.pk).state == RefundProposal.State.PROPOSED

    def send(row: RefundProposal) -> None:
        transitions.create_refund(
            payment,
            row.amount_fen,
            reason=row.reason,
            origin=PaymentRefund.Origin.PERSON,
            actor=f"user:{row.proposed_by_id}",
            at=clock.now(),
            proposal=row,
        )

    decided = four_eyes.decide(
        proposal,
        approve=approve,
        by=by,
        note=note,
        name="refund",
        apply=send,
        repeatable=True,
        amount_fen=proposal.amount_fen,
    )
    if was_open and not approve:
        transitions.release(payment, decided.amount_fen)
    return decided


def _decided_alone_fen(payment: Payment) -> int:
    """What single people have refunded of a payment already: a large sum in small parts is a large sum."""
    alone = payment.refunds.filter(origin=PaymentRefund.Origin.PERSON, proposal=None)
    total = alone.filter(~Q(state=PaymentRefund.State.CLOSED)).aggregate(total=Sum("amount_fen"))
    return total["total"] or 0


def _proposal(
    payment: Payment, amount_fen: int, reason: str, by: User, at: datetime
) -> RefundProposal:
    return RefundProposal.objects.create(
        payment=payment, amount_fen=amount_fen, reason=reason, proposed_by=by, proposed_at=at
    )
