"""Day-end reconciliation: the till's totals of a day beside ours, and where they part."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from district.kernel import clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.merchants.models import Store
from loyalty.receipt_batches.models import Difference, Reconciliation

# So many differences of each kind are kept as rows; all are counted.
MAX_KEPT_DIFFERENCES = 1_000


@dataclass(frozen=True)
class TillCount:
    """What a till counted of one kind: how many, their sum, and if it says so each number and amount."""

    count: int
    amount: int
    amounts_by_number: Sequence[tuple[str, int]] | None = None


@dataclass(frozen=True)
class DayTotals:
    """A till's day: receipts and refunds in fen, spendings in points."""

    receipts: TillCount
    refunds: TillCount
    spendings: TillCount

    def by_kind(self) -> dict[str, TillCount]:
        kinds = Difference.Kind
        return {
            kinds.RECEIPT.value: self.receipts,
            kinds.REFUND.value: self.refunds,
            kinds.SPENDING.value: self.spendings,
        }


@transaction.atomic
def reconcile_day(
    *, store: Store, day: date, till_totals: DayTotals, actor: str, key: Key
) -> Reconciliation:
    """Compare a store's Shanghai day with what its till counted, and keep the comparison for ever.

    Asked again with another key the day is compared anew: what arrived meanwhile counts.

    Raises KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return Reconciliation.objects.select_related("store").get(pk=earlier)
    start = clock.start_of_day(day)
    until = clock.start_of_day(day + timedelta(days=1))
    ours = _totals(store.pk, start, until)
    found = {
        kind: _differences(store.pk, start, until, kind, counted.amounts_by_number)
        for kind, counted in till_totals.by_kind().items()
        if counted.amounts_by_number is not None
    }
    row = Reconciliation.objects.create(
        merchant_id=store.merchant_id,
        store=store,
        day=day,
        their_receipts=till_totals.receipts.count,
        their_paid_fen=till_totals.receipts.amount,
        their_refunds=till_totals.refunds.count,
        their_refunded_fen=till_totals.refunds.amount,
        their_spendings=till_totals.spendings.count,
        their_spent_points=till_totals.spendings.amount,
        our_receipts=ours["receipt"][0],
        our_paid_fen=ours["receipt"][1],
        our_refunds=ours["refund"][0],
        our_refunded_fen=ours["refund"][1],
        our_spendings=ours["spending"][0],
        our_spent_points=ours["spending"][1],
        differences=sum(map(len, found.values())) if found else None,
        actor=actor,
        at=clock.now(),
    )
    Difference.objects.bulk_create(
        Difference(
            reconciliation=row, kind=kind, what=what, number=number, theirs=theirs, ours=mine
        )
        for kind, rows in found.items()
        for what, number, theirs, mine in rows[:MAX_KEPT_DIFFERENCES]
    )
    store_result(key, row.pk)
    return row


def _totals(store: int, start: datetime, until: datetime) -> dict[str, tuple[int, int]]:
    none = {kind.value: (0, 0) for kind in Difference.Kind}
    with connection.cursor() as cursor:
        cursor.execute(
            "select kind, count(*), sum(amount)::bigint from batches_day(%s, %s, %s) group by kind",
            [store, start, until],
        )
        return none | {kind: (count, amount) for kind, count, amount in cursor.fetchall()}


_DIFFERENCES = """
    with theirs as (
        select number, amount from unnest(%s::text[], %s::bigint[]) reported (number, amount)
    ), ours as (
        select number, sum(amount)::bigint as amount from batches_day(%s, %s, %s)
        where kind = %s group by number
    )
    select case when ours.number is null then 'missing_here'
            when theirs.number is null then 'missing_there' else 'other_amount' end,
        coalesce(theirs.number, ours.number), theirs.amount, ours.amount
    from theirs full join ours using (number)
    where theirs.amount is distinct from ours.amount
    order by 1, 2
"""


def _differences(
    store: int,
    start: datetime,
    until: datetime,
    kind: str,
    amounts_by_number: Sequence[tuple[str, int]] | None,
) -> list[tuple[str, str, int | None, int | None]]:
    numbers = [number for number, _amount in amounts_by_number or ()]
    amounts = [amount for _number, amount in amounts_by_number or ()]
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES, [numbers, amounts, store, start, until, kind])
        return list(cursor.fetchall())
