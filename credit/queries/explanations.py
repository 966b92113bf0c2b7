"""How a published score is computed, in sentences with points that sum to the raw score."""

from dataclasses import dataclass

from credit.models import CreditSnapshot
from credit.queries.policies import policy_on
from credit.queries.snapshots import stored_inputs
from credit.score.explanation import explain, explain_grade
from credit.score.scoring import score_merchant


@dataclass(frozen=True, slots=True)
class PointsLine:
    """A sentence, and the points (four decimals) by which it moves the score."""

    text: str
    points: float


def explanation_lines(snapshot: CreditSnapshot) -> list[PointsLine]:
    inputs, policy = stored_inputs(snapshot), policy_on(snapshot.as_of)
    score = score_merchant(inputs, policy)
    return [
        PointsLine(line.text, round(float(line.points), 4))
        for line in explain(inputs, score, policy)
    ]


def grade_limit_texts(snapshot: CreditSnapshot) -> list[str]:
    """Why the grade is not the one of the score; empty where it is."""
    inputs, policy = stored_inputs(snapshot), policy_on(snapshot.as_of)
    score = score_merchant(inputs, policy)
    return [line.text for line in explain_grade(score, policy)]
