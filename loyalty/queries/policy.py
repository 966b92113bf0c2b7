"""What is in force: a merchant's terms, and the rules of the alliance."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from district.kernel.postgres import first_row
from loyalty.errors import NoTerms


@dataclass(frozen=True, slots=True)
class TermsInForce:
    """A merchant's terms at an instant; `prefunded` when its points are paid for beforehand."""

    pk: int
    earn_points: int
    earn_per_fen: int
    price_milli_fen: int
    validity_months: int
    pending_days: int
    prefunded: bool


@dataclass(frozen=True, slots=True)
class RulesInForce:
    """The alliance's rules at an instant; what stands here holds until the operator sets others."""

    breakage_to: int | None = None
    hold_minutes: int = 120
    grace_days: int = 7
    confirm_from: int | None = None
    confirm_minutes: int = 5
    brake_points: int = 1
    brake_per_fen: int = 200
    brake_price_milli_fen: int = 1000
    warn_days: int = 30
    adjust_limit: int = 10_000
    adjust_day_limit: int = 50_000


def terms_of(merchant: int, at: datetime) -> TermsInForce:
    """The terms in force at an instant. Raises NoTerms."""
    row = first_row(_TERMS, merchant, at)
    if row is None:
        raise NoTerms
    return TermsInForce(*row)


def terms_between(
    merchant: int, first: datetime, last: datetime
) -> list[tuple[datetime, datetime | None, TermsInForce]]:
    """Every terms in force at some instant from first to last, each with its start and its end."""
    with connection.cursor() as cursor:
        cursor.execute(_TERMS_BETWEEN, [merchant, first, last])
        return [(start, end, TermsInForce(*row)) for start, end, *row in cursor.fetchall()]


def rules_at(at: datetime) -> RulesInForce:
    """The alliance's rules in force at an instant."""
    row = first_row(_RULES, at)
    return RulesInForce() if row is None else RulesInForce(*row)


# Both are asked at the counter: without the ORM, which would take longer than the ledger itself.
_TERMS = """
    select id, earn_points, earn_per_fen, price_milli_fen, validity_months, pending_days,
        exists (select from loyalty_issuebudget budget where budget.merchant_id = terms.merchant_id)
    from loyalty_merchantterms terms where merchant_id = %s and valid @> %s
"""
_TERMS_BETWEEN = """
    select lower(valid), upper(valid), id, earn_points, earn_per_fen, price_milli_fen,
        validity_months, pending_days,
        exists (select from loyalty_issuebudget budget where budget.merchant_id = terms.merchant_id)
    from loyalty_merchantterms terms where merchant_id = %s and valid && tstzrange(%s, %s, '[]')
    order by lower(valid)
"""
_RULES = """
    select breakage_to_id, hold_minutes, grace_days, confirm_from, confirm_minutes, brake_points,
        brake_per_fen, brake_price_milli_fen, warn_days, adjust_limit, adjust_day_limit
    from loyalty_alliancerules where valid @> %s
"""
