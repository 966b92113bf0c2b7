"""Quotes of a stay's fee: coupons and points set aside for some minutes, and given back when nobody pays."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from coupons import services as coupons_app
from coupons.engine.benefits import Stay as CouponStay
from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member
from district.merchants.models import Store
from district.payments.models import Order
from loyalty import services as loyalty
from loyalty.queries import alliance_policy_at
from parking.errors import FeeUnknown, NothingDue, QuoteOfAnother, TakesNoCoupons
from parking.fee_posting import (
    create_tenders,
    due_with,
    end_quote,
    lines_document,
    lock_stay,
    offered_validations,
    price_of_plan,
    settle_quote,
)
from parking.fees.tendering import OfferedTenders, TenderKind, plan_tenders
from parking.models import MinuteValidation, ParkingQuote, Stay
from parking.queries.fees import due_of, open_quote_of, quotes
from parking.services.sweeps import sweep

VALID = timedelta(minutes=5)
# Payments may be reported late: what is set aside outlives the quote until somebody ends it.
SET_ASIDE_LONGER = timedelta(hours=1)
# An order that is over says so itself; who waits longer than this ends the quote anyway.
ORDER_ENDS_WITHIN = timedelta(minutes=10)
State = ParkingQuote.State


@transaction.atomic
def quote_fee(
    *, stay: Stay, member: Member, coupons: Sequence[str] = (), points: int = 0, key: Key
) -> ParkingQuote:
    """What a stay costs now, settled in the published order, for five minutes; where no money is left, paid at once.

    Of the coupons (public ids) and of `points` only what the fee needs is set aside. The member's open quote of the
    stay is withdrawn.

    Raises AccountFrozen, CouponNotUsable, FeeUnknown, InsufficientPoints, KeyReused, NothingDue, QuoteOfAnother,
    TakesNoCoupons.
    """
    if (earlier := claim_key(key)) is not None:
        return quotes().get(pk=earlier)
    at, row = clock.now(), lock_stay(stay)
    _end_open_quote(row, member, at)
    due = due_of(row, at)
    if due is None:
        raise FeeUnknown
    fee_fen = due_with(row, due, at)(0)
    if not fee_fen:
        raise NothingDue
    public_id = new_id("pqt")
    held = []
    if coupons:
        held = coupons_app.hold_stay_coupons(
            member=member.pk,
            store=_store(row),
            coupons=coupons,
            stay=CouponStay(due.price.minutes, fee_fen),
            held_for=public_id,
            at=at,
            until=at + VALID + SET_ASIDE_LONGER,
        )
    plan = plan_tenders(
        due_with(row, due, at),
        OfferedTenders(
            validations=offered_validations(due),
            minutes_coupons=[(coupon.pk, coupon.minutes) for coupon in held if coupon.minutes],
            amount_coupons=[(coupon.pk, coupon.fen) for coupon in held if not coupon.minutes],
            points=points,
            point_value_milli_fen=alliance_policy_at(at).point_value_milli_fen if points else 1_000,
        ),
    )
    used = {tender.number for tender in plan.tenders if tender.number is not None}
    if unused := [coupon.pk for coupon in held if coupon.pk not in used]:
        coupons_app.release_stay_coupons(coupons=unused, held_for=public_id)
    price = price_of_plan(row, due, plan, at)
    quote = ParkingQuote.objects.create(
        public_id=public_id,
        stay=row,
        member=member,
        as_of=at,
        valid_until=at + VALID,
        tariff_version=row.tariff_version,
        gross_fen=price.gross_fen,
        lines=lines_document(price),
        credited_minutes=due.settled.minutes + plan.minutes,
        settles_fen=plan.settles_fen,
        money_fen=plan.money_fen,
    )
    hold = None
    for tender in plan.tenders:
        if tender.kind is TenderKind.POINTS:
            hold = loyalty.hold_points_on_phone(
                member=member,
                store=_store(row),
                points=tender.points,
                request_no=quote.public_id,
                expires_at=quote.valid_until + SET_ASIDE_LONGER,
                key=Key.of("parking quote points", quote.public_id),
            )
    rows = create_tenders(quote, plan, hold=hold)
    granted = [tender.validation_id for tender in rows if tender.validation_id is not None]
    if granted:
        MinuteValidation.objects.filter(pk__in=granted).update(stay=row)
    if not plan.money_fen:
        settle_quote(quote, row, money=None, at=at)
    store_result(key, quote.pk)
    return quotes().get(pk=quote.pk)


@transaction.atomic
def withdraw_quote(*, quote: ParkingQuote) -> ParkingQuote:
    """The member does not pay it; what was set aside is free again. One that has ended stays as it is."""
    lock_stay(quote.stay)
    row = ParkingQuote.objects.get(pk=quote.pk)
    if row.state == State.QUOTED:
        end_quote(row, State.WITHDRAWN, clock.now())
    return quotes().get(pk=row.pk)


def expire_quotes(limit: int = 200) -> int:
    """End the quotes that nobody paid in time; how many."""
    at = clock.now()
    over = Q(order=None, valid_until__lte=at) | Q(valid_until__lte=at - ORDER_ENDS_WITHIN)
    # One whose order was paid is settled by its event, and waits for that.
    rows = ParkingQuote.objects.filter(over, state=State.QUOTED).exclude(
        order__state=Order.State.PAID
    )
    return sweep(rows.select_related("stay"), lambda row: expire_quote(quote=row, at=at), limit)


@transaction.atomic
def expire_quote(*, quote: ParkingQuote, at: datetime) -> bool:
    """End a quote that is over, unless its money has come; whether this call did. Who ordered meanwhile has time to pay."""
    lock_stay(quote.stay)
    row = ParkingQuote.objects.get(pk=quote.pk)
    over_at = row.valid_until + (timedelta() if row.order_id is None else ORDER_ENDS_WITHIN)
    return row.state == State.QUOTED and over_at <= at and end_quote(row, State.EXPIRED, at)


@transaction.atomic
def note_fee_over(*, subject: str) -> bool:
    """Nobody can pay the quote's order any more: it expires; whether it was still open."""
    quote = ParkingQuote.objects.select_related("stay").get(public_id=subject)
    lock_stay(quote.stay)
    row = ParkingQuote.objects.get(pk=quote.pk)
    return row.state == State.QUOTED and end_quote(row, State.EXPIRED, clock.now())


def move_quotes(*, source: int, into: int) -> int:
    """After a merger quotes are the remaining member's; how many."""
    return ParkingQuote.objects.filter(member=source).update(member=into)


def _end_open_quote(stay: Stay, member: Member, at: datetime) -> None:
    quote = open_quote_of(stay)
    if quote is None:
        return
    is_over = quote.valid_until <= at
    if quote.member_id != member.pk and not is_over:
        raise QuoteOfAnother
    if not end_quote(quote, State.EXPIRED if is_over else State.WITHDRAWN, at):
        raise NothingDue


def _store(stay: Stay) -> Store:
    store = stay.car_park.store
    if store is None:
        raise TakesNoCoupons
    return store
