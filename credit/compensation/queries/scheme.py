"""Who is in the scheme, under which terms, and what the fund would pay for a case."""

from datetime import date, datetime

from django.db.models import Q, QuerySet, Sum

from credit.compensation.models import FundAccount, FundMembership, FundPayment, FundTerms
from credit.complaints.models import CaseFile
from credit.complaints.queries.fund_cover import NO_COVER, FundCover
from district.kernel import clock

_COUNTED = (FundPayment.State.DUE, FundPayment.State.UNDER_WAY, FundPayment.State.PAID)
_OPEN = (FundPayment.State.DUE, FundPayment.State.UNDER_WAY)


def terms_on(day: date) -> FundTerms | None:
    """The terms of a day; none before the first approved ones."""
    rows = FundTerms.objects.filter(state=FundTerms.State.APPROVED, effective_from__lte=day)
    return rows.order_by("-effective_from").first()


def is_fund_member(merchant: int, at: datetime) -> bool:
    """Whether the merchant was in the scheme at an instant."""
    rows = FundMembership.objects.filter(merchant=merchant, joined_at__lte=at)
    return rows.filter(Q(left_at=None) | Q(left_at__gt=at)).exists()


def cover_of(case: CaseFile) -> FundCover:
    """What the fund would pay for a case now.

    A merchant is bound for complaints that were filed while it was a member, so that nobody leaves with a case. What
    has come to the advance payment is promised: terms and caps that change later do not take it back.
    """
    if not is_fund_member(case.merchant_id, case.filed_at):
        return NO_COVER
    promised = FundPayment.objects.filter(case=case, state__in=_OPEN).first()
    if promised is not None:
        return FundCover(in_scheme=True, cap_fen=promised.amount_fen)
    terms = terms_on(clock.business_day(clock.now()))
    if terms is None:
        return NO_COVER
    counted = FundPayment.objects.filter(merchant=case.merchant_id, state__in=_COUNTED)
    year_left = terms.year_cap_fen - _total(counted.filter(due_at__gte=_start_of_year()))
    case_left = terms.case_cap_fen - _total(counted.filter(case=case))
    return FundCover(in_scheme=True, cap_fen=max(0, min(year_left, case_left, available_fen())))


def available_fen() -> int:
    """What the fund can still promise: its cash less what is promised and not yet set apart."""
    cash = FundAccount.objects.filter(kind=FundAccount.Kind.CASH).first()
    promised = _total(FundPayment.objects.filter(state=FundPayment.State.DUE))
    return (cash.balance_fen if cash else 0) - promised


def _start_of_year() -> datetime:
    today = clock.business_day(clock.now())
    return clock.start_of_day(today.replace(month=1, day=1))


def _total(rows: "QuerySet[FundPayment]") -> int:
    total: int | None = rows.aggregate(total=Sum("amount_fen"))["total"]
    return total or 0
