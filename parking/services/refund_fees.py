"""What was paid of a stay's fee goes back in reverse: money, points, coupons, and what merchants gave."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum

from coupons import services as coupons
from coupons.errors import RedemptionAlreadyReversed
from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, kind_of, store_result
from district.members.models import User
from district.payments import services as payments
from district.payments.models import Order, Payment, PaymentRefund
from loyalty import services as loyalty
from parking.errors import FeeNotRefundable
from parking.fee_posting import ACTOR, book_validation, lock_stay
from parking.fees.tendering import GivenTender, ReturnedPart, TenderKind, plan_refund
from parking.models import (
    FeeRefund,
    FeeRefundPart,
    FeeRefundProposal,
    FeeTender,
    Stay,
)
from parking.queries.fees import paid_tenders, settled_fee
from parking.queries.stays import stay_fee

# How money that came by another channel than an order's goes back, by channel. Where nobody says, people give it back.
MONEY_RETURNS: Final[dict[str, Callable[[FeeRefundPart], None]]] = {}
_MINUTES = (TenderKind.VALIDATION, TenderKind.MINUTES_COUPON)
_REFUND, _PROPOSAL = "refund", "proposal"


@transaction.atomic
def refund_fee(*, stay: Stay, amount_fen: int, reason: str, by: User | None, key: Key) -> FeeRefund:
    """Give back at most an amount of what was settled of a stay, the last tenders first; nothing of it is due again.

    A coupon or a validation goes back as a whole or not at all, so the refund may be smaller than what was asked for.
    Minutes stay credited to this stay. The payer reads the reason (80 characters at most).

    Raises FeeNotRefundable, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return FeeRefund.objects.get(pk=earlier)
    refund = _refund(lock_stay(stay), amount_fen, reason, f"user:{by.pk}" if by else ACTOR)
    store_result(key, refund.pk)
    audit.record(
        by=by,
        verb="refund_fee",
        subject=f"parking.stay:{refund.stay_id}",
        amount_fen=refund.amount_fen,
    )
    return refund


