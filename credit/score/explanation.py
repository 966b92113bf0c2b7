"""How a score is computed: one line for each thing that moves it; the points of all sum to the raw score."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from credit.score.policy import ScorePolicy
from credit.score.scoring import penalty_of
from credit.score.texts import one_decimal, sentence, signed_points
from credit.score.values import (
    NEVER_BURDENS,
    UNCOUNTED_OUTCOMES,
    CaseOutcome,
    CreditScore,
    GradeLimit,
    PenaltyRecord,
    ScoreInputs,
)


@dataclass(frozen=True, slots=True)
class ExplanationLine:
    """A key of `texts.SENTENCES`, the points, and the facts that the sentence names."""

    key: str
    points: Fraction
    facts: Mapping[str, Any]

    @property
    def text(self) -> str:
        points_text = (
            str(one_decimal(self.points)) if self.key == "base" else signed_points(self.points)
        )
        return sentence(self.key, {**self.facts, "points": points_text})


@dataclass(frozen=True, slots=True)
class GradeLimitLine:
    """Why the grade is not the one of the score."""

    limit: GradeLimit
    facts: Mapping[str, Any]

    @property
    def text(self) -> str:
        return sentence(f"limit_{self.limit.value}", self.facts)


def explain(
    inputs: ScoreInputs, score: CreditScore, policy: ScorePolicy
) -> tuple[ExplanationLine, ...]:
    """Facts are plain counts of what lies within the horizon; the points are of the decayed ones."""
    return tuple(_lines(inputs, score, policy))


def explain_grade(score: CreditScore, policy: ScorePolicy) -> tuple[GradeLimitLine, ...]:
    """Empty where the grade is the one of the score."""
    rule = policy.grades
    facts: dict[GradeLimit, dict[str, Any]] = {
        GradeLimit.LOW_EVIDENCE: {"best": rule.low_evidence_best.value},
        GradeLimit.UNPAID_DECISION: {"best": rule.breach_best.value},
        GradeLimit.MISSED_REMEDY: {"best": rule.breach_best.value},
        GradeLimit.WITHIN_MARGIN: {"margin": rule.margin},
    }
    return tuple(GradeLimitLine(limit, facts.get(limit, {})) for limit in score.decision.limits)


def _lines(
    inputs: ScoreInputs, score: CreditScore, policy: ScorePolicy
) -> Iterator[ExplanationLine]:
    points, horizon = score.contributions, policy.horizon_days
    yield ExplanationLine("base", points.base, {})
    yield ExplanationLine("rating", points.rating, _rating_facts(inputs, horizon))
    yield from _case_lines(inputs, score, horizon)
    checks = [check for check in inputs.checks if check.age_days <= horizon]
    passed = sum(check.number for check in checks if check.is_passed)
    yield ExplanationLine(
        "promise",
        points.promise,
        {"checks": sum(check.number for check in checks), "passed": passed},
    )
    percent = one_decimal(score.components.profile * 100)
    yield ExplanationLine("profile", points.profile, {"percent": str(percent)})
    yield from _penalty_lines(inputs.standing.penalties, points.penalties, policy)
    if points.clamping:
        yield ExplanationLine("clamping", points.clamping, {})


def _rating_facts(inputs: ScoreInputs, horizon: int) -> dict[str, Any]:
    ratings = [rating for rating in inputs.ratings if rating.age_days <= horizon]
    stars = ((rating.stars, rating.number) for rating in ratings)
    return {
        "ratings": sum(rating.number for rating in ratings),
        "mean_stars": _mean_text(stars),
    }


def _case_lines(inputs: ScoreInputs, score: CreditScore, horizon: int) -> Iterator[ExplanationLine]:
    points = score.contributions
    cases = [
        case
        for case in inputs.cases
        if case.outcome not in UNCOUNTED_OUTCOMES and case.age_days <= horizon
    ]
    purchases = [purchase for purchase in inputs.purchases if purchase.age_days <= horizon]
    burdening = NEVER_BURDENS | {CaseOutcome.SETTLED_DIRECT}
    yield ExplanationLine(
        "burden",
        points.burden,
        {
            "cases": sum(case.outcome not in burdening for case in cases),
            "purchases": sum(purchase.number for purchase in purchases),
        },
    )
    yield ExplanationLine(
        "on_time",
        points.on_time,
        {"cases": len(cases), "on_time": sum(case.is_on_time for case in cases)},
    )
    stars = [
        case.stars
        for case in cases
        if case.stars is not None and case.outcome is not CaseOutcome.NOT_UPHELD
    ]
    yield ExplanationLine(
        "satisfaction",
        points.satisfaction,
        {"evaluations": len(stars), "mean_stars": _mean_text((number, 1) for number in stars)},
    )


def _penalty_lines(
    records: Iterable[PenaltyRecord], together: Fraction, policy: ScorePolicy
) -> Iterator[ExplanationLine]:
    """A repaired record and one whose term is over have no line: nobody is told of them any more."""
    total = Fraction(0)
    for record in sorted(records, key=lambda record: (record.age_days, record.level)):
        points = -penalty_of(record, policy)
        total += points
        if points:
            days_left = policy.penalties[record.level].term_days - record.age_days
            yield ExplanationLine(f"penalty_{record.level.value}", points, {"days_left": days_left})
    if total != together:
        most = {"most_points": policy.most_penalty_points}
        yield ExplanationLine("penalty_cap", together - total, most)


def _mean_text(counted_stars: Iterable[tuple[int, int]]) -> str:
    """With one decimal; a dash where there are none."""
    total = count = 0
    for stars, number in counted_stars:
        total += stars * number
        count += number
    return str(one_decimal(Fraction(total, count))) if count else "–"
