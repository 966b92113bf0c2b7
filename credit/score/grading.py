"""From the score to the grade: evidence, margins against flicker, limits."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from credit.score.policy import ScorePolicy
from credit.score.values import (
    GRADES,
    EvidenceLevel,
    Grade,
    GradeDecision,
    GradeLimit,
    MerchantStanding,
)


def evidence_level(evidence: Fraction, policy: ScorePolicy) -> EvidenceLevel:
    rule = policy.evidence
    if evidence < rule.low:
        return EvidenceLevel.INSUFFICIENT
    if evidence < rule.medium:
        return EvidenceLevel.LOW
    return EvidenceLevel.MEDIUM if evidence < rule.high else EvidenceLevel.HIGH


def grade_by_score(score: Decimal, policy: ScorePolicy, above: int = 0) -> Grade:
    """The best grade whose bound the score reaches, with so many points to spare."""
    bounds = policy.grades.bounds
    return next((grade for grade in bounds if score >= bounds[grade] + above), GRADES[-1])


def grade_with_margin(score: Decimal, previous: Grade | None, policy: ScorePolicy) -> Grade:
    """A published grade changes only where the score passes a bound by the margin.

    It falls below its own bound less the margin, then to the grade of the score; it climbs to the best
    grade whose bound plus the margin is reached.
    """
    if previous is None or previous is Grade.SUSPENDED:
        return grade_by_score(score, policy)
    margin = policy.grades.margin
    if previous in policy.grades.bounds and score < policy.grades.bounds[previous] - margin:
        return grade_by_score(score, policy)
    return better_of(previous, grade_by_score(score, policy, above=margin))


def decide_grade(
    score: Decimal, confidence: EvidenceLevel, standing: MerchantStanding, policy: ScorePolicy
) -> GradeDecision:
    """The grade to publish, None where there is too little evidence, and all that kept it from the score's."""
    by_score = grade_by_score(score, policy)
    grade = grade_with_margin(score, standing.previous_grade, policy)
    limits = [GradeLimit.WITHIN_MARGIN] if grade is not by_score else []
    for limit, best in _limits(confidence, standing, policy):
        if worse_of(grade, best) is not grade:
            grade = best
            limits.append(limit)
    if standing.is_licence_expired:
        return GradeDecision(Grade.SUSPENDED, by_score, (GradeLimit.LICENCE_EXPIRED,))
    if confidence is EvidenceLevel.INSUFFICIENT:
        return GradeDecision(None, by_score, (GradeLimit.INSUFFICIENT_EVIDENCE,))
    return GradeDecision(grade, by_score, tuple(limits))


def _limits(
    confidence: EvidenceLevel, standing: MerchantStanding, policy: ScorePolicy
) -> Iterator[tuple[GradeLimit, Grade]]:
    if confidence is EvidenceLevel.LOW:
        yield GradeLimit.LOW_EVIDENCE, policy.grades.low_evidence_best
    if standing.has_unpaid_decision:
        yield GradeLimit.UNPAID_DECISION, policy.grades.breach_best
    if standing.has_missed_remedy:
        yield GradeLimit.MISSED_REMEDY, policy.grades.breach_best


def better_of(grade: Grade, other: Grade) -> Grade:
    return min(grade, other, key=GRADES.index)


def worse_of(grade: Grade, other: Grade) -> Grade:
    return max(grade, other, key=GRADES.index)