@transaction.atomic
def propose_fee_refund(
    *, stay: Stay, amount_fen: int, reason: str, by: User, key: Key
) -> FeeRefund | FeeRefundProposal:
    """A refund in a person's name; a proposal for another person where what single people gave back of this stay
    would come to more than settings.PAYMENTS_REFUND_LIMIT_FEN.

    Raises FeeNotRefundable, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        table = FeeRefund if kind_of(key) == _REFUND else FeeRefundProposal
        return table._default_manager.get(pk=earlier)
    row, limit = lock_stay(stay), int(settings.PAYMENTS_REFUND_LIMIT_FEN)
    alone = FeeRefund.objects.filter(
        Q(stay=row) | Q(stay__merged_into=row), single_limit_fen__isnull=False
    )
    alone_fen = alone.aggregate(total=Sum("amount_fen"))["total"] or 0
    wanted: FeeRefund | FeeRefundProposal
    if amount_fen + alone_fen <= limit:
        wanted, kind = _refund(row, amount_fen, reason, f"user:{by.pk}", limit), _REFUND
    else:
        _require_refundable(row, amount_fen)
        wanted = FeeRefundProposal.objects.create(
            stay=row,
            amount_fen=amount_fen,
            reason=reason,
            proposed_by=by,
            proposed_at=clock.now(),
        )
        kind = _PROPOSAL
    store_result(key, wanted.pk, kind=kind)
    audit.record(
        by=by,
        verb="propose_fee_refund",
        subject=f"parking.stay:{row.pk}",
        amount_fen=amount_fen,
        proposal=wanted.pk if kind == _PROPOSAL else None,
    )
    return wanted


@transaction.atomic
def decide_fee_refund(
    *, proposal: FeeRefundProposal, approve: bool, by: User, note: str = ""
) -> FeeRefundProposal:
    """Another person lets the refund happen, or refuses it.

    Raises FeeNotRefundable, FourEyesNeeded, ProposalDecided.
    """
    stay = lock_stay(proposal.stay)

    def give_back(row: FeeRefundProposal) -> None:
        row.refund = _refund(stay, row.amount_fen, row.reason, f"user:{row.proposed_by_id}")

    return four_eyes.decide(
        proposal,
        approve=approve,
        by=by,
        note=note,
        name="fee_refund",
        apply=give_back,
        applied_fields=("refund",),
        repeatable=True,
        amount_fen=proposal.amount_fen,
    )


def _require_refundable(stay: Stay, amount_fen: int) -> None:
    if not plan_refund([_given_tender(tender) for tender in paid_tenders(stay)], amount_fen):
        raise FeeNotRefundable


def _refund(
    stay: Stay, amount_fen: int, reason: str, actor: str, limit: int | None = None
) -> FeeRefund:
    tenders = {tender.pk: tender for tender in paid_tenders(stay)}
    parts = plan_refund([_given_tender(tender) for tender in tenders.values()], amount_fen)
    if not parts:
        raise FeeNotRefundable
    refund = _write_refund(
        stay, tenders, parts, asked_fen=amount_fen, reason=reason, actor=actor, limit=limit
    )
    for number, fen, points in parts:
        tender = tenders[number]
        part = FeeRefundPart(refund=refund, tender=tender, amount_fen=fen, points=points)
        _give_back(part, tender, stay)
    return refund


def _write_refund(
    stay: Stay,
    tenders: Mapping[int, FeeTender],
    parts: Sequence[ReturnedPart],
    *,
    asked_fen: int,
    reason: str,
    actor: str,
    limit: int | None = None,
) -> FeeRefund:
    """The refund, and on its tenders what of them went back."""
    paid_back = sum(part.amount_fen for part in parts if tenders[part.number].kind not in _MINUTES)
    at = clock.now()
    refund = FeeRefund.objects.create(
        stay=stay,
        asked_fen=asked_fen,
        amount_fen=sum(part.amount_fen for part in parts),
        # What was paid too much is not waived: it was never due.
        waived_fen=max(paid_back - _overpaid_fen(stay), 0),
        reason=reason,
        actor=actor,
        at=at,
        single_limit_fen=limit,
    )
    for number, fen, points in parts:
        tender = tenders[number]
        tender.returned_fen += fen
        tender.returned_points += points
        tender.save(update_fields=["returned_fen", "returned_points"])
    return refund


@transaction.atomic
def note_payment_refunded(*, order: int) -> FeeRefund | None:
    """What went back of an order's payment without the fee having asked for it, as people do on the payment's page, is
    a refund of the fee: it is not due again. Again, and for what the fee sent back itself, nothing changes.
    """
    paid = Order.objects.get(pk=order)
    money = FeeTender.objects.filter(channel=paid.channel, reference=paid.public_id)
    found = money.select_related("quote__stay").first()
    if found is None:
        return None
    stay = lock_stay(found.quote.stay)
    assert paid.accepted_payment_id is not None
    tender, payment = money.get(), Payment.objects.get(pk=paid.accepted_payment_id)
    # What was more than the fee went back when it was booked.
    known_fen = payment.amount_fen - tender.amount_fen + tender.returned_fen
    fen = min(payment.refunded_fen - known_fen, tender.amount_fen - tender.returned_fen)
    if fen <= 0:
        return None
    sent = payment.refunds.filter(origin=PaymentRefund.Origin.PERSON).latest("pk")
    part = ReturnedPart(tender.pk, fen)
    refund = _write_refund(
        stay, {tender.pk: tender}, [part], asked_fen=fen, reason=sent.reason, actor=sent.actor
    )
    FeeRefundPart.objects.create(refund=refund, tender=tender, amount_fen=fen, payment_refund=sent)
    return refund


def _give_back(part: FeeRefundPart, tender: FeeTender, stay: Stay) -> None:
    refund, order = part.refund, tender.quote.order
    key = Key.of("parking fee refund", f"{refund.public_id}-{tender.pk}")
    match TenderKind(tender.kind):
        case TenderKind.MONEY if order is not None and tender.reference == order.public_id:
            part.payment_refund = payments.refund_payment(
                order=order,
                amount_fen=part.amount_fen,
                reason=refund.reason,
                actor=ACTOR,
                key=key,
            )
        case TenderKind.POINTS:
            assert tender.hold is not None
            assert tender.hold.spent is not None
            assert stay.car_park.store is not None
            loyalty.reverse_transfer(
                transfer=tender.hold.spent,
                store=stay.car_park.store,
                points=part.points,
                reason=refund.reason,
                actor=ACTOR,
                key=key,
            )
        case TenderKind.MINUTES_COUPON | TenderKind.AMOUNT_COUPON:
            assert tender.redemption is not None
            try:
                with transaction.atomic():
                    coupons.reverse_redemption(
                        redemption=tender.redemption,
                        reason=refund.reason,
                        actor=ACTOR,
                        key=key,
                        operator=True,
                    )
            except RedemptionAlreadyReversed:
                # Somebody gave the coupon back before.
                pass
        case TenderKind.VALIDATION:
            assert tender.validation is not None
            reference = f"{refund.public_id}-{tender.validation.public_id}"
            book_validation(tender.validation, stay, -part.amount_fen, reference)
    part.save()
    if tender.kind == TenderKind.MONEY and part.payment_refund is None:
        returns = MONEY_RETURNS.get(tender.channel)
        if returns is not None:
            returns(part)


def _overpaid_fen(stay: Stay) -> int:
    """What was paid of a stay beyond what it costs by now."""
    settled = settled_fee(stay)
    price = stay_fee(stay, clock.now(), credit_minutes=settled.minutes)
    if price is None:
        return 0
    owed = max(price.gross_fen - settled.waived_fen, 0)
    return max(settled.paid_fen - settled.refunded_fen - owed, 0)


def _given_tender(tender: FeeTender) -> GivenTender:
    return GivenTender(
        tender.pk,
        TenderKind(tender.kind),
        tender.amount_fen,
        points=tender.points,
        returned_fen=tender.returned_fen,
        returned_points=tender.returned_points,
    )
