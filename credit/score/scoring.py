"""The score: exact sums of decayed facts, shrunk to published priors. Pure: see decision 0100.

Nothing is rounded but the weights of decay (2**-48), the standard error (12 places) and `score`.
"""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import Final, NamedTuple

from credit.score.consistency import input_problems
from credit.score.decay import SCALE
from credit.score.grading import decide_grade, evidence_level
from credit.score.policy import BP, FULL_SCORE, ScorePolicy, ShareRule
from credit.score.sums import STAR_STEPS, ScoreSums, sums_of
from credit.score.values import (
    CreditScore,
    MerchantStanding,
    PenaltyRecord,
    ScoreComponents,
    ScoreContributions,
    ScoreInputs,
    ScoreInputsInvalid,
)

_THOUSAND: Final = 1000
_ERROR_PLACES: Final = 10**12
_MICRO: Final = 10**6
_ONE_DECIMAL: Final = Decimal("0.1")


class _Variances(NamedTuple):
    rating: Fraction
    burden: Fraction
    on_time: Fraction
    satisfaction: Fraction
    promise: Fraction


def score_merchant(inputs: ScoreInputs, policy: ScorePolicy) -> CreditScore:
    """Raises ScoreInputsInvalid."""
    if problems := input_problems(inputs, policy):
        raise ScoreInputsInvalid(problems)
    return score_sums(sums_of(inputs, policy), inputs.standing, policy)


def score_sums(sums: ScoreSums, standing: MerchantStanding, policy: ScorePolicy) -> CreditScore:
    """The score of facts that are summed already, and are right."""
    components = components_of(sums, Fraction(standing.profile), policy)
    penalties = penalty_points(standing.penalties, policy)
    contributions = contributions_of(components, penalties, policy)
    raw = contributions.total
    error = _standard_error(_variances(sums, components, policy), policy)
    reach = error * policy.interval_width_milli / _THOUSAND
    rule = policy.evidence
    evidence = Fraction(
        rule.per_rating * sums.ratings + rule.per_case * sums.cases + rule.per_check * sums.checks,
        SCALE,
    )
    confidence = evidence_level(evidence, policy)
    score = rounded_score(raw)
    return CreditScore(
        score=score,
        raw=raw,
        standard_error=error,
        low=raw - reach,
        high=raw + reach,
        evidence=evidence,
        confidence=confidence,
        decision=decide_grade(score, confidence, standing, policy),
        components=components,
        contributions=contributions,
    )


def rounded_score(raw: Fraction) -> Decimal:
    """To six places, then half up to one decimal."""
    micros = (raw.numerator * _MICRO * 2 + raw.denominator) // (raw.denominator * 2)
    return (Decimal(micros) / _MICRO).quantize(_ONE_DECIMAL, ROUND_HALF_UP)


def penalty_of(record: PenaltyRecord, policy: ScorePolicy) -> Fraction:
    """What a record costs: its points, less with every day of its term, nothing once it is repaired."""
    rule = policy.penalties[record.level]
    if record.is_repaired or record.age_days >= rule.term_days:
        return Fraction(0)
    return Fraction(rule.points * (rule.term_days - record.age_days), rule.term_days)


def penalty_points(records: tuple[PenaltyRecord, ...], policy: ScorePolicy) -> Fraction:
    """What all records cost together, at most what the policy allows."""
    total = sum((penalty_of(record, policy) for record in records), Fraction(0))
    return min(total, Fraction(policy.most_penalty_points))


def components_of(sums: ScoreSums, profile: Fraction, policy: ScorePolicy) -> ScoreComponents:
    handling, halving = policy.handling, policy.burden.halving_rate
    evaluation_steps = policy.satisfied_stars - 1
    rate = _upheld_weight(sums, policy) / _thousand_purchases(sums, policy)
    return ScoreComponents(
        rating=_mean(sums.rating_steps, STAR_STEPS, sums.ratings, policy.rating),
        burden=halving / (halving + rate),
        on_time=_mean(sums.cases_on_time, 1, sums.cases, handling),
        satisfaction=_mean(sums.evaluation_steps, evaluation_steps, sums.evaluations, handling),
        promise=_mean(sums.checks_passed, 1, sums.checks, policy.promise),
        profile=profile,
        burden_rate=rate,
    )


