"""The sweep that warns a merchant in time that its prefund runs out."""

from django.db import transaction

from district.kernel import clock
from district.kernel.outbox.events import emit
from loyalty import queries
from loyalty.events import PrefundLow
from loyalty.models import IssueBudget


def warn_of_low_prefunds() -> int:
    """Emit once for each budget that it is down to a fifth, and once that it is used up; how many.

    A deposit begins anew. Used up is a budget that does not hold the price of one point; a bill that
    costs more than what is left is granted at the alliance's rate before that.
    """
    return sum(_warn_merchant(level.merchant) for level in queries.budgets_running_low(clock.now()))


@transaction.atomic
def _warn_merchant(merchant: int) -> bool:
    # A deposit holds this row until its money is in the slots; what is read next has it.
    budget = IssueBudget.objects.select_for_update(no_key=True).get(pk=merchant)
    now = clock.now()
    level = next(iter(queries.budgets_running_low(now, merchant=merchant)), None)
    if level is None:
        return False
    budget.warned_at = budget.warned_at or now
    if level.empty:
        budget.fallback_since = now
    budget.save(update_fields=["warned_at", "fallback_since"])
    emit(PrefundLow(merchant=merchant, left_fen=level.left_fen, used_up=level.empty))
    return True
