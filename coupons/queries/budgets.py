"""What is left of budgets."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from coupons.models import BudgetSlot, Coupon, FundingPart, TemplateVersion
from district.kernel.database.postgres import first_row


@dataclass(frozen=True, slots=True)
class BudgetBalance:
    """Fen: the whole, what nobody has reserved or spent, what live coupons reserve, what redemptions cost."""

    whole_fen: int
    left_fen: int
    reserved_fen: int
    spent_fen: int


def budget_of(version: TemplateVersion) -> BudgetBalance | None:
    """How the budget of a version stands; None where it has none, or is not given out yet."""
    known = budgets_left([version.pk]).get(version.pk)
    if known is None:
        return None
    reserved = Coupon.objects.filter(version=version).aggregate(fen=Sum("reserved_fen"))["fen"]
    spent = FundingPart.objects.filter(
        redemption__version=version, redemption__coupon__budget_slot__isnull=False
    ).aggregate(fen=Sum("fen"))["fen"]
    return BudgetBalance(*known, reserved or 0, spent or 0)


def budgets_left(versions: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Of each of these versions that has a budget: the whole and what is left, in fen."""
    slots = BudgetSlot.objects.filter(version__in=list(versions)).order_by()
    sums = slots.values("version_id").annotate(whole=Sum("capacity_fen"), rest=Sum("remaining_fen"))
    return {row["version_id"]: (int(row["whole"]), int(row["rest"])) for row in sums}


def warned_versions() -> int:
    """How many published versions were warned of since their budget was last raised."""
    return int(first_row(_WARNED)[0])


_WARNED = """
    select count(distinct version.id)
    from coupons_budgetwarning warning
    join coupons_templateversion version on version.id = warning.version_id
    where version.state = 'published' and warning.refill = coalesce((
        select max(id) from coupons_budgetchange
        where version_id = version.id and state = 'approved' and to_fen > from_fen), 0)
"""
