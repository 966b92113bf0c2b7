"""How a published score is computed, in sentences with points that sum to the raw score; and what would change it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from credit.models import CreditSnapshot
from credit.queries.snapshots import stored_inputs
from credit.score.explanation_document import explanation_document
from credit.score.policy import ScorePolicy
from credit.score.scoring import score_merchant
from credit.score.texts import sentence


@dataclass(frozen=True, slots=True)
class PointsLine:
    """A sentence, and the points (four decimals) by which it moves the score."""

    text: str
    points: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Contributions sum to the raw score; limits say why the grade is not the one of the score; changes are acts that
    would raise it, the best first."""

    contributions: list[PointsLine]
    grade_limits: list[str]
    changes: list[PointsLine]


def explanation_of(snapshot: CreditSnapshot, policy: ScorePolicy) -> Explanation:
    """Made from the snapshot's inputs by the policy of its day, in the language of the reader. Raises ValueError."""
    document = _document(_Sealed(snapshot.inputs_digest, snapshot, policy))
    return Explanation(
        contributions=_lines(document["lines"]),
        grade_limits=[sentence(key, facts) for key, facts in document["limits"]],
        changes=_lines(document["changes"]),
    )


@dataclass(frozen=True, slots=True)
class _Sealed:
    """A snapshot by its digest, which is that of its inputs, its day and its policy."""

    digest: str
    snapshot: CreditSnapshot = field(compare=False)
    policy: ScorePolicy = field(compare=False)


# A page is read far more often than a snapshot is taken; the cache holds the inputs as well, some 20 kB each.
@lru_cache(maxsize=500)
def _document(sealed: _Sealed) -> Mapping[str, Any]:
    inputs = stored_inputs(sealed.snapshot)
    return explanation_document(inputs, score_merchant(inputs, sealed.policy), sealed.policy)


def _lines(rows: list[Any]) -> list[PointsLine]:
    return [PointsLine(sentence(key, facts), points) for key, points, facts in rows]
