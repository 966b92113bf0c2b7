"""A score as `manage.py score_credit` prints it: each number the double next to the exact one."""

from typing import Any

from credit.score.values import CreditScore


def score_document(name: str, score: CreditScore) -> dict[str, Any]:
    components, contributions = score.components, score.contributions
    return {
        "name": name,
        "score": float(score.score),
        "raw": float(score.raw),
        "se": float(score.standard_error),
        "interval": [float(score.low), float(score.high)],
        "rank_key": float(score.rank_key),
        "evidence": float(score.evidence),
        "confidence": score.confidence.value,
        "grade": score.grade and score.grade.value,
        "components": {
            "R": float(components.rating),
            "B": float(components.burden),
            "H": float(components.handling),
            "P": float(components.promise),
            "V": float(components.profile),
        },
        "contributions": {
            "rating": float(contributions.rating),
            "burden": float(contributions.burden),
            "handling": float(contributions.handling),
            "promise": float(contributions.promise),
            "profile": float(contributions.profile),
        },
    }
