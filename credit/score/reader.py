"""The document of `manage.py score_credit`: a list of merchants, each with its facts as rows of numbers.

    name            text
    ratings         [age_days, stars, count]
    transactions    [age_days, count]
    cases           [age_days, severity, outcome, on_time, stars or null]
    checks          [age_days, passed, count]
    profile         0–1
    penalties       [age_days, level, repaired]
    previous_grade  null or the grade as it was published before

    licence_expired, unpaid_decision, missed_remedy    booleans, false where they are left out

The same form, sorted and without the name, is what the digest of a snapshot is made from.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeVar

from credit.score.consistency import MOST_COUNT, input_problems
from credit.score.policy import ScorePolicy
from credit.score.values import (
    CaseOutcome,
    CaseSeverity,
    CheckCount,
    ClosedCase,
    Grade,
    MerchantStanding,
    PenaltyLevel,
    PenaltyRecord,
    PurchaseCount,
    RatingCount,
    ScoreInputs,
    ScoreInputsInvalid,
)
from district.documents.reader import DocumentProblem, ObjectReader, word_of

MOST_AGE_DAYS: Final = 100_000

Fact = TypeVar("Fact")


class _Column(NamedTuple):
    """A place of a row: what may stand there."""

    is_right: Callable[[Any], bool]
    right_values: str


def _number_column(least: int, most: int) -> _Column:
    return _Column(lambda value: type(value) is int and least <= value <= most, f"{least}–{most}")


def _word_column(words: Sequence[StrEnum]) -> _Column:
    return _Column(lambda value: word_of(value, words) is not None, ", ".join(words))


_AGE = _number_column(0, MOST_AGE_DAYS)
_COUNT = _number_column(0, MOST_COUNT)
_STARS = _number_column(1, 5)
_STARS_OR_NULL = _Column(lambda value: value is None or _STARS.is_right(value), "1–5, null")
_BOOLEAN = _Column(lambda value: type(value) is bool, "true, false")
_CASE = (
    _AGE,
    _word_column(tuple(CaseSeverity)),
    _word_column(tuple(CaseOutcome)),
    _BOOLEAN,
    _STARS_OR_NULL,
)
_RECORD = (_AGE, _word_column(tuple(PenaltyLevel)), _BOOLEAN)


@dataclass(frozen=True, slots=True)
class NamedInputs:
    """A merchant of a document."""

    name: str
    inputs: ScoreInputs


def read_merchants(document: object, policy: ScorePolicy) -> tuple[NamedInputs, ...]:
    """Raises ScoreInputsInvalid; the problems of all merchants, each with its path."""
    problems: list[DocumentProblem] = []
    if not isinstance(document, list):
        raise ScoreInputsInvalid((DocumentProblem("", "not_a_list"),))
    merchants = tuple(
        _read_merchant(value, f"[{index}]", problems, policy)
        for index, value in enumerate(document)
    )
    if problems:
        raise ScoreInputsInvalid(tuple(problems))
    return merchants


def _read_merchant(
    value: object, path: str, problems: list[DocumentProblem], policy: ScorePolicy
) -> NamedInputs:
    earlier = len(problems)
    reader = ObjectReader(value, path, problems)
    if not isinstance(value, dict):
        return NamedInputs("", ScoreInputs())
    name = reader.text("name")
    inputs = read_inputs(reader)
    if len(problems) == earlier:
        problems += (
            DocumentProblem(f"{path}.{problem.path}", problem.code, problem.detail)
            for problem in input_problems(inputs, policy)
        )
    return NamedInputs(name, inputs)


def read_inputs(reader: ObjectReader) -> ScoreInputs:
    """The facts of one object; what is wrong stands in the reader's problems."""
    inputs = ScoreInputs(
        ratings=_rows(reader, "ratings", RatingCount, (_AGE, _STARS, _COUNT)),
        purchases=_rows(reader, "transactions", PurchaseCount, (_AGE, _COUNT)),
        cases=_rows(reader, "cases", _case_of, _CASE),
        checks=_rows(reader, "checks", CheckCount, (_AGE, _BOOLEAN, _COUNT)),
        standing=MerchantStanding(
            profile=_read_profile(reader),
            penalties=_rows(reader, "penalties", _record_of, _RECORD),
            previous_grade=_read_grade(reader),
            is_licence_expired=reader.boolean("licence_expired", absent=False),
            has_unpaid_decision=reader.boolean("unpaid_decision", absent=False),
            has_missed_remedy=reader.boolean("missed_remedy", absent=False),
        ),
    )
    reader.finish()
    return inputs


