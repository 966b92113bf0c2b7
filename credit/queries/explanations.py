"""How a published score is computed, in sentences with points that sum to the raw score; and what would change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from credit.models import CreditSnapshot
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


def explained(document: Mapping[str, Any]) -> Explanation:
    """What a snapshot keeps, in the language of the reader."""
    return Explanation(
        contributions=_lines(document["lines"]),
        grade_limits=[sentence(key, facts) for key, facts in document["limits"]],
        changes=_lines(document["changes"]),
    )


def explanation_lines(snapshot: CreditSnapshot) -> list[PointsLine]:
    return explained(snapshot.explanation).contributions


def _lines(rows: list[Any]) -> list[PointsLine]:
    return [PointsLine(sentence(key, facts), points) for key, points, facts in rows]
