"""Snapshots: the newest, those of a day, how one is computed, and lists by rank."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from credit.models import CreditSnapshot
from credit.queries.policies import policy_on
from credit.queries.score_inputs import derive_inputs
from credit.score.digest import input_digest
from credit.score.reader import inputs_document, read_inputs
from credit.score.score_document import score_document
from credit.score.scoring import score_merchant
from credit.score.values import Grade, ScoreInputs
from district.documents.reader import DocumentProblem, ObjectReader
from district.merchants.models import Merchant, Store


def current_snapshots(merchants: Collection[int] | None = None) -> "QuerySet[CreditSnapshot]":
    """Of each merchant and day the highest revision."""
    later = CreditSnapshot.objects.filter(
        merchant=OuterRef("merchant"), as_of=OuterRef("as_of"), revision__gt=OuterRef("revision")
    )
    rows = CreditSnapshot.objects.exclude(Exists(later))
    return rows if merchants is None else rows.filter(merchant__in=merchants)


def newest_snapshot(merchant: int) -> CreditSnapshot | None:
    rows = CreditSnapshot.objects.filter(merchant=merchant)
    return rows.order_by("-as_of", "-revision").first()


def previous_snapshots(merchants: Collection[int], as_of: date) -> dict[int, CreditSnapshot]:
    """Of each merchant the newest of the days before."""
    rows = CreditSnapshot.objects.filter(merchant__in=merchants, as_of__lt=as_of)
    newest = rows.order_by("merchant", "-as_of", "-revision").distinct("merchant")
    return {row.merchant_id: row for row in newest}


def stored_inputs(snapshot: CreditSnapshot) -> ScoreInputs:
    """The inputs that a snapshot keeps. Raises ValueError for a row that somebody changed beyond reading."""
    problems: list[DocumentProblem] = []
    inputs = read_inputs(ObjectReader(snapshot.inputs, "", problems))
    if problems:
        raise ValueError("; ".join(map(str, problems)))
    return inputs


@dataclass(frozen=True, slots=True)
class Recomputation:
    """What comes out again: whether digest and result are those of the snapshot, and whether the facts of
    today, as they were known then, are still its inputs (not so after a correction or a refund)."""

    is_digest_right: bool
    is_result_right: bool
    are_facts_the_same: bool

    @property
    def is_right(self) -> bool:
        return self.is_digest_right and self.is_result_right


def recompute(snapshot: CreditSnapshot) -> Recomputation:
    """The snapshot's score anew from its inputs, and its inputs anew from the facts. Raises ValueError."""
    inputs, policy = stored_inputs(snapshot), policy_on(snapshot.as_of)
    score = score_merchant(inputs, policy)
    result = score_document("", score) | {
        "limits": [limit.value for limit in score.decision.limits]
    }
    grade = inputs.standing.previous_grade
    ((_merchant, derived),) = derive_inputs(
        [snapshot.merchant_id],
        snapshot.as_of,
        corrected_at=snapshot.taken_at if snapshot.revision > 1 else None,
        previous_grades={snapshot.merchant_id: Grade(grade) if grade else None},
    )
    return Recomputation(
        is_digest_right=input_digest(inputs, snapshot.as_of, policy) == snapshot.inputs_digest,
        is_result_right=(
            result == snapshot.result
            and score.score == snapshot.score
            and (score.grade and score.grade.value) == snapshot.grade
        ),
        are_facts_the_same=(inputs_document(derived.inputs) == snapshot.inputs),
    )


def ranking(venue: str = "", trade: str = "") -> "QuerySet[CreditSnapshot]":
    """Graded merchants of the newest day by rank; those with an open store of a venue, a trade, or both (codes and ids)."""
    newest = CreditSnapshot.objects.order_by("-as_of").values("as_of")[:1]
    rows = current_snapshots().filter(as_of=newest, grade__isnull=False)
    rows = rows.exclude(grade=Grade.SUSPENDED.value)
    rows = rows.filter(merchant__state=Merchant.State.ACTIVE)
    if venue or trade:
        stores = Store.objects.filter(merchant=OuterRef("merchant"), state=Store.State.OPEN)
        if venue:
            stores = stores.filter(venue__public_id=venue)
        if trade:
            stores = stores.filter(trade__code=trade)
        rows = rows.filter(Exists(stores))
    return rows.select_related("merchant").defer("inputs").order_by("-rank_key", "-pk")
