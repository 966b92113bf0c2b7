"""What is in force: a merchant's terms, and the rules of the alliance."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext as _

from district.kernel.database.postgres import first_row
from district.kernel.database.process_cache import ProcessCache
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant
from loyalty import arithmetic
from loyalty.errors import NoTerms
from loyalty.models import AlliancePolicy
from loyalty.values import AlliancePolicyValues

# How long points live that are added at the expense of a party without terms.
VALIDITY_MONTHS = 24


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


# A merchant's terms, each with its start and its end.
_Terms = list[tuple[datetime | None, datetime | None, TermsInForce]]
_terms = ProcessCache[int, _Terms](max_entries=5_000)


def terms_of(merchant: int, at: datetime, *, fresh: bool = False) -> TermsInForce:
    """The terms in force at an instant, as far as this process knows. Raises NoTerms.

    What it knows may be old: terms are asked for at every receipt and set a few times a year. So the
    ledger compares what it is given with the table, and a caller that gets `terms_changed` asks again, fresh.
    """
    if not fresh and (found := _in_force(_terms.get(merchant) or [], at)) is not None:
        return found
    with connection.cursor() as cursor:
        cursor.execute(_TERMS, [merchant])
        terms = [(start, end, TermsInForce(*row)) for start, end, *row in cursor.fetchall()]
    _terms.store(merchant, terms)
    if (found := _in_force(terms, at)) is None:
        raise NoTerms
    return found


def _in_force(all_terms: _Terms, at: datetime) -> TermsInForce | None:
    for start, end, terms in all_terms:
        if (start is None or start <= at) and (end is None or at < end):
            return terms
    return None


def terms_between(
    merchant: int, first: datetime, last: datetime
) -> list[tuple[datetime, datetime | None, TermsInForce]]:
    """Every terms in force at some instant from first to last, each with its start and its end."""
    with connection.cursor() as cursor:
        cursor.execute(_TERMS_BETWEEN, [merchant, first, last])
        return [(start, end, TermsInForce(*row)) for start, end, *row in cursor.fetchall()]


def alliance_policy_at(at: datetime) -> AlliancePolicyValues:
    """The alliance's rules in force at an instant."""
    row = first_row(_RULES, at)
    return AlliancePolicyValues() if row is None else AlliancePolicyValues(*row)


def point_value_text(in_force: AlliancePolicyValues) -> str:
    """What points take off a bill, said of as many as come to whole fen, a hundred at least."""
    value = in_force.point_value_milli_fen
    points = next(points for points in (100, 1_000) if points * value % 1_000 == 0)
    fen = arithmetic.worth_fen(points, value_milli_fen=value)
    return _("使用 %(points)s 积分抵 %(yuan)s。") % {"points": points, "yuan": format_yuan(fen)}


def alliance_policy_row_at(at: datetime) -> AlliancePolicy | None:
    """The row of those rules with who keeps what nobody spent; None before any were set."""
    rows = AlliancePolicy.objects.select_related("breakage_to")
    return rows.filter(valid__contains=at).first()


@dataclass(frozen=True, slots=True)
class AdjustmentCost:
    """What a point that is added by hand costs whoever pays for it, and until when it lives."""

    price_milli_fen: int
    expires_at: datetime


def adjustment_cost(merchant: Merchant, at: datetime) -> AdjustmentCost:
    """As the merchant's terms say; the alliance and funds have none. Raises NoTerms."""
    try:
        # Nobody compares this with the table, so it is read there.
        terms = terms_of(merchant.pk, at, fresh=True)
    except NoTerms:
        if merchant.kind == Merchant.Kind.MERCHANT:
            raise
        price = alliance_policy_at(at).fallback_price_milli_fen
        return AdjustmentCost(price, arithmetic.expiry_of(at, months=VALIDITY_MONTHS))
    return AdjustmentCost(
        terms.price_milli_fen, arithmetic.expiry_of(at, months=terms.validity_months)
    )


# Both are asked at the counter: without the ORM, which would take longer than the ledger itself.
_TERMS = """
    select lower(valid), upper(valid), id, earn_points, earn_per_fen, price_milli_fen,
        validity_months, pending_days,
        exists (select from loyalty_issuebudget budget where budget.merchant_id = terms.merchant_id)
    from loyalty_merchantterms terms where merchant_id = %s order by valid
"""
_TERMS_BETWEEN = """
    select lower(valid), upper(valid), id, earn_points, earn_per_fen, price_milli_fen,
        validity_months, pending_days,
        exists (select from loyalty_issuebudget budget where budget.merchant_id = terms.merchant_id)
    from loyalty_merchantterms terms where merchant_id = %s and valid && tstzrange(%s, %s, '[]')
    order by lower(valid)
"""
_RULES = """
    select breakage_to_id, hold_minutes, grace_days, confirm_from, confirm_minutes, fallback_points,
        fallback_per_fen, fallback_price_milli_fen, warn_days, adjust_limit, adjust_day_limit,
        point_value_milli_fen,
        receipt_ceiling_points, member_day_ceiling_points, key_day_ceiling_points,
        merchant_day_ceiling_points, review_by_two_from_points
    from loyalty_alliancepolicy where valid @> %s
"""
