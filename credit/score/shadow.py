"""A policy before it comes into force: what it would change, as it is published with 14 days' notice."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from credit.score.policy import ScorePolicy
from credit.score.scoring import score_merchant
from credit.score.values import GRADES, CreditScore, Grade, ScoreInputs

ScoredTwice = tuple[CreditScore, CreditScore]

_ORDER: tuple[Grade | None, ...] = (*GRADES, Grade.SUSPENDED, None)


@dataclass(frozen=True, slots=True)
class GradeChange:
    """How many merchants go from one grade to another, or stay; None is no grade."""

    before: Grade | None
    after: Grade | None
    merchants: int


@dataclass(frozen=True, slots=True)
class PolicyComparison:
    """The matrix row by row, without its empty places; the largest moves of a raw score (0 without any)."""

    changes: tuple[GradeChange, ...]
    merchants: int
    changed: int
    largest_rise: Fraction
    largest_fall: Fraction


def compare_policies(
    merchants: Iterable[ScoreInputs], current: ScorePolicy, proposed: ScorePolicy
) -> PolicyComparison:
    """Both policies over the same facts and the same previous grades. Raises ScoreInputsInvalid."""
    return compare_scores(
        (score_merchant(inputs, current), score_merchant(inputs, proposed)) for inputs in merchants
    )


def compare_scores(merchants: Iterable[ScoredTwice]) -> PolicyComparison:
    """The scores of each merchant, before and after."""
    pairs: Counter[tuple[Grade | None, Grade | None]] = Counter()
    rise = fall = Fraction(0)
    for before, after in merchants:
        pairs[before.grade, after.grade] += 1
        rise = max(rise, after.raw - before.raw)
        fall = max(fall, before.raw - after.raw)
    return PolicyComparison(
        changes=tuple(
            GradeChange(before, after, pairs[before, after])
            for before in _ORDER
            for after in _ORDER
            if pairs[before, after]
        ),
        merchants=pairs.total(),
        changed=sum(count for (before, after), count in pairs.items() if before is not after),
        largest_rise=rise,
        largest_fall=fall,
    )