def inputs_document(inputs: ScoreInputs) -> dict[str, Any]:
    """What `read_inputs` reads, the same for the same facts: rows in order, counts of a day put together."""
    standing = inputs.standing
    grade = standing.previous_grade
    return {
        "ratings": _counted(((row.age_days, row.stars), row.number) for row in inputs.ratings),
        "transactions": _counted(((row.age_days,), row.number) for row in inputs.purchases),
        "cases": sorted(
            (
                [row.age_days, row.severity.value, row.outcome.value, row.is_on_time, row.stars]
                for row in inputs.cases
            ),
            key=str,
        ),
        "checks": _counted(((row.age_days, row.is_passed), row.number) for row in inputs.checks),
        "profile": _plain_number(standing.profile),
        "penalties": sorted(
            [row.age_days, row.level.value, row.is_repaired] for row in standing.penalties
        ),
        "previous_grade": grade and grade.value,
        "licence_expired": standing.is_licence_expired,
        "unpaid_decision": standing.has_unpaid_decision,
        "missed_remedy": standing.has_missed_remedy,
    }


def _plain_number(share: Decimal) -> float:
    """1, not 1.0: as other languages write it."""
    number = float(share)
    return int(number) if number.is_integer() else number


def _counted(rows: Iterable[tuple[tuple[int, ...], int]]) -> list[list[int]]:
    """The counts of rows that differ in nothing else, added up and in order; without those of 0."""
    totals: dict[tuple[int, ...], int] = defaultdict(int)
    for values, count in rows:
        totals[values] += count
    return [[*values, totals[values]] for values in sorted(totals) if totals[values]]


def _rows(
    reader: ObjectReader, key: str, make: Callable[..., Fact], columns: tuple[_Column, ...]
) -> tuple[Fact, ...]:
    def read(row: Any, path: str) -> Fact | None:
        if not isinstance(row, list) or len(row) != len(columns):
            reader.problems.append(DocumentProblem(path, "not_a_row", f"{len(columns)}"))
            return None
        wrong = [
            DocumentProblem(f"{path}[{place}]", "not_in_range", column.right_values)
            for place, (value, column) in enumerate(zip(row, columns, strict=True))
            if not column.is_right(value)
        ]
        reader.problems.extend(wrong)
        return None if wrong else make(*row)

    return reader.items(key, read)


def _case_of(
    age_days: int,
    severity: str,
    outcome: str,
    is_on_time: bool,  # noqa: FBT001 - as it stands in a row
    stars: int | None,
) -> ClosedCase:
    return ClosedCase(age_days, CaseSeverity(severity), CaseOutcome(outcome), is_on_time, stars)


def _record_of(age_days: int, level: str, is_repaired: bool) -> PenaltyRecord:  # noqa: FBT001 - likewise
    return PenaltyRecord(age_days, PenaltyLevel(level), is_repaired)


def _read_profile(reader: ObjectReader) -> Decimal:
    value = reader.required("profile")
    if type(value) in {int, float} and 0 <= value <= 1:
        return Decimal(repr(value))
    if value is not None:
        reader.refuse("profile", "not_in_range", "0–1")
    return Decimal(1)


def _read_grade(reader: ObjectReader) -> Grade | None:
    value = reader.optional("previous_grade")
    grade = word_of(value, tuple(Grade))
    if grade is None and value is not None:
        reader.refuse("previous_grade", "not_one_of", "null, " + ", ".join(Grade))
    return grade
