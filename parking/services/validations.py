"""Minutes of parking that merchants give for receipts (停车减免): granted, taken back, settled when the car leaves."""

from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member, User
from district.merchants.models import Merchant, Store
from loyalty import queries as loyalty
from parking import plates
from parking.errors import BelowValidation, PlateInvalid, ValidationEnded
from parking.fee_posting import (
    book_validation,
    due_with,
    end_quote,
    lock_stay,
    record_settlement,
)
from parking.fees.tendering import TenderKind
from parking.models import CarPark, FeeTender, MinuteValidation, ParkingQuote, Stay, ValidationRule
from parking.queries.fees import due_of, open_quote_of, rules_reached
from parking.queries.stays import stays_of
from parking.queries.vehicles import plate_hash
from parking.services.sweeps import sweep

# A plate may be given minutes a while before its car comes.
GOOD_FOR = timedelta(hours=24)
State = MinuteValidation.State


@transaction.atomic
def set_validation_rule(
    *,
    merchant: Merchant,
    from_fen: int,
    minutes: int,
    car_parks: Collection[CarPark],
    by: User | None,
) -> ValidationRule:
    """From so many fen on a receipt of the merchant so many minutes in these car parks, from now on.

    Raises ValidationRuleTaken.
    """
    with translate_database_errors(), transaction.atomic():
        rule = ValidationRule.objects.create(
            merchant=merchant, from_fen=from_fen, minutes=minutes, created_at=clock.now()
        )
    rule.car_parks.set(car_parks)
    audit.record(
        by=by,
        verb="set_validation_rule",
        subject=f"parking.validationrule:{rule.pk}",
        from_fen=from_fen,
        minutes=minutes,
        car_parks=sorted(car_park.public_id for car_park in car_parks),
    )
    return rule


@transaction.atomic
def end_validation_rule(*, rule: ValidationRule, by: User | None) -> ValidationRule:
    """It gives nothing any more; what it gave stands. Again, nothing changes."""
    rows = ValidationRule.objects.filter(pk=rule.pk, ended_at=None)
    if rows.update(ended_at=clock.now()):
        audit.record(by=by, verb="end_validation_rule", subject=f"parking.validationrule:{rule.pk}")
    return ValidationRule.objects.get(pk=rule.pk)


@transaction.atomic
def grant_validation(
    *,
    store: Store,
    receipt_no: str,
    paid_fen: int,
    actor: str,
    key: Key,
    plate: str = "",
    colour: str = "",
    stay: Stay | None = None,
    member: Member | None = None,
) -> MinuteValidation:
    """Give the minutes that the merchant's best rule has for a receipt: to a plate, a stay, or the car that a
    member has in one of the rule's car parks.

    A plate gets them whether its car is there or not, for 24 hours, so that the answer says nothing of it.

    Raises BelowValidation, KeyReused, PlateInvalid, ReceiptValidatedAlready.
    """
    if (earlier := claim_key(key)) is not None:
        return MinuteValidation.objects.get(pk=earlier)
    rules = ValidationRule.objects.filter(
        merchant=store.merchant_id, ended_at=None, from_fen__lte=paid_fen
    ).order_by("-minutes", "pk")
    if member is not None:
        parked = stays_of(member).filter(
            state=Stay.State.OPEN, car_park__validation_rules__in=rules
        )
        stay = parked.order_by("-pk").first()
        if stay is None:
            raise BelowValidation
    if stay is not None:
        rules = rules.filter(car_parks=stay.car_park_id)
    rule = rules.first()
    if rule is None:
        raise BelowValidation
    if stay is not None:
        found_by, colour = bytes(stay.plate_hash), stay.colour
    else:
        found_by, colour = _plate(plate, colour)
    at = clock.now()
    with translate_database_errors(), transaction.atomic():
        made = MinuteValidation.objects.create(
            merchant_id=store.merchant_id,
            store=store,
            rule=rule,
            receipt_no=receipt_no,
            paid_fen=paid_fen,
            minutes=rule.minutes,
            plate_hash=found_by,
            colour=colour,
            stay=stay,
            actor=actor,
            granted_at=at,
            valid_until=at + GOOD_FOR,
        )
    store_result(key, made.pk)
    return made


