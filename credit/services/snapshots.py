"""Nightly snapshots of every merchant's standing, and what corrections make of them later."""

import gc
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from credit.models import CreditSnapshot, FactCorrection
from credit.queries.policies import policy_on
from credit.queries.score_inputs import DerivedInputs, derive_inputs
from credit.queries.snapshots import current_snapshots, previous_snapshots
from credit.score.digest import document_digest
from credit.score.policy import ScorePolicy
from credit.score.reader import inputs_document
from credit.score.score_document import score_document
from credit.score.scoring import score_merchant
from credit.score.values import Grade
from credit.statistics import statistics_document
from district.kernel import clock
from district.merchants.models import Merchant

# Each chunk reads all purchases of the district once.
CHUNK = 1_000
ROWS_AT_ONCE = 100
_SIX_PLACES = Decimal("0.000001")


def take_snapshots(*, as_of: date | None = None, chunk: int = CHUNK) -> int:
    """A snapshot of each merchant that has none of the day, yesterday if none is named; how many were taken.

    Each chunk is a transaction, so a run that died goes on where it was. Raises ValueError for a day that is not over.
    """
    yesterday = clock.business_day(clock.now()) - timedelta(days=1)
    as_of = as_of or yesterday
    if as_of > yesterday:
        raise ValueError("a day that is not over has no snapshot")
    taken, after = 0, 0
    while True:
        have = CreditSnapshot.objects.filter(merchant=OuterRef("pk"), as_of=as_of)
        rows = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT, pk__gt=after)
        merchants = list(
            rows.exclude(Exists(have)).order_by("pk").values_list("pk", flat=True)[:chunk]
        )
        if not merchants:
            return taken
        with _no_search_for_cycles():
            taken += _take(merchants, as_of)
        after = merchants[-1]


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Facts are very many small tuples without a cycle; to look for one among them takes a third of the night's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@transaction.atomic
def _take(merchants: Collection[int], as_of: date) -> int:
    previous = previous_snapshots(merchants, as_of)
    policy, at = policy_on(as_of), clock.now()
    rows = (
        CreditSnapshot(
            merchant_id=merchant,
            as_of=as_of,
            revision=1,
            previous=previous.get(merchant),
            taken_at=at,
            **_snapshot_columns(derived, as_of, policy),
        )
        for merchant, derived in derive_inputs(merchants, as_of, previous_grades=_grades(previous))
    )
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        # What another worker took meanwhile stands.
        CreditSnapshot.objects.bulk_create(batch, ignore_conflicts=True)
    return len(merchants)


@transaction.atomic
def revise_snapshots(*, correction: FactCorrection) -> int:
    """The merchant's snapshots again without the fact that was wrong, both kept; how many changed.

    A day on which nothing changes keeps its revision; done again it finds nothing to do.
    """
    row = FactCorrection.objects.select_for_update(no_key=True).get(pk=correction.pk)
    if row.state != FactCorrection.State.APPROVED or row.revised_at is not None:
        return 0
    at, revised = clock.now(), 0
    Merchant.objects.select_for_update(no_key=True).get(pk=row.merchant_id)
    last: CreditSnapshot | None = None
    for current in current_snapshots([row.merchant_id]).order_by("as_of"):
        last = _revise(current, last, at)
        revised += last is not current
    row.revised_at = at
    row.save(update_fields=["revised_at"])
    return revised


def _revise(current: CreditSnapshot, last: CreditSnapshot | None, at: datetime) -> CreditSnapshot:
    grades = {current.merchant_id: Grade(last.grade) if last and last.grade else None}
    ((_merchant, derived),) = derive_inputs(
        [current.merchant_id], current.as_of, corrected_at=at, previous_grades=grades
    )
    columns = _snapshot_columns(derived, current.as_of, policy_on(current.as_of))
    if columns["inputs_digest"] == current.inputs_digest:
        return current
    return CreditSnapshot.objects.create(
        merchant_id=current.merchant_id,
        as_of=current.as_of,
        revision=current.revision + 1,
        previous=last,
        taken_at=at,
        **columns,
    )


def revise_waiting() -> int:
    """What corrections that were upheld make of earlier snapshots; how many changed."""
    waiting = FactCorrection.objects.filter(
        state=FactCorrection.State.APPROVED, revised_at=None
    ).order_by("decided_at", "pk")
    return sum(revise_snapshots(correction=correction) for correction in waiting)


def _snapshot_columns(derived: DerivedInputs, as_of: date, policy: ScorePolicy) -> dict[str, Any]:
    """What a snapshot says of these inputs."""
    score, inputs = score_merchant(derived.inputs, policy), inputs_document(derived.inputs)
    rank_key = Decimal(score.rank_key.numerator) / Decimal(score.rank_key.denominator)
    return {
        "policy_version": policy.version,
        "inputs": inputs,
        "inputs_digest": document_digest(inputs, as_of, policy),
        "result": score_document("", score)
        | {"limits": [limit.value for limit in score.decision.limits]},
        "statistics": statistics_document(derived.statistics),
        "score": score.score,
        "rank_key": rank_key.quantize(_SIX_PLACES),
        "confidence": score.confidence.value,
        "grade": score.grade and score.grade.value,
        "excluded_ratings": derived.flagged_ratings,
    }


def _grades(previous: dict[int, CreditSnapshot]) -> dict[int, Grade | None]:
    return {merchant: Grade(row.grade) if row.grade else None for merchant, row in previous.items()}
