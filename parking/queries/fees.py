"""What is due of a stay: what it costs with all minutes credited, less what was paid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BigIntegerField,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from coupons.engine.benefits import Stay as CouponStay
from coupons.services import StayCoupon, stay_coupons
from district.kernel.errors import NotFound
from district.members.models import Member
from parking.fees.tendering import TenderKind
from parking.models import (
    Arrears,
    FeeRefund,
    FeeTender,
    MinuteValidation,
    ParkingQuote,
    Stay,
    ValidationRule,
)
from parking.queries.stays import stay_fee
from parking.tariff.values import FeeQuote, LineKind

_KINDS = {
    LineKind.CHARGE: gettext_lazy("计费"),
    LineKind.FREE: gettext_lazy("免费"),
    LineKind.CREDIT: gettext_lazy("减免时长"),
    LineKind.CAP: gettext_lazy("封顶优惠"),
}
_MINUTES = (TenderKind.VALIDATION, TenderKind.MINUTES_COUPON)


@dataclass(frozen=True, slots=True)
class SettledFee:
    """What was settled of a stay so far: fen that were paid (coupons' amounts, points, money), what of them went
    back, what of that the stay need not pay, the minutes that were credited, until when it may leave, and what of the
    rest was written off."""

    paid_fen: int
    refunded_fen: int
    waived_fen: int
    minutes: int
    exit_until: datetime | None
    written_off_fen: int

    def due_fen(self, gross_fen: int) -> int:
        """Of what the stay costs with these minutes; never negative."""
        settled_fen = self.waived_fen + self.paid_fen - self.refunded_fen + self.written_off_fen
        return max(gross_fen - settled_fen, 0)


@dataclass(frozen=True, slots=True)
class FeeDue:
    """A stay's fee at an instant, if it ended then.

    `gross_fen` is what it costs with `credited_minutes`, those of waiting validations among them; `paid_fen` what was
    paid and did not go back. Nothing is due until `exit_until`, which the last payment set, nor until `free_until`.
    """

    gross_fen: int
    paid_fen: int
    due_fen: int
    free_until: datetime | None
    exit_until: datetime | None
    credited_minutes: int
    settled: SettledFee
    validations: tuple[MinuteValidation, ...]
    price: FeeQuote


def due_of(stay: Stay, at: datetime) -> FeeDue | None:
    """What is due of a stay, of an open one if it ended at an instant; None where it cannot be priced.

    A car that leaves until `exit_until` leaves as paid.
    """
    settled, validations = settled_fee(stay), waiting_validations(stay, at)
    minutes = settled.minutes + sum(map(minutes_of, validations))
    price = stay_fee(stay, at, credit_minutes=minutes)
    if price is None:
        return None
    due = settled.due_fen(price.gross_fen)
    if leaves_as_paid(stay, settled, at):
        due = 0
    return FeeDue(
        gross_fen=price.gross_fen,
        paid_fen=settled.paid_fen - settled.refunded_fen,
        due_fen=due,
        free_until=price.free_until,
        exit_until=settled.exit_until,
        credited_minutes=minutes,
        settled=settled,
        validations=validations,
        price=price,
    )


def leaves_as_paid(stay: Stay, settled: SettledFee, at: datetime) -> bool:
    """Whether the car left, or would leave now, in the grace after its payment."""
    until = at if stay.state == Stay.State.OPEN else stay.left_at
    return settled.exit_until is not None and until is not None and until <= settled.exit_until


def settled_fee(stay: Stay) -> SettledFee:
    """Also of stays that were merged into this one."""
    own = Q(quote__stay=stay) | Q(quote__stay__merged_into=stay)
    money = ~Q(kind__in=_MINUTES)
    # A validation that was taken back credits nothing any more.
    credited = Q(kind__in=_MINUTES) & ~Q(validation__state=MinuteValidation.State.REVOKED)
    tenders = FeeTender.objects.filter(own, quote__state=ParkingQuote.State.PAID).aggregate(
        paid=Sum("amount_fen", filter=money),
        refunded=Sum("returned_fen", filter=money),
        minutes=Sum("minutes", filter=credited),
        exit_until=Max("quote__exit_until"),
    )
    here = Q(stay=OuterRef("pk")) | Q(stay__merged_into=OuterRef("pk"))
    refunds = FeeRefund.objects.filter(here)
    written_off = Arrears.objects.filter(here, state=Arrears.State.WRITTEN_OFF)
    let_off = Stay.objects.filter(pk=stay.pk).values_list(
        _total(refunds, "waived_fen"), _total(written_off, "amount_fen")
    )
    waived_fen, written_off_fen = let_off.get()
    return SettledFee(
        paid_fen=tenders["paid"] or 0,
        refunded_fen=tenders["refunded"] or 0,
        waived_fen=waived_fen,
        minutes=tenders["minutes"] or 0,
        exit_until=tenders["exit_until"],
        written_off_fen=written_off_fen,
    )


def _total(rows: "QuerySet[Any]", column: str) -> Coalesce:
    """A column's sum over rows of a subquery; none come to nothing."""
    grouped = rows.order_by().values(all_rows=Value(1)).annotate(total=Sum(column)).values("total")
    return Coalesce(Subquery(grouped), 0, output_field=BigIntegerField())


def waiting_validations(stay: Stay, at: datetime) -> tuple[MinuteValidation, ...]:
    """Those that were given to the stay or to its plate while it was there, and were not used yet."""
    if stay.entered_at is None:
        return ()
    left = stay.left_at or at
    of_plate = Q(
        stay=None,
        plate_hash=stay.plate_hash,
        colour=stay.colour,
        minutes_here__isnull=False,
        valid_until__gt=stay.entered_at,
    )
    best = rules_reached(stay.car_park_id).order_by("-minutes", "pk")
    rows = MinuteValidation.objects.annotate(minutes_here=Subquery(best.values("minutes")[:1]))
    found = rows.filter(
        Q(stay=stay) | of_plate,
        state=MinuteValidation.State.GRANTED,
        granted_at__lte=max(left, stay.entered_at),
    )
    return tuple(found.order_by("pk"))


def rules_reached(car_park: int | OuterRef) -> QuerySet[ValidationRule]:
    """For a subquery of validations: the rules of its merchant that its receipt reached when it was given, and that
    give minutes in a car park."""
    rows = ValidationRule.objects.filter(
        merchant=OuterRef("merchant"),
        car_parks=car_park,
        from_fen__lte=OuterRef("paid_fen"),
        created_at__lte=OuterRef("granted_at"),
    )
    return rows.filter(Q(ended_at=None) | Q(ended_at__gte=OuterRef("granted_at")))


def minutes_of(validation: MinuteValidation) -> int:
    """What one of `waiting_validations` gives in the car park of its stay: another rule than at others may hold there."""
    here: int | None = getattr(validation, "minutes_here", None)
    return validation.minutes if here is None else here


def open_quote_of(stay: Stay) -> ParkingQuote | None:
    return ParkingQuote.objects.filter(stay=stay, state=ParkingQuote.State.QUOTED).first()


def quotes() -> QuerySet[ParkingQuote]:
    """With all that is shown of them."""
    rows = ParkingQuote.objects.select_related("stay__car_park__store", "order", "tariff_version")
    return rows.prefetch_related("tenders__coupon", "tenders__validation__merchant")


def quote_of(member: Member, public_id: str) -> ParkingQuote:
    """A member's own one. Raises NotFound, also for somebody else's."""
    found = quotes().filter(member=member, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def paid_tenders(stay: Stay) -> Sequence[FeeTender]:
    """What of a stay's fee can still go back, in the order in which it was taken."""
    own = Q(quote__stay=stay) | Q(quote__stay__merged_into=stay)
    rows = FeeTender.objects.filter(own, quote__state=ParkingQuote.State.PAID)
    left = rows.filter(returned_fen__lt=F("amount_fen"))
    left = left.select_related(
        "quote__order", "quote__member", "validation", "redemption", "hold__spent", "coupon"
    )
    # What was tendered first in every quote goes back last of all quotes.
    order = {kind: place for place, kind in enumerate(TenderKind)}
    return sorted(left, key=lambda tender: (order[TenderKind(tender.kind)], tender.pk))


def usable_coupons(member: Member, stay: Stay, due: FeeDue, at: datetime) -> list[StayCoupon]:
    """The member's coupons for stays, as they are on this one; none where the car park takes none."""
    store = stay.car_park.store
    if store is None:
        return []
    priced = CouponStay(due.price.minutes, due.due_fen)
    return stay_coupons(member=member.pk, store=store, stay=priced, at=at)


@dataclass(frozen=True, slots=True)
class WordedFeeLine:
    """A line of a fee for people."""

    kind_name: str
    rule: str
    starts_at: datetime
    ends_at: datetime
    units: int
    unit_price_fen: int
    amount_fen: int


def lines_of(due: FeeDue) -> list[WordedFeeLine]:
    """What the fee is made of, in words."""
    return [
        WordedFeeLine(
            str(_KINDS[line.kind]),
            line.rule,
            line.starts_at,
            line.ends_at,
            line.units,
            line.unit_price_fen,
            line.amount_fen,
        )
        for line in due.price.lines
    ]
