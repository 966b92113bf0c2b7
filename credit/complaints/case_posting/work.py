"""A case that is worked on: locked, read, changed by the machine, and stored with all that follows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from credit.complaints import procedures
from credit.complaints.case_posting.followers import follower_notices
from credit.complaints.case_posting.rows import breach_row, clock_row, event_row, projection
from credit.complaints.errors import (
    CaseActRefused,
    CaseNotInState,
    CaseNotYours,
    PurchaseHasOpenCase,
    TooManyOpenCases,
)
from credit.complaints.events import CaseActed, CaseNoticeDue
from credit.complaints.machine.apply import (
    OUT_OF_ORDER,
    TIMERS_FIRST,
    WRONG_ACTOR,
    WRONG_STATE,
    ActRefused,
    apply,
)
from credit.complaints.machine.case import CaseAct, CaseFacts, ComplaintCase
from credit.complaints.machine.clocks import Timekeeping
from credit.complaints.machine.deadlines import ClockBreach, ClockReminder
from credit.complaints.machine.events import CaseEvent
from credit.complaints.machine.timers import run_timers
from credit.complaints.machine.words import OPEN_STATES, CaseActor
from credit.complaints.models import (
    CaseBreach,
    CaseClockRow,
    CaseEventRow,
    CaseFile,
    CaseNotice,
)
from credit.complaints.notices import audiences_of, parties_to_hear
from credit.complaints.queries.cases import events_of, machine_case, wording_of
from credit.complaints.queries.facts import ActingParty
from district.kernel.errors import DomainError
from district.kernel.outbox.events import emit

_OF_STATE = frozenset({WRONG_STATE, WRONG_ACTOR, TIMERS_FIRST, OUT_OF_ORDER})
_OWN_CLASSES: dict[str, type[DomainError]] = {
    "few_open_cases": TooManyOpenCases,
    "first_open_case_of_purchase": PurchaseHasOpenCase,
    "belongs_to_case": CaseNotYours,
}
_CLOCK_FIELDS = ["due_at", "paused_at", "stopped_at", "is_provisional", "calendar_version"]


@dataclass
class CaseWork:
    """A locked case and what has been done to it in this transaction. `before` is the case as it was read."""

    file: CaseFile
    case: ComplaintCase
    timekeeping: Timekeeping
    before: ComplaintCase
    written: list[tuple[CaseEvent, ComplaintCase, ActingParty | None]] = field(default_factory=list)
    breaches: list[ClockBreach] = field(default_factory=list)
    reminders: list[ClockReminder] = field(default_factory=list)
    # Columns that somebody set beside those that follow from the case.
    file_changes: list[str] = field(default_factory=list)

    def run_clocks(self, now: datetime, facts: CaseFacts) -> None:
        """Do everything that time has brought by an instant."""
        run = run_timers(self.case, now, facts, self.timekeeping)
        for event in run.events:
            self.written.append((event, run.case, None))
        self.case, self.breaches, self.reminders = run.case, run.breaches, run.reminders

    def do(self, act: CaseAct, facts: CaseFacts, by: ActingParty | None) -> None:
        """Raises CaseActRefused, CaseNotInState, CaseNotYours, PurchaseHasOpenCase, TooManyOpenCases."""
        result = apply(self.case, act, facts, self.timekeeping)
        if isinstance(result, ActRefused):
            raise refusal_of(self.file, result)
        self.case = result.case
        self.written.append((result.event, result.case, by))

    def save(self, now: datetime) -> None:
        """Store events, the case's row, its clocks, breaches and notices; once by their keys."""
        self._save_file(now)
        CaseEventRow.objects.bulk_create(
            event_row(self.file, event, by) for event, _case, by in self.written
        )
        self._save_clocks()
        self._note_events()
        self._note_deadlines()

    def _save_file(self, now: datetime) -> None:
        changes = projection(self.case, self.timekeeping, now)
        if self._was_closed_before() or self.case.state not in OPEN_STATES:
            changes["filing_slot"] = None
        version = self.timekeeping.calendar.version
        if self.file.calendar_version != version and self.case != self.before:
            # Some clocks may be of one calendar and some of another: the timers look at all of them.
            changes["calendar_version"] = version if self.before.seq == 0 else ""
        for name, value in changes.items():
            setattr(self.file, name, value)
        if self.before.seq == 0:
            self.file.save(force_insert=True)
        else:
            self.file.save(update_fields=[*changes, *self.file_changes])

    def _was_closed_before(self) -> bool:
        return self.before.seq > 0 and self.before.state not in OPEN_STATES

    def _save_clocks(self) -> None:
        old = set(self.before.clocks)
        CaseClockRow.objects.bulk_create(
            [clock_row(self.file, clock) for clock in self.case.clocks if clock not in old],
            update_conflicts=True,
            unique_fields=["case", "name", "round"],
            update_fields=_CLOCK_FIELDS,
        )

    def _note_events(self) -> None:
        notices = []
        for event, case, _by in self.written:
            emit(
                CaseActed(
                    self.file.pk,
                    event.seq,
                    str(event.action),
                    str(event.from_state),
                    str(event.to_state),
                )
            )
            notices += [
                CaseNotice(
                    case=self.file,
                    audience=str(audience),
                    key=f"event:{event.seq}",
                    kind=CaseNotice.Kind.EVENT,
                    code=str(event.action),
                    at=event.at,
                )
                for audience in audiences_of(event, case)
            ]
        notices += follower_notices(self.file, self.written)
        CaseNotice.objects.bulk_create(notices)

    def _note_deadlines(self) -> None:
        """Breaches and reminders that are new; the machine names all that there have been."""
        if not self.breaches and not self.reminders:
            return
        stored = set(
            CaseBreach.objects.filter(case=self.file).values_list("clock", "round", "kind")
        )
        new = [breach for breach in self.breaches if breach.key not in stored]
        CaseBreach.objects.bulk_create(breach_row(self.file, breach) for breach in new)
        known = set(CaseNotice.objects.filter(case=self.file).values_list("audience", "key"))
        notices = [
            notice
            for notice in (*_breach_notices(self.file, new), *self._reminder_notices())
            if (notice.audience, notice.key) not in known
        ]
        for notice in CaseNotice.objects.bulk_create(notices):
            emit(CaseNoticeDue(notice.pk))

    def _reminder_notices(self) -> Iterable[CaseNotice]:
        for reminder in self.reminders:
            for audience in parties_to_hear(reminder.party):
                yield CaseNotice(
                    case=self.file,
                    audience=str(audience),
                    key=f"reminder:{reminder.clock}:{reminder.round}:{reminder.kind}",
                    kind=CaseNotice.Kind.REMINDER,
                    code=f"{reminder.clock}:{reminder.kind}",
                    at=reminder.at,
                    due_at=reminder.due_at,
                )


def open_case(pk: int, timekeeping: Timekeeping) -> CaseWork:
    """The case of a number, locked until this transaction ends."""
    procedures.lock_case(pk)
    file = CaseFile.objects.select_related("member", "walk_in", "store", "merchant").get(pk=pk)
    case = machine_case(events_of(file))
    return CaseWork(file, case, timekeeping, before=case)


def refusal_of(file: CaseFile, refused: ActRefused) -> DomainError:
    """The refusal as people and programs hear it."""
    if (own_class := _OWN_CLASSES.get(refused.problem)) is not None:
        return own_class()
    if refused.problem in _OF_STATE:
        return CaseNotInState(problem=refused.problem, **wording_of(file))
    return CaseActRefused(problem=refused.problem, **refused.facts)


def _breach_notices(file: CaseFile, breaches: Iterable[ClockBreach]) -> Iterable[CaseNotice]:
    for breach in breaches:
        for audience in {*parties_to_hear(breach.party), CaseActor.OFFICER}:
            yield CaseNotice(
                case=file,
                audience=str(audience),
                key=f"breach:{breach.clock}:{breach.round}:{breach.kind}",
                kind=CaseNotice.Kind.BREACH,
                code=breach.kind,
                at=breach.at,
            )
