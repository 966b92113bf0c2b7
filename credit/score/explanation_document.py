"""How a score is computed and what would change it, as keys and facts; sentences are made from them in the language of
whoever reads."""

from collections.abc import Mapping
from typing import Any

from credit.score.changes import possible_changes
from credit.score.explanation import explain, explain_grade
from credit.score.policy import ScorePolicy
from credit.score.texts import one_decimal, signed_points
from credit.score.values import CreditScore, ScoreInputs


def explanation_document(
    inputs: ScoreInputs, score: CreditScore, policy: ScorePolicy
) -> Mapping[str, Any]:
    """`lines` and `changes` are [key, points to four places, facts], `limits` [key, facts]."""
    return {
        "lines": [
            [
                line.key,
                round(float(line.points), 4),
                {
                    **line.facts,
                    "points": str(one_decimal(line.points))
                    if line.key == "base"
                    else signed_points(line.points),
                },
            ]
            for line in explain(inputs, score, policy)
        ],
        "limits": [
            [f"limit_{line.limit.value}", dict(line.facts)] for line in explain_grade(score, policy)
        ],
        "changes": [
            [
                f"change_{change.key}",
                round(float(change.points), 4),
                {**change.facts, "points": signed_points(change.points)},
            ]
            for change in possible_changes(inputs, policy)
        ],
    }
