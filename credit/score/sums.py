"""The facts of a merchant as a few whole numbers: sums of their decayed weights, times SCALE.

A nightly run may let the database sum; the score of the same sums is the same.
"""

from dataclasses import dataclass

from credit.score.decay import decay_weights
from credit.score.policy import ScorePolicy
from credit.score.values import (
    NEVER_BURDENS,
    UNCOUNTED_OUTCOMES,
    CaseOutcome,
    CheckCount,
    ClosedCase,
    PurchaseCount,
    RatingCount,
    ScoreInputs,
)

STAR_STEPS = 4


@dataclass(frozen=True, slots=True)
class ScoreSums:
    """Weights of ratings and of their steps above one star (4 for five stars), of purchases, checks, cases.

    `cases` leaves out withdrawn and abusive ones; `evaluation_steps` counts at most those of a satisfied
    shopper; `upheld_bp2` is weight x severity_bp x outcome_bp.
    """

    ratings: int = 0
    rating_steps: int = 0
    purchases: int = 0
    checks: int = 0
    checks_passed: int = 0
    cases: int = 0
    cases_on_time: int = 0
    evaluations: int = 0
    evaluation_steps: int = 0
    upheld_bp2: int = 0


def sums_of(inputs: ScoreInputs, policy: ScorePolicy, *, days_later: int = 0) -> ScoreSums:
    """Of inputs without problems, as they stand or so many days later."""
    weights = decay_weights(policy.half_life_days, policy.horizon_days)[days_later:]
    ratings, rating_steps = _sum_ratings(inputs.ratings, weights)
    checks, checks_passed = _sum_checks(inputs.checks, weights)
    cases, on_time, evaluations, steps, upheld = _sum_cases(inputs.cases, policy, weights)
    return ScoreSums(
        ratings=ratings,
        rating_steps=rating_steps,
        purchases=_sum_purchases(inputs.purchases, weights),
        checks=checks,
        checks_passed=checks_passed,
        cases=cases,
        cases_on_time=on_time,
        evaluations=evaluations,
        evaluation_steps=steps,
        upheld_bp2=upheld,
    )


def _sum_ratings(ratings: tuple[RatingCount, ...], weights: tuple[int, ...]) -> tuple[int, int]:
    total = steps = 0
    beyond = len(weights)
    for rating in ratings:
        if rating.age_days < beyond:
            weight = weights[rating.age_days] * rating.number
            total += weight
            steps += weight * (rating.stars - 1)
    return total, steps


def _sum_purchases(purchases: tuple[PurchaseCount, ...], weights: tuple[int, ...]) -> int:
    beyond = len(weights)
    return sum(
        weights[purchase.age_days] * purchase.number
        for purchase in purchases
        if purchase.age_days < beyond
    )


def _sum_checks(checks: tuple[CheckCount, ...], weights: tuple[int, ...]) -> tuple[int, int]:
    total = passed = 0
    beyond = len(weights)
    for check in checks:
        if check.age_days < beyond:
            weight = weights[check.age_days] * check.number
            total += weight
            passed += weight * check.is_passed
    return total, passed


def _sum_cases(
    cases: tuple[ClosedCase, ...], policy: ScorePolicy, weights: tuple[int, ...]
) -> tuple[int, int, int, int, int]:
    counted = on_time = evaluations = steps = upheld = 0
    beyond, most_steps = len(weights), policy.satisfied_stars - 1
    severity_bp, outcome_bp = policy.burden.severity_bp, policy.burden.outcome_bp
    for case in cases:
        if case.outcome in UNCOUNTED_OUTCOMES or case.age_days >= beyond:
            continue
        weight = weights[case.age_days]
        counted += weight
        on_time += weight * case.is_on_time
        if case.stars is not None and case.outcome is not CaseOutcome.NOT_UPHELD:
            evaluations += weight
            steps += weight * min(case.stars - 1, most_steps)
        if case.outcome not in NEVER_BURDENS:
            upheld += weight * severity_bp[case.severity] * outcome_bp[case.outcome]
    return counted, on_time, evaluations, steps, upheld
