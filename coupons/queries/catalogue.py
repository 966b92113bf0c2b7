"""What is being given out now, how much of it is left, and whether this member may have it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from coupons.engine.terms import Terms
from coupons.errors import (
    BudgetUsedUp,
    ClaimLimitReached,
    ClaimNotBegun,
    ClaimOver,
    CouponSoldOut,
    CouponSoldOutToday,
    DailyClaimLimitReached,
    NotInAudience,
)
from coupons.models import Coupon, StockSlot, TemplateVersion
from coupons.queries.budgets import budgets_left
from coupons.queries.member_facts import member_facts_of
from coupons.queries.versions import version_terms
from coupons.results import VersionSummary
from district.kernel import clock
from district.kernel.database.postgres import named_rows
from district.kernel.errors import DomainError, NotFound
from district.members.models import Member

FEW_IN = 10
# In a rush each claim asks this: without the ORM, which would take longer than the claim itself.
_PUBLIC_VERSION = """
    select version.id as pk, version.public_id, version.kind, template.name, merchant.name as merchant
    from coupons_templateversion version
    join coupons_coupontemplate template on template.id = version.template_id
    left join merchants_merchant merchant on merchant.id = template.merchant_id
    where version.public_id = %s and version.state not in ('draft', 'submitted', 'rejected')
