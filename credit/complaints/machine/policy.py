"""How long each term is: dated rows, since laws change. From plain JSON; what is wrong with it is named."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from credit.complaints.machine.details import day_of, is_label
from credit.complaints.machine.words import ClockName, TermName
from credit.complaints.machine.working_days import ClockTerm, TermUnit
from district.documents.json_text import one_line

LONGEST_TERM = 400
_MEMBERS = ("version", "effective_from", "terms", "reminder_hours_before_due")
# The regulator's own ceilings: no policy gives its officers longer.
CEILINGS = {TermName.TRIAGE: ClockTerm(7, TermUnit.WORKING_DAYS)}

DEFAULT_POLICY: dict[str, Any] = {
    "version": "complaints-2026-04",
    "effective_from": "2026-04-15",
    "terms": {
        "triage": {"amount": 2, "unit": "working_days"},
        "info_answer": {"amount": 5, "unit": "working_days"},
        "first_answer": {"amount": 48, "unit": "hours"},
        "overall": {"amount": 60, "unit": "days"},
        "overall_again": {"amount": 60, "unit": "days"},
        "negotiation": {"amount": 10, "unit": "working_days"},
        "merchant_escalation": {"amount": 5, "unit": "working_days"},
        "proposal": {"amount": 3, "unit": "working_days"},
        "mediation": {"amount": 15, "unit": "working_days"},
        "mediation_again": {"amount": 10, "unit": "working_days"},
        "evidence": {"amount": 3, "unit": "working_days"},
        "appeal": {"amount": 7, "unit": "working_days"},
        "review": {"amount": 10, "unit": "working_days"},
        "remedy": {"amount": 5, "unit": "working_days"},
        "fund_payment": {"amount": 3, "unit": "working_days"},
        "confirmation": {"amount": 7, "unit": "days"},
        "evaluation": {"amount": 15, "unit": "days"},
        "reopen": {"amount": 15, "unit": "days"},
        "tip_off_check": {"amount": 15, "unit": "working_days"},
    },
    # Of the 48 hours of a first answer: after 24 and after 44.
    "reminder_hours_before_due": {
        "triage": [24],
        "info_answer": [24],
        "first_answer": [24, 4],
        "negotiation": [24],
        "proposal": [24],
        "mediation": [48],
        "evidence_shopper": [24],
        "evidence_merchant": [24],
        "appraisal": [24],
        "appeal": [24],
        "review": [48],
        "remedy": [24],
        "fund_payment": [24],
        "confirmation": [24],
        "tip_off_check": [48],
    },
}


@dataclass(frozen=True, slots=True)
class PolicyProblem:
    """What is wrong with a policy's document, and where."""

    path: str
    code: str


@dataclass(frozen=True)
class ClockPolicy:
    """The terms from a day on. `reminders` are the times before an end at which who must act hears of it."""

    version: str
    effective_from: date
    terms: Mapping[TermName, ClockTerm]
    reminders: Mapping[ClockName, tuple[timedelta, ...]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Raises ValueError with the problems of the document."""
        problems = list(policy_problems(document))
        if problems:
            raise ValueError(problems)
        return cls(
            document["version"],
            day_of(document["effective_from"]),
            {TermName(name): ClockTerm.of(term) for name, term in document["terms"].items()},
            {
                ClockName(name): tuple(timedelta(hours=hours) for hours in sorted(before)[::-1])
                for name, before in document["reminder_hours_before_due"].items()
            },
        )


def policy_on(policies: Iterable[ClockPolicy], day: date) -> ClockPolicy:
    """The row in force on a Shanghai day; before the first one, that one."""
    rows = sorted(policies, key=lambda policy: policy.effective_from)
    in_force = [policy for policy in rows if policy.effective_from <= day]
    return in_force[-1] if in_force else rows[0]


def policy_problems(document: Any) -> Iterator[PolicyProblem]:
    """Everything that is wrong with a document; nothing when `ClockPolicy.of` takes it."""
    if not isinstance(document, Mapping):
        yield PolicyProblem("", "not_an_object")
        return
    yield from _unknown("", document, _MEMBERS)
    if not is_label(document.get("version")):
        yield PolicyProblem("version", "missing")
    try:
        day_of(document.get("effective_from"))
    except ValueError:
        yield PolicyProblem("effective_from", "not_a_date")
    terms = document.get("terms")
    if not isinstance(terms, Mapping):
        yield PolicyProblem("terms", "missing")
    else:
        yield from _term_problems(terms)
    reminders = document.get("reminder_hours_before_due")
    if not isinstance(reminders, Mapping):
        yield PolicyProblem("reminder_hours_before_due", "missing")
    else:
        yield from _reminder_problems(reminders)


def _term_problems(terms: Mapping[str, Any]) -> Iterator[PolicyProblem]:
    yield from _unknown("terms.", terms, TermName)
    for name in TermName:
        path, term = f"terms.{name}", terms.get(name)
        if not isinstance(term, Mapping):
            yield PolicyProblem(path, "missing")
            continue
        yield from _unknown(f"{path}.", term, ("amount", "unit"))
        if term.get("unit") not in list(TermUnit):
            yield PolicyProblem(f"{path}.unit", "unknown")
        elif not _is_whole(term.get("amount"), LONGEST_TERM):
            yield PolicyProblem(f"{path}.amount", "out_of_bounds")
        elif name in CEILINGS and not _is_below(ClockTerm.of(term), CEILINGS[name]):
            yield PolicyProblem(path, "above_ceiling")


def _reminder_problems(reminders: Mapping[str, Any]) -> Iterator[PolicyProblem]:
    for name, before in sorted(reminders.items()):
        path = f"reminder_hours_before_due.{name}"
        if name not in list(ClockName):
            yield PolicyProblem(path, "unknown")
        elif not isinstance(before, list | tuple) or not all(
            _is_whole(hours, LONGEST_TERM * 24) for hours in before
        ):
            yield PolicyProblem(path, "out_of_bounds")
        elif len(set(before)) != len(before):
            yield PolicyProblem(path, "twice")


def _unknown(
    path: str, members: Mapping[str, Any], known: Iterable[str]
) -> Iterator[PolicyProblem]:
    for name in sorted(map(str, members.keys() - set(known))):
        yield PolicyProblem(f"{path}{one_line(name)}", "unknown")


def _is_whole(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _is_below(term: ClockTerm, ceiling: ClockTerm) -> bool:
    """So many days or 24 hours are never longer than so many working days."""
    days = term.amount / 24 if term.unit is TermUnit.HOURS else term.amount
    return days <= ceiling.amount
