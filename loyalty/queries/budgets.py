"""What merchants may still issue of what they have paid in."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# A merchant is warned when so small a part is left of what its budget held when it was last filled.
LOW_FRACTION = 5


@dataclass(frozen=True)
class BudgetLevel:
    """A budget's level in milli-fen; `empty` when it does not hold the price of one point."""

    merchant: int
    left_milli_fen: int
    full_milli_fen: int
    empty: bool

    @property
    def left_fen(self) -> int:
        return self.left_milli_fen // 1000


def budgets_running_low(at: datetime, *, merchant: int | None = None) -> list[BudgetLevel]:
    """Budgets below a fifth, or empty, whose merchant has not been warned of it yet."""
    with connection.cursor() as cursor:
        cursor.execute(_LOW_BUDGETS, {"at": at, "merchant": merchant, "little": LOW_FRACTION})
        return [
            BudgetLevel(int(pk), int(left), int(full), empty)
            for pk, left, full, empty, *_ in cursor
        ]


def budget_left_by_merchant(merchants: list[int]) -> dict[int, int]:
    """What budgets hold, in milli-fen."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select budget_id, sum(remaining_milli_fen) from loyalty_issuebudgetslot"
            " where budget_id = any(%s) group by budget_id",
            [merchants],
        )
        return {int(pk): int(left) for pk, left in cursor.fetchall()}


_LOW_BUDGETS = """
select * from (
    select budget.merchant_id, slots.milli_fen, budget.full_milli_fen,
        slots.milli_fen < greatest(coalesce(terms.price_milli_fen, 1), 1) as empty,
        budget.warned_at, budget.fallback_since
    from loyalty_issuebudget budget
    cross join lateral (select coalesce(sum(remaining_milli_fen), 0) as milli_fen
        from loyalty_issuebudgetslot where budget_id = budget.merchant_id) slots
    left join loyalty_merchantterms terms
        on terms.merchant_id = budget.merchant_id and terms.valid @> %(at)s
    where %(merchant)s::bigint is null or budget.merchant_id = %(merchant)s) level
where (warned_at is null and milli_fen * %(little)s < full_milli_fen)
    or (fallback_since is null and empty)
order by merchant_id
"""
