"""What would change a score: acts a merchant can take, each tried by running the score again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from credit.score.policy import ScorePolicy
from credit.score.scoring import penalty_of, score_merchant
from credit.score.texts import sentence, signed_points
from credit.score.values import (
    CaseOutcome,
    CaseSeverity,
    CheckCount,
    ClosedCase,
    Grade,
    PenaltyRecord,
    RatingCount,
    ScoreInputs,
)

NEXT_RATINGS: Final = 20
NEXT_CHECKS: Final = 4
NEXT_CASES: Final = 5
QUIET_DAYS: Final = 90
_BEST_STARS: Final = 5


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """What an act would bring: points of the raw score, and the grade that would follow."""

    key: str
    points: Fraction
    facts: Mapping[str, Any]
    grade: Grade | None

    @property
    def text(self) -> str:
        return sentence(f"change_{self.key}", {**self.facts, "points": signed_points(self.points)})


def possible_changes(inputs: ScoreInputs, policy: ScorePolicy) -> tuple[ScoreChange, ...]:
    """All acts that would raise the score, the one that raises it most first. Raises ScoreInputsInvalid."""
    before = score_merchant(inputs, policy).raw
    changes = []
    for key, facts, changed in _acts(inputs, policy):
        after = score_merchant(changed, policy)
        if after.raw > before:
            changes.append(ScoreChange(key, after.raw - before, facts, after.grade))
    return tuple(sorted(changes, key=lambda change: (-change.points, change.key)))


def _acts(
    inputs: ScoreInputs, policy: ScorePolicy
) -> Iterator[tuple[str, dict[str, int], ScoreInputs]]:
    standing = inputs.standing
    whole = replace(standing, profile=Decimal(1))
    yield "complete_profile", {}, replace(inputs, standing=whole)
    records = tuple(_repaired(record, policy) for record in standing.penalties)
    repaired = sum(new is not old for new, old in zip(records, standing.penalties, strict=True))
    repaired_standing = replace(standing, penalties=records)
    yield "repair_records", {"records": repaired}, replace(inputs, standing=repaired_standing)
    checks = (*inputs.checks, CheckCount(0, True, NEXT_CHECKS))  # noqa: FBT003 - the values of a row
    yield "pass_checks", {"checks": NEXT_CHECKS}, replace(inputs, checks=checks)
    case = ClosedCase(
        age_days=0,
        severity=CaseSeverity.ORDINARY,
        outcome=CaseOutcome.SETTLED_DIRECT,
        is_on_time=True,
        stars=_BEST_STARS,
    )
    cases = inputs.cases + (case,) * NEXT_CASES
    yield "answer_cases", {"cases": NEXT_CASES}, replace(inputs, cases=cases)
    ratings = (*inputs.ratings, RatingCount(0, _BEST_STARS, NEXT_RATINGS))
    yield "good_ratings", {"ratings": NEXT_RATINGS}, replace(inputs, ratings=ratings)
    yield "quiet_days", {"days": QUIET_DAYS}, aged(inputs, QUIET_DAYS)


def aged(inputs: ScoreInputs, days: int) -> ScoreInputs:
    """The same facts so many days later."""
    penalties = tuple(
        replace(record, age_days=record.age_days + days) for record in inputs.standing.penalties
    )
    return ScoreInputs(
        ratings=tuple(replace(row, age_days=row.age_days + days) for row in inputs.ratings),
        purchases=tuple(replace(row, age_days=row.age_days + days) for row in inputs.purchases),
        cases=tuple(replace(row, age_days=row.age_days + days) for row in inputs.cases),
        checks=tuple(replace(row, age_days=row.age_days + days) for row in inputs.checks),
        standing=replace(inputs.standing, penalties=penalties),
    )


def _repaired(record: PenaltyRecord, policy: ScorePolicy) -> PenaltyRecord:
    """Repaired if it costs something and its minimum term is over, else the same."""
    is_ripe = record.age_days >= policy.penalties[record.level].repair_after_days
    if is_ripe and penalty_of(record, policy):
        return replace(record, is_repaired=True)
    return record
