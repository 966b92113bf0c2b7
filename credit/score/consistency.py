"""What inputs must keep to, whoever made them."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from credit.score.policy import ScorePolicy
from credit.score.values import (
    CheckCount,
    ClosedCase,
    PenaltyRecord,
    PurchaseCount,
    RatingCount,
    ScoreInputs,
)
from district.documents.reader import DocumentProblem

MOST_COUNT = 1_000_000_000
_STARS = range(1, 6)


def input_problems(inputs: ScoreInputs, policy: ScorePolicy) -> tuple[DocumentProblem, ...]:
    """Ages before `as_of`, stars, counts and the profile out of range, records repaired too early."""
    return tuple(_problems(inputs, policy))


def _problems(inputs: ScoreInputs, policy: ScorePolicy) -> Iterator[DocumentProblem]:
    records = inputs.standing.penalties
    yield from _age_problems("ratings", inputs.ratings)
    yield from _age_problems("transactions", inputs.purchases)
    yield from _age_problems("cases", inputs.cases)
    yield from _age_problems("checks", inputs.checks)
    yield from _age_problems("penalties", records)
    yield from _count_problems("ratings", inputs.ratings)
    yield from _count_problems("transactions", inputs.purchases)
    yield from _count_problems("checks", inputs.checks)
    yield from _star_problems("ratings", (rating.stars for rating in inputs.ratings))
    yield from _star_problems(
        "cases", (1 if case.stars is None else case.stars for case in inputs.cases)
    )
    for index, record in enumerate(records):
        earliest = policy.penalties[record.level].repair_after_days
        if record.is_repaired and record.age_days < earliest:
            yield DocumentProblem(f"penalties[{index}]", "repaired_too_early", f"{earliest}–")
    yield from _profile_problems(inputs.standing.profile)


def _age_problems(
    name: str,
    rows: Iterable[RatingCount | PurchaseCount | ClosedCase | CheckCount | PenaltyRecord],
) -> Iterator[DocumentProblem]:
    for index, row in enumerate(rows):
        if row.age_days < 0:
            yield DocumentProblem(f"{name}[{index}]", "age_negative", "0–")


def _count_problems(
    name: str, rows: Iterable[RatingCount | PurchaseCount | CheckCount]
) -> Iterator[DocumentProblem]:
    for index, row in enumerate(rows):
        if not 0 <= row.number <= MOST_COUNT:
            yield DocumentProblem(f"{name}[{index}]", "count_out_of_range", f"0–{MOST_COUNT}")


def _star_problems(name: str, stars: Iterable[int]) -> Iterator[DocumentProblem]:
    for index, number in enumerate(stars):
        if number not in _STARS:
            yield DocumentProblem(f"{name}[{index}]", "stars_out_of_range", "1–5")


def _profile_problems(share: Decimal) -> Iterator[DocumentProblem]:
    if not share.is_finite() or not 0 <= share <= 1:
        yield DocumentProblem("profile", "not_in_range", "0–1")
    elif Decimal(repr(float(share))) != share:
        # It would not come back from the document that a digest is made from.
        yield DocumentProblem("profile", "too_many_digits", "15")
