"""What anybody may know of the fund."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from credit.compensation.models import FundAccount, FundMembership, FundPayment
from credit.compensation.queries.scheme import terms_on
from district.kernel import clock


@dataclass(frozen=True, slots=True)
class FundFigures:
    """The fund on a day: what it holds, who is in it, what it pays at most, and what it paid since 1 January.

    Sums in fen; money that is on its way to a shopper still belongs to what the fund holds. Caps are None before there
    are terms.
    """

    as_of: date
    held_fen: int
    members: int
    case_cap_fen: int | None
    year_cap_fen: int | None
    year: int
    paid_cases: int
    paid_fen: int


def fund_figures() -> FundFigures:
    """The figures of now."""
    now = clock.now()
    today = clock.business_day(now)
    held = FundAccount.objects.filter(
        kind__in=[FundAccount.Kind.CASH, FundAccount.Kind.UNDER_WAY]
    ).aggregate(total=Sum("balance_fen"))
    year_start = clock.start_of_day(today.replace(month=1, day=1))
    paid = FundPayment.objects.filter(paid_at__gte=year_start, paid_at__lte=now).aggregate(
        cases=Count("case", distinct=True), total=Sum("amount_fen")
    )
    terms = terms_on(today)
    return FundFigures(
        as_of=today,
        held_fen=held["total"] or 0,
        members=FundMembership.objects.filter(left_at=None).count(),
        case_cap_fen=terms.case_cap_fen if terms else None,
        year_cap_fen=terms.year_cap_fen if terms else None,
        year=today.year,
        paid_cases=paid["cases"],
        paid_fen=paid["total"] or 0,
    )
