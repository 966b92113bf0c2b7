"""What would change a score: acts a merchant can take, each tried by running the score again."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from credit.score.consistency import input_problems
from credit.score.policy import ScorePolicy
from credit.score.scoring import penalty_of, score_sums
from credit.score.sums import ScoreSums, sums_of
from credit.score.texts import sentence, signed_points
from credit.score.values import (
    CaseOutcome,
    CaseSeverity,
    CheckCount,
    ClosedCase,
    Grade,
    MerchantStanding,
    PenaltyRecord,
    RatingCount,
    ScoreInputs,
    ScoreInputsInvalid,
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
    if problems := input_problems(inputs, policy):
        raise ScoreInputsInvalid(problems)
    sums = sums_of(inputs, policy)
    before = score_sums(sums, inputs.standing, policy).raw
    changes = []
    for key, facts, changed_sums, standing in _acts(inputs, sums, policy):
        after = score_sums(changed_sums, standing, policy)
        if after.raw > before:
            changes.append(ScoreChange(key, after.raw - before, facts, after.grade))
    return tuple(sorted(changes, key=lambda change: (-change.points, change.key)))


def _acts(
    inputs: ScoreInputs, sums: ScoreSums, policy: ScorePolicy
) -> Iterator[tuple[str, dict[str, int], ScoreSums, MerchantStanding]]:
    """Each act as what it adds to the sums, which is what it adds to the facts; one that changes nothing is left out."""
    standing = inputs.standing
    if standing.profile < 1:
        yield "complete_profile", {}, sums, replace(standing, profile=Decimal(1))
    records = tuple(_repaired(record, policy) for record in standing.penalties)
    repaired = sum(new is not old for new, old in zip(records, standing.penalties, strict=True))
    if repaired:
        yield "repair_records", {"records": repaired}, sums, replace(standing, penalties=records)
    yield (
        "pass_checks",
        {"checks": NEXT_CHECKS},
        _plus(sums, ScoreInputs(checks=(CheckCount(0, True, NEXT_CHECKS),)), policy),  # noqa: FBT003 - a row
        standing,
    )
    case = ClosedCase(
        age_days=0,
        severity=CaseSeverity.ORDINARY,
        outcome=CaseOutcome.SETTLED_DIRECT,
        is_on_time=True,
        stars=_BEST_STARS,
    )
    cases = _plus(sums, ScoreInputs(cases=(case,) * NEXT_CASES), policy)
    yield "answer_cases", {"cases": NEXT_CASES}, cases, standing
    ratings = ScoreInputs(ratings=(RatingCount(0, _BEST_STARS, NEXT_RATINGS),))
    yield "good_ratings", {"ratings": NEXT_RATINGS}, _plus(sums, ratings, policy), standing
    later = aged_standing(standing, QUIET_DAYS)
    yield "quiet_days", {"days": QUIET_DAYS}, sums_of(inputs, policy, days_later=QUIET_DAYS), later


def _plus(sums: ScoreSums, more: ScoreInputs, policy: ScorePolicy) -> ScoreSums:
    added = sums_of(more, policy)
    return ScoreSums(
        **{
            field.name: getattr(sums, field.name) + getattr(added, field.name)
            for field in fields(ScoreSums)
        }
    )


def aged_standing(standing: MerchantStanding, days: int) -> MerchantStanding:
    """The same records so many days later."""
    penalties = tuple(
        replace(record, age_days=record.age_days + days) for record in standing.penalties
    )
    return replace(standing, penalties=penalties)


def aged(inputs: ScoreInputs, days: int) -> ScoreInputs:
    """The same facts so many days later."""
    return ScoreInputs(
        ratings=tuple(row._replace(age_days=row.age_days + days) for row in inputs.ratings),
        purchases=tuple(row._replace(age_days=row.age_days + days) for row in inputs.purchases),
        cases=tuple(replace(row, age_days=row.age_days + days) for row in inputs.cases),
        checks=tuple(row._replace(age_days=row.age_days + days) for row in inputs.checks),
        standing=aged_standing(inputs.standing, days),
    )


def _repaired(record: PenaltyRecord, policy: ScorePolicy) -> PenaltyRecord:
    """Repaired if it costs something and its minimum term is over, else the same."""
    is_ripe = record.age_days >= policy.penalties[record.level].repair_after_days
    if is_ripe and penalty_of(record, policy):
        return replace(record, is_repaired=True)
    return record
