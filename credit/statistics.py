"""What is published of complaints, per merchant and for the district: pure counts of the last twelve months.

A number that few cases would make misleading, or that would point at a person, is None.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from statistics import median
from typing import Any, Final

from credit.score.values import UNCOUNTED_OUTCOMES, CaseOutcome

PERIOD_DAYS: Final = 365
# Below these a rate says more about chance than about the merchant.
LEAST_PURCHASES: Final = 100
LEAST_CASES_FOR_SHARES: Final = 5
LEAST_UPHELD_PER_CATEGORY: Final = 5
SATISFIED_STARS: Final = 4

_SETTLED: Final = {CaseOutcome.SETTLED_DIRECT, CaseOutcome.SETTLED_IN_MEDIATION}
_UPHELD: Final = {CaseOutcome.UPHELD, CaseOutcome.PARTLY_UPHELD}


@dataclass(frozen=True, slots=True)
class CaseFact:
    """A case whose outcome is final since `age_days`.

    `first_answer_minutes` is None where the merchant never answered. `is_deemed`: nobody confirmed the
    remedy in time, which is no satisfaction; `stars` are there only if the shopper evaluated all the same.
    `is_repeat`: the shopper had complained about the merchant before, and that complaint had come to an end.
    """

    age_days: int
    category: str
    outcome: CaseOutcome
    is_on_time: bool
    first_answer_minutes: int | None
    stars: int | None = None
    is_deemed: bool = False
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class CaseStatistics:
    """Shares are 0–1. Withdrawn and abusive cases are counted in nothing."""

    cases: int
    purchases: int
    unanswered: int
    deemed: int
    per_thousand_purchases: Fraction | None
    # None as well where at least half of the cases were never answered.
    first_answer_median_minutes: int | None
    on_time_share: Fraction | None
    settled_share: Fraction | None
    # Of those who evaluated.
    satisfied_share: Fraction | None
    # Complaints of shoppers who had complained about the same merchant before.
    repeats: int | None
    # By category in order of its name, where there are enough.
    upheld: tuple[tuple[str, int], ...]


def case_statistics(facts: Iterable[CaseFact], purchases: int) -> CaseStatistics:
    """Of the facts within the period, and of the purchases of the same period. Raises ValueError."""
    facts = tuple(facts)
    if purchases < 0 or any(fact.age_days < 0 for fact in facts):
        raise ValueError("purchases are not negative, and no outcome is of the future")
    cases = [
        fact
        for fact in facts
        if fact.outcome not in UNCOUNTED_OUTCOMES and fact.age_days < PERIOD_DAYS
    ]
    upheld = Counter(fact.category for fact in cases if fact.outcome in _UPHELD)
    stars = [fact.stars for fact in cases if fact.stars is not None]
    is_enough = purchases >= LEAST_PURCHASES
    return CaseStatistics(
        cases=len(cases),
        purchases=purchases,
        unanswered=sum(fact.first_answer_minutes is None for fact in cases),
        deemed=sum(fact.is_deemed for fact in cases),
        per_thousand_purchases=Fraction(len(cases) * 1000, purchases) if is_enough else None,
        first_answer_median_minutes=_median_minutes([fact.first_answer_minutes for fact in cases]),
        on_time_share=_share([fact.is_on_time for fact in cases]),
        settled_share=_share([fact.outcome in _SETTLED for fact in cases]),
        satisfied_share=_share([number >= SATISFIED_STARS for number in stars]),
        repeats=sum(fact.is_repeat for fact in cases)
        if len(cases) >= LEAST_CASES_FOR_SHARES
        else None,
        upheld=tuple(
            (category, count)
            for category, count in sorted(upheld.items())
            if count >= LEAST_UPHELD_PER_CATEGORY
        ),
    )


def statistics_document(statistics: CaseStatistics) -> dict[str, Any]:
    """What is published, as JSON: each share as a double."""
    return {
        name: float(value) if isinstance(value, Fraction) else value
        for name, value in asdict(statistics).items()
    } | {"upheld": [[category, count] for category, count in statistics.upheld]}


def _share(hits: Sequence[bool]) -> Fraction | None:
    if len(hits) < LEAST_CASES_FOR_SHARES:
        return None
    return Fraction(sum(hits), len(hits))


def _median_minutes(answers: Sequence[int | None]) -> int | None:
    """Who never answered took longer than everybody who did; of two in the middle the mean, rounded up."""
    if len(answers) < LEAST_CASES_FOR_SHARES:
        return None
    never = float("inf")
    middle = median(never if minutes is None else minutes for minutes in answers)
    return None if middle == never else -int(-middle // 1)
