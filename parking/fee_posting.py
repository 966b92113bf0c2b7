"""How a part of a fee is settled: its tenders used, its validations booked, and the rows of all that written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from coupons import services as coupons
from district.kernel.idempotency import Key
from district.payments import services as payments
from district.payments.errors import OrderAlreadyPaid
from loyalty import services as loyalty
from loyalty.errors import HoldNotOpen
from loyalty.settlement.services import book_charge
from parking.errors import ValidationEnded
from parking.fees.tendering import FeePlan, OfferedTenders, PlannedTender, TenderKind, plan_tenders
from parking.models import FeeTender, MinuteValidation, ParkingQuote, Stay
from parking.queries.fees import FeeDue, leaves_as_paid, minutes_of
from parking.queries.stays import stay_fee
from parking.tariff.values import FeeQuote

CHARGE = "parking_validation"
ACTOR = "app:parking"
_COUPONS = (TenderKind.MINUTES_COUPON, TenderKind.AMOUNT_COUPON)


def lock_stay(stay: Stay) -> Stay:
    """The stay, or the one that it was merged into; whoever changes what is paid of it waits for the others."""
    while True:
        row = Stay.objects.select_for_update(no_key=True, of=("self",))
        found = row.select_related("car_park__store", "car_park__merchant", "tariff_version").get(
            pk=stay.pk
        )
        if found.merged_into is None:
            return found
        stay = found.merged_into


def due_with(stay: Stay, due: FeeDue, at: datetime) -> Callable[[int], int]:
    """What is due of a stay when so many minutes more are credited than were settled."""

    def due_fen(minutes: int) -> int:
        if leaves_as_paid(stay, due.settled, at):
            return 0
        price = stay_fee(stay, at, credit_minutes=due.settled.minutes + minutes)
        assert price is not None
        return due.settled.due_fen(price.gross_fen)

    return due_fen


def offered_validations(due: FeeDue) -> list[tuple[int, int]]:
    return [(validation.pk, minutes_of(validation)) for validation in due.validations]


def price_of_plan(stay: Stay, due: FeeDue, plan: FeePlan, at: datetime) -> FeeQuote:
    """The whole stay with the minutes that the plan takes."""
    price = stay_fee(stay, at, credit_minutes=due.settled.minutes + plan.minutes)
    assert price is not None
    return price


@dataclass(frozen=True, slots=True)
class ReceivedMoney:
    """Money that came: by which channel, and what it is called there."""

    amount_fen: int
    channel: str
    reference: str
    order: int | None = None


def record_settlement(
    stay: Stay,
    due: FeeDue | None,
    *,
    money: ReceivedMoney | None,
    at: datetime,
    is_enough: bool = False,
) -> ParkingQuote:
    """Settle a part of the fee now: with the validations that wait, and with money, whatever it comes to.

    `is_enough` says that the money was all that was due at that instant, though the car left some minutes after.
    """
    plan = FeePlan((), 0, 0, 0)
    if due is not None:
        offered = OfferedTenders(validations=offered_validations(due))
        plan = plan_tenders(due_with(stay, due, at), offered)
    tenders = [tender for tender in plan.tenders if tender.kind != TenderKind.MONEY]
    paid_fen = money.amount_fen if money else 0
    quote = ParkingQuote(
        stay=stay,
        as_of=at,
        valid_until=at,
        tariff_version=stay.tariff_version,
        settles_fen=sum(tender.amount_fen for tender in tenders) + paid_fen,
        money_fen=paid_fen,
        state=ParkingQuote.State.PAID,
        order_id=money.order if money else None,
        paid_at=at,
        ended_at=at,
        exit_until=exit_until(stay, at)
        if due and (is_enough or paid_fen >= plan.money_fen)
        else None,
        **_priced(stay, due, plan, at),
    )
    quote.save()
    rows = [_tender(quote, place, tender) for place, tender in enumerate(tenders)]
    if money is not None:
        planned = PlannedTender(TenderKind.MONEY, None, paid_fen)
        row = _tender(quote, len(rows), planned)
        row.channel, row.reference = money.channel, money.reference
        rows.append(row)
    FeeTender.objects.bulk_create(rows)
    use_validations(rows, stay, at)
    return quote


def exit_until(stay: Stay, at: datetime) -> datetime:
    return at + timedelta(minutes=stay.car_park.exit_grace_minutes)


def settle_quote(
    quote: ParkingQuote, stay: Stay, *, money: ReceivedMoney | None, at: datetime
) -> None:
    """Use all that was set aside for an open quote; its stay is locked.

    Raises what coupons and loyalty refuse, and ValidationEnded.
    """
    tenders = list(quote.tenders.select_related("hold", "validation").order_by("place"))
    use_validations(tenders, stay, at)
    _redeem_coupons(quote, stay, tenders)
    for tender in tenders:
        if tender.kind == TenderKind.POINTS:
            assert tender.hold is not None
            key = Key.of("parking fee points", quote.public_id)
            loyalty.capture_hold(hold=tender.hold, points=tender.points, actor=ACTOR, key=key)
        elif tender.kind == TenderKind.MONEY:
            assert money is not None
            tender.channel, tender.reference = money.channel, money.reference
            tender.save(update_fields=["channel", "reference"])
    quote.state, quote.paid_at, quote.ended_at = ParkingQuote.State.PAID, at, at
    quote.exit_until = exit_until(stay, at)
    quote.save(update_fields=["state", "paid_at", "ended_at", "exit_until"])


def use_validations(tenders: Sequence[FeeTender], stay: Stay, at: datetime) -> None:
    """Book what they saved to who gave them. Raises ValidationEnded."""
    for tender in tenders:
        if tender.kind != TenderKind.VALIDATION:
            continue
        assert tender.validation is not None
        waiting = MinuteValidation.objects.filter(
            pk=tender.validation.pk, state=MinuteValidation.State.GRANTED
        )
        if not waiting.update(
            state=MinuteValidation.State.USED,
            stay=stay,
            saved_fen=tender.amount_fen,
            ended_at=at,
        ):
            raise ValidationEnded(state_name="")
        book_validation(tender.validation, stay, tender.amount_fen, tender.validation.public_id)


def book_validation(validation: MinuteValidation, stay: Stay, fen: int, reference: str) -> None:
    """What its merchant owes the operator of the car park; nothing where they are the same."""
    operator = stay.car_park.merchant_id
    if validation.merchant_id != operator:
        book_charge(
            source=CHARGE,
            reference=reference,
            payer=validation.merchant_id,
            payee=operator,
            fen=fen,
        )


def create_tenders(
    quote: ParkingQuote, plan: FeePlan, *, hold: object | None = None
) -> list[FeeTender]:
    rows = [_tender(quote, place, tender) for place, tender in enumerate(plan.tenders)]
    for row in rows:
        if row.kind == TenderKind.POINTS:
            row.hold = hold  # type: ignore[assignment]
    return FeeTender.objects.bulk_create(rows)


def lines_document(price: FeeQuote) -> list[dict[str, object]]:
    return [
        line._asdict()
        | {
            "kind": line.kind.value,
            "starts_at": line.starts_at.isoformat(),
            "ends_at": line.ends_at.isoformat(),
        }
        for line in price.lines
    ]


def _priced(stay: Stay, due: FeeDue | None, plan: FeePlan, at: datetime) -> dict[str, object]:
    if due is None:
        return {"gross_fen": 0, "lines": []}
    price = price_of_plan(stay, due, plan, at)
    return {
        "gross_fen": price.gross_fen,
        "lines": lines_document(price),
        "credited_minutes": due.settled.minutes + plan.minutes,
    }


def _tender(quote: ParkingQuote, place: int, planned: PlannedTender) -> FeeTender:
    kind, number, amount_fen, minutes, points = planned
    return FeeTender(
        quote=quote,
        place=place,
        kind=kind.value,
        amount_fen=amount_fen,
        minutes=minutes,
        points=points,
        validation_id=number if kind is TenderKind.VALIDATION else None,
        coupon_id=number if kind in _COUPONS else None,
    )


def _redeem_coupons(quote: ParkingQuote, stay: Stay, tenders: Sequence[FeeTender]) -> None:
    used = {
        tender.coupon_id: tender.amount_fen for tender in tenders if tender.coupon_id is not None
    }
    if not used:
        return
    assert stay.car_park.store is not None
    redemptions = coupons.redeem_stay_coupons(
        store=stay.car_park.store,
        bill_no=quote.public_id,
        fee_fen=quote.settles_fen,
        discounts=used,
        held_at=quote.as_of,
        actor=ACTOR,
        key=Key.of("parking fee coupons", quote.public_id),
    )
    for tender in tenders:
        if tender.coupon_id is not None:
            tender.redemption_id = redemptions[tender.coupon_id]
            tender.save(update_fields=["redemption"])


def end_quote(quote: ParkingQuote, state: str, at: datetime) -> bool:
    """Give back what an open quote set aside, its stay locked; False where its money has come already."""
    if quote.order is not None:
        try:
            # One that is closed stays so.
            payments.close_order(order=quote.order)
        except OrderAlreadyPaid:
            # Its event pays the quote.
            return False
    tenders = list(quote.tenders.select_related("hold"))
    held = [tender.coupon_id for tender in tenders if tender.coupon_id is not None]
    if held:
        coupons.release_stay_coupons(coupons=held, held_for=quote.public_id)
    for tender in tenders:
        if tender.hold is None:
            continue
        try:
            with transaction.atomic():
                key = Key.of("parking quote points back", quote.public_id)
                loyalty.void_hold(hold=tender.hold, actor=ACTOR, key=key)
        except HoldNotOpen:
            # It ran out by itself.
            continue
    quote.state, quote.ended_at = state, at
    quote.save(update_fields=["state", "ended_at"])
    return True
