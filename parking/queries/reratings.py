"""What stays would have cost by other rules, and what of that was paid too much."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from parking.fees.tendering import TenderKind
from parking.models import (
    FeeRefund,
    FeeTender,
    MinuteValidation,
    ParkingQuote,
    ReratedStay,
    ReratingJob,
    Stay,
    TariffVersion,
)
from parking.queries.stays import price_until

_MINUTES = (TenderKind.VALIDATION, TenderKind.MINUTES_COUPON)
_AT_ONCE = 1_000


class PaidFee(NamedTuple):
    """What was paid of a stay and did not go back, what it need not pay, the minutes that were credited, and of a
    payment before leaving until when it was paid and until when the car could leave."""

    paid_fen: int = 0
    waived_fen: int = 0
    minutes: int = 0
    as_of: datetime | None = None
    exit_until: datetime | None = None


class RerateFigures(NamedTuple):
    """A stay's fee by two versions with the minutes that were credited, and what was paid and did not go back.

    `too_much_fen` of it was paid because of the wrong version: never more than both the difference and what was paid.
    """

    before_fen: int
    after_fen: int
    paid_fen: int
    too_much_fen: int


def stays_to_rerate(version: TariffVersion, start: datetime, end: datetime) -> QuerySet[Stay]:
    """Those that entered in a period and are priced by the version."""
    rows = Stay.objects.filter(tariff_version=version, entered_at__gte=start, entered_at__lt=end)
    return rows.exclude(state=Stay.State.MERGED).order_by("pk")


def is_being_paid(stay: Stay) -> bool:
    """Whether a quote of its fee is open."""
    return ParkingQuote.objects.filter(stay=stay, state=ParkingQuote.State.QUOTED).exists()


def ready_rows() -> QuerySet[ReratedStay]:
    """Rows that were deferred until the car had left and its fee was paid or not, which has come."""
    quoted = ParkingQuote.objects.filter(stay=OuterRef("stay"), state=ParkingQuote.State.QUOTED)
    rows = ReratedStay.objects.filter(outcome=ReratedStay.Outcome.DEFERRED)
    known = Q(stay__left_at__isnull=False) | Q(stay__state=Stay.State.MERGED)
    rows = rows.filter(known).exclude(Exists(quoted))
    return rows.exclude(rerating__job__state=ReratingJob.State.STOPPED).order_by("pk")


def figures_of(
    stays: Iterable[Stay], before: TariffVersion, after: TariffVersion
) -> Iterator[tuple[Stay, RerateFigures | None]]:
    """Each stay with its figures, None where its entry or exit is not known; some queries for a thousand."""
    source = iter(stays)
    while rows := list(islice(source, _AT_ONCE)):
        paid = _paid_fees([row.pk for row in rows])
        for stay in rows:
            yield stay, _figures(stay, before, after, paid.get(stay.pk, PaidFee()))


def too_much_fen(before_fen: int, after_fen: int, *, paid_fen: int, waived_fen: int) -> int:
    """What of a fee was paid too much because it was `before_fen` where it should have been `after_fen`.

    What was paid beyond the wrong fee has another cause, and is not the re-rating's.
    """
    owed_fen = max(after_fen - waived_fen, 0)
    return max(min(before_fen - after_fen, paid_fen - owed_fen), 0)


def _figures(
    stay: Stay, before: TariffVersion, after: TariffVersion, paid: PaidFee
) -> RerateFigures | None:
    until = stay.left_at
    if until is None:
        return None
    # Whoever left in the grace after paying paid for the time until then.
    if paid.as_of is not None and paid.exit_until is not None and until <= paid.exit_until:
        until = min(until, paid.as_of)
    quotes = [
        price_until(version, stay, until, credit_minutes=paid.minutes)
        for version in (before, after)
    ]
    if None in quotes:
        return None
    before_fen, after_fen = (quote.gross_fen for quote in quotes if quote is not None)
    too_much = too_much_fen(
        before_fen, after_fen, paid_fen=paid.paid_fen, waived_fen=paid.waived_fen
    )
    return RerateFigures(before_fen, after_fen, paid.paid_fen, too_much)


def _paid_fees(stays: Sequence[int]) -> dict[int, PaidFee]:
    """Also of stays that were merged into these."""
    money, minutes = ~Q(kind__in=_MINUTES), Q(kind__in=_MINUTES)
    credited = minutes & ~Q(validation__state=MinuteValidation.State.REVOKED)
    tenders = FeeTender.objects.filter(quote__state=ParkingQuote.State.PAID)
    found = {
        row["owner"]: PaidFee(
            paid_fen=row["paid"] or 0,
            minutes=row["minutes"] or 0,
            as_of=row["as_of"],
            exit_until=row["exit_until"],
        )
        for row in tenders.annotate(owner=Coalesce("quote__stay__merged_into", "quote__stay"))
        .filter(owner__in=stays)
        .order_by()
        .values("owner")
        .annotate(
            paid=Sum(F("amount_fen") - F("returned_fen"), filter=money),
            minutes=Sum("minutes", filter=credited),
            as_of=Max("quote__as_of", filter=Q(quote__exit_until__isnull=False)),
            exit_until=Max("quote__exit_until"),
        )
    }
    refunds = FeeRefund.objects.annotate(owner=Coalesce("stay__merged_into", "stay"))
    waived = refunds.filter(owner__in=stays).order_by().values("owner")
    for row in waived.annotate(waived=Sum("waived_fen")):
        before = found.get(row["owner"], PaidFee())
        found[row["owner"]] = before._replace(waived_fen=row["waived"])
    return found