@lru_cache(maxsize=8)
def prior_components(policy: ScorePolicy) -> ScoreComponents:
    """Those of a merchant without any facts and with a whole profile."""
    return components_of(ScoreSums(), Fraction(1), policy)


def contributions_of(
    components: ScoreComponents, penalties: Fraction, policy: ScorePolicy
) -> ScoreContributions:
    """What moves the score from where it stands without any facts."""
    prior = prior_components(policy)
    per_component = _points_per_component(policy)
    points = {
        name: full * (getattr(components, name) - getattr(prior, name))
        for name, full in per_component.items()
    }
    base = _base(policy)
    unlimited = base + sum(points.values()) - penalties
    clamped = min(max(unlimited, Fraction(0)), Fraction(FULL_SCORE))
    return ScoreContributions(
        base=base, penalties=-penalties, clamping=clamped - unlimited, **points
    )


@lru_cache(maxsize=8)
def _points_per_component(policy: ScorePolicy) -> dict[str, Fraction]:
    weights_bp = {
        "rating": policy.rating.weight_bp * 2,
        "burden": policy.burden.weight_bp * 2,
        # Each is half of the handling.
        "on_time": policy.handling.weight_bp,
        "satisfaction": policy.handling.weight_bp,
        "promise": policy.promise.weight_bp * 2,
        "profile": policy.profile_weight_bp * 2,
    }
    return {name: Fraction(FULL_SCORE * weight, 2 * BP) for name, weight in weights_bp.items()}


@lru_cache(maxsize=8)
def _base(policy: ScorePolicy) -> Fraction:
    prior = prior_components(policy)
    return sum(
        (full * getattr(prior, name) for name, full in _points_per_component(policy).items()),
        Fraction(0),
    )


def _mean(hits: int, per_observation: int, total: int, rule: ShareRule) -> Fraction:
    """(hits + prior) / (total + prior); the sums are weights times SCALE."""
    prior = rule.prior_count * SCALE
    return Fraction(
        hits * BP + per_observation * prior * rule.prior_bp,
        per_observation * BP * (total + prior),
    )


def _upheld_weight(sums: ScoreSums, policy: ScorePolicy) -> Fraction:
    return policy.burden.prior_cases + Fraction(sums.upheld_bp2, BP * BP * SCALE)


def _thousand_purchases(sums: ScoreSums, policy: ScorePolicy) -> Fraction:
    return policy.burden.prior_thousand_purchases + Fraction(sums.purchases, _THOUSAND * SCALE)


def _variances(sums: ScoreSums, components: ScoreComponents, policy: ScorePolicy) -> _Variances:
    handling, halving = policy.handling, policy.burden.halving_rate
    slope = components.burden**2 / halving
    purchases = _thousand_purchases(sums, policy)
    least = Fraction(policy.least_share_bp, BP)

    def share_variance(mean: Fraction, total: int, rule: ShareRule) -> Fraction:
        share = min(max(mean, least), 1 - least)
        return share * (1 - share) * SCALE / (total + (rule.prior_count + 1) * SCALE)

    return _Variances(
        rating=share_variance(components.rating, sums.ratings, policy.rating),
        burden=components.burden_rate / purchases * slope**2,
        on_time=share_variance(components.on_time, sums.cases, handling),
        satisfaction=share_variance(components.satisfaction, sums.evaluations, handling),
        promise=share_variance(components.promise, sums.checks, policy.promise),
    )


def _standard_error(variances: _Variances, policy: ScorePolicy) -> Fraction:
    """In points of the score; to 12 places, cut off."""
    points = _points_per_component(policy)
    # Each part is cut off far behind the places that count: exact fractions of such sums are long.
    parts = [
        points[name] ** 2 * variance * _ERROR_PLACES**4
        for name, variance in zip(_Variances._fields, variances, strict=True)
    ]
    scaled = sum(part.numerator // part.denominator for part in parts)
    return Fraction(isqrt(scaled // _ERROR_PLACES**2), _ERROR_PLACES)