"""


@dataclass(frozen=True, slots=True)
class Availability:
    """Of a version: `stock` is unlimited, plenty, few, sold_out_today, sold_out or budget_used_up, as far as
    stock and budget reach, and `left` how many that is; `mine` how many of its template the member has
    had, what was taken back unused left out; `refusal` what speaks against another one."""

    stock: str
    left: int | None
    mine: int
    refusal: DomainError | None


def with_card_fields() -> QuerySet[TemplateVersion]:
    """Versions with all that their face shows, but for the bytes of the picture."""
    rows = TemplateVersion.objects.select_related("template__merchant", "picture")
    return rows.defer("picture__jpeg")


def claimable_versions(at: datetime) -> QuerySet[TemplateVersion]:
    """Published versions a member may ask for now, by claim or for points."""
    return with_card_fields().filter(
        Q(claimable=True) | Q(points_price__isnull=False),
        state=TemplateVersion.State.PUBLISHED,
        claim_from__lte=at,
        claim_until__gt=at,
    )


def receipts_are_rewarded() -> bool:
    """Whether any campaign grants a coupon for a purchase."""
    return TemplateVersion.objects.filter(
        state=TemplateVersion.State.PUBLISHED, gift_from_fen__isnull=False
    ).exists()


def receipts_were_rewarded() -> bool:
    """Whether any campaign, over by now or not, may have granted a coupon for a purchase."""
    return TemplateVersion.objects.filter(gift_from_fen__isnull=False).exists()


def public_version(public_id: str) -> VersionSummary:
    """A version by its id, whether or not it is given out any more; drafts are nobody's business.

    Raises NotFound.
    """
    rows = named_rows(_PUBLIC_VERSION, public_id)
    if not rows:
        raise NotFound
    return VersionSummary(**rows[0])


def version_with_card(public_id: str) -> TemplateVersion:
    """The same with all that a page about it shows. Raises NotFound."""
    return with_card_fields().get(pk=public_version(public_id).pk)


def availabilities(
    versions: Iterable[TemplateVersion], member: Member, at: datetime
) -> dict[int, Availability]:
    """How things stand for a member with each of these versions."""
    rows = list(versions)
    left, budgets = _left([row.pk for row in rows], at), _budgets(rows)
    day = clock.business_day(at)
    mine = {
        row["template_id"]: (row["had"], row["today"])
        for row in Coupon.objects.filter(
            claimer=member, template__in=[row.template_id for row in rows], nth__isnull=False
        )
        .values("template_id")
        .annotate(had=Count("pk"), today=Count("pk", filter=Q(claim_day=day)))
    }
    terms = {row.pk: version_terms(row.pk) for row in rows}
    known = member_facts_of(member, *(of_version.audience for of_version in terms.values()))
    return {
        row.pk: _availability(
            terms[row.pk],
            _stock(row, left, budgets.get(row.pk), terms[row.pk].reserve_fen),
            mine.get(row.template_id, (0, 0)),
            outside=outside_claim_period(row, at),
            missing=terms[row.pk].audience.missing(known, at),
        )
        for row in rows
    }


def stock_of(version: TemplateVersion) -> tuple[int, int]:
    """How many there are in all, and how many of them are left."""
    slots = StockSlot.objects.filter(version=version, day=None).values_list("capacity", "remaining")
    return sum(capacity for capacity, _ in slots), sum(left for _, left in slots)


def stock_now(version: TemplateVersion, at: datetime) -> tuple[str, int | None]:
    """How stock and budget of a version stand for anybody, as in `Availability`, and how many are left."""
    budget = _budgets([version]).get(version.pk)
    return _stock(version, _left([version.pk], at), budget, version_terms(version.pk).reserve_fen)


def _availability(
    terms: Terms,
    left: tuple[str, int | None],
    mine: tuple[int, int],
    *,
    outside: DomainError | None,
    missing: str | None,
) -> Availability:
    (stock, remaining), (had, today) = left, mine
    return Availability(
        stock, remaining, had, outside or _refusal(terms, stock, had, today, missing)
    )


def outside_claim_period(row: TemplateVersion, at: datetime) -> DomainError | None:
    """Why nobody gets any of it at this instant, or not yet."""
    if row.state != TemplateVersion.State.PUBLISHED or at >= row.claim_until:
        return ClaimOver()
    return ClaimNotBegun(begins=row.claim_from.isoformat()) if at < row.claim_from else None


def _refusal(
    terms: Terms, stock: str, had: int, today: int, missing: str | None
) -> DomainError | None:
    if stock == "sold_out":
        return CouponSoldOut()
    if stock == "budget_used_up":
        return BudgetUsedUp()
    if had >= terms.per_member:
        return ClaimLimitReached(limit=terms.per_member)
    if terms.per_member_day is not None and today >= terms.per_member_day:
        return DailyClaimLimitReached(limit=terms.per_member_day)
    if stock == "sold_out_today":
        return CouponSoldOutToday()
    return NotInAudience(reason=missing) if missing else None


def _stock(
    row: TemplateVersion,
    left: dict[tuple[int, bool], tuple[int, int]],
    budget: tuple[int, int] | None,
    reserve_fen: int,
) -> tuple[str, int | None]:
    """How many can still be had: as units of stock, and as coupons the budget (fen) reaches for."""
    whole = left.get((row.pk, False), (row.stock or 0, row.stock or 0))
    day = left.get((row.pk, True), (row.stock_per_day or 0, row.stock_per_day or 0))
    if row.stock is not None and whole[1] == 0:
        return "sold_out", 0
    reach = None
    if budget is not None and reserve_fen > 0:
        reach = (budget[0] // reserve_fen, budget[1] // reserve_fen)
        if reach[1] == 0:
            return "budget_used_up", 0
    if row.stock_per_day is not None and day[1] == 0:
        return "sold_out_today", 0
    limited_slots = [
        slot for slot, limit in ((whole, row.stock), (day, row.stock_per_day)) if limit
    ]
    limited_slots += [reach] if reach is not None else []
    if not limited_slots:
        return "unlimited", None
    few = any(remaining * FEW_IN <= capacity for capacity, remaining in limited_slots)
    return ("few" if few else "plenty"), min(remaining for _capacity, remaining in limited_slots)


def _budgets(rows: Iterable[TemplateVersion]) -> dict[int, tuple[int, int]]:
    """Whole and rest of those that have a budget, in fen."""
    limited = [row.pk for row in rows if row.budget_fen is not None]
    return budgets_left(limited) if limited else {}


def _left(versions: list[int], at: datetime) -> dict[tuple[int, bool], tuple[int, int]]:
    """Capacity and rest of each version, in all (False) and today (True)."""
    slots = StockSlot.objects.filter(version__in=versions).filter(
        Q(day=None) | Q(day=clock.business_day(at))
    )
    sums = slots.values("version_id", "day").annotate(
        whole=Coalesce(Sum(F("capacity")), 0), rest=Coalesce(Sum(F("remaining")), 0)
    )
    return {
        (row["version_id"], row["day"] is not None): (row["whole"], row["rest"]) for row in sums
    }