@transaction.atomic
def revoke_validation(
    *, validation: MinuteValidation, reason: str, by: User | None
) -> MinuteValidation:
    """Take the minutes back, with what they saved while the car is still there: then that is due again, and not
    the merchant's. Said again, nothing changes.

    Raises ValidationEnded for what a car has left with.
    """
    stay = lock_stay(validation.stay) if validation.stay else None
    row = MinuteValidation.objects.select_for_update(no_key=True).get(pk=validation.pk)
    if row.state == State.REVOKED:
        return row
    if row.stay_id is not None and stay is None:
        # It was quoted just now: its stay is locked first.
        return revoke_validation(validation=row, reason=reason, by=by)
    if row.state == State.GRANTED:
        _withdraw_quote_with(row, stay)
    elif row.state == State.USED and stay is not None and stay.state == Stay.State.OPEN:
        _take_back(row, stay)
    else:
        raise _ended(row)
    row.state, row.saved_fen, row.ended_at, row.reason = State.REVOKED, 0, clock.now(), reason
    row.save(update_fields=["state", "saved_fen", "ended_at", "reason"])
    audit.record(
        by=by, verb="revoke_validation", subject=f"parking.minutevalidation:{row.pk}", reason=reason
    )
    return row


def note_receipt_refunded(*, receipt: int) -> bool:
    """A receipt that no longer comes to what its rule asks for gives no minutes; whether it gave any until now.

    Raises ValidationEnded while a payment with them is on its way: then it is known whether they can be taken back.
    """
    row = loyalty.receipts().get(pk=receipt)
    validation = MinuteValidation.objects.filter(
        store=row.store_id,
        receipt_no=row.receipt_no,
        rule__from_fen__gt=row.paid_fen - row.refunded_fen,
    ).first()
    if validation is None:
        return False
    try:
        revoked = revoke_validation(validation=validation, reason="小票已退货", by=None)
    except ValidationEnded:
        if MinuteValidation.objects.filter(pk=validation.pk, state=State.GRANTED).exists():
            raise
        return False
    return revoked.state == State.REVOKED


def settle_departures(limit: int = 100) -> int:
    """Settle the validations of cars that have left, and end those that nobody came for; how many stays."""
    counts_here = Exists(rules_reached(OuterRef(OuterRef("car_park"))))
    waiting = MinuteValidation.objects.filter(
        Q(stay=OuterRef("pk"))
        | Q(
            counts_here,
            stay=None,
            plate_hash=OuterRef("plate_hash"),
            colour=OuterRef("colour"),
            granted_at__lte=OuterRef("left_at"),
            valid_until__gt=OuterRef("entered_at"),
        ),
        state=State.GRANTED,
    )
    quoted = ParkingQuote.objects.filter(stay=OuterRef("pk"), state=ParkingQuote.State.QUOTED)
    gone = Stay.objects.filter(
        Exists(waiting),
        ~Exists(quoted),
        state__in=[Stay.State.CLOSED, Stay.State.LOST_EXIT],
        left_at__isnull=False,
        tariff_version__isnull=False,
    )
    count = sweep(gone, _settle_departure, limit)
    # A gate without the network may still report that the car was there.
    over = MinuteValidation.objects.filter(
        state=State.GRANTED, stay=None, valid_until__lt=clock.now() - GOOD_FOR
    )
    over.update(state=State.LAPSED, ended_at=clock.now())
    return count


@transaction.atomic
def _settle_departure(stay: Stay) -> bool:
    """What the validations saved is booked; those that saved nothing lapse. An open quote goes first."""
    row = lock_stay(stay)
    if row.left_at is None or open_quote_of(row) is not None:
        return False
    due = due_of(row, row.left_at)
    if due is None:
        return False
    if due.validations and due_with(row, due, row.left_at)(0):
        record_settlement(row, due, money=None, at=clock.now())
    MinuteValidation.objects.filter(
        pk__in=[validation.pk for validation in due.validations], state=State.GRANTED
    ).update(state=State.LAPSED, stay=row, ended_at=clock.now())
    return True


def _withdraw_quote_with(validation: MinuteValidation, stay: Stay | None) -> None:
    quote = open_quote_of(stay) if stay else None
    if quote is None or not quote.tenders.filter(validation=validation).exists():
        return
    if not end_quote(quote, ParkingQuote.State.WITHDRAWN, clock.now()):
        # Its money has come, and its event is on the way.
        raise _ended(validation)


def _take_back(validation: MinuteValidation, stay: Stay) -> None:
    tender = FeeTender.objects.filter(
        validation=validation, quote__state=ParkingQuote.State.PAID, kind=TenderKind.VALIDATION
    ).get()
    if tender.returned_fen:
        raise _ended(validation)
    tender.returned_fen = tender.amount_fen
    tender.save(update_fields=["returned_fen"])
    reference = f"{validation.public_id}-revoked"
    book_validation(validation, stay, -tender.amount_fen, reference)


def _ended(validation: MinuteValidation) -> ValidationEnded:
    return ValidationEnded(state_name=str(validation.get_state_display()))


def _plate(plate: str, colour: str) -> tuple[bytes, str]:
    try:
        parsed = plates.parse_plate(plate, colour)
    except plates.PlateProblem as problem:
        raise PlateInvalid(problem=problem.reason) from None
    return plate_hash(parsed), parsed.colour
