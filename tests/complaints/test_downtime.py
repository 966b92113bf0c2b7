"""Nobody ran the timers for days: then everything happens once, each act at the instant at which it was due."""

from datetime import timedelta

import pytest

from credit.complaints.machine.case import CaseFacts
from credit.complaints.machine.timers import due_acts
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseBreach, CaseEventRow, CaseNotice
from credit.complaints.queries.cases import events_of
from credit.complaints.queries.timekeeping import timekeeping
from credit.complaints.tasks import run_timers_due
from district.celery import app
from district.embedded.processes import wait_until
from district.kernel import clock, invariants
from district.kernel.plugin import beat_schedule
from tests.factories.complaints import HOUR, START, ComplaintScene

STAGES = ("file", "accepted", "proposed", "in_mediation", "decided", "remedy_due", "done")


def case_in_each_stage() -> list[ComplaintScene]:
    """One waits for the officer, one for the first answer, and so on; the clocks of all end by themselves."""
    return [getattr(ComplaintScene(), state)() for state in STAGES]


def ring(at) -> int:
    """What beat rings for, at an instant: the task itself."""
    with clock.travel_to(at):
        return run_timers_due.apply(throw=True).get()


def history(scene: ComplaintScene):
    """What happened to a case and when, whichever it is. Of a clock that has ended nobody needs a reminder."""
    events = CaseEventRow.objects.filter(case=scene.case).order_by("seq")
    breaches = CaseBreach.objects.filter(case=scene.case).order_by("at", "clock")
    notices = CaseNotice.objects.filter(case=scene.case).exclude(kind=CaseNotice.Kind.REMINDER)
    return (
        [(row.action, row.payload["row"], row.at) for row in events],
        list(breaches.values_list("clock", "round", "kind", "party", "at")),
        sorted(notices.values_list("audience", "key", "code", "at")),
    )


@pytest.mark.parametrize("days", [3, 40])
def test_a_downtime_of_days_loses_nothing_and_does_nothing_twice(db, days):
    punctual = case_in_each_stage()
    at, end = START, START + timedelta(days=days)
    while at < end:
        at += 12 * HOUR
        ring(at)
    expected = [history(scene) for scene in punctual]
    late = case_in_each_stage()
    assert ring(end) >= 2

    assert [history(scene) for scene in late] == expected
    assert sum(len(breaches) for _events, breaches, _notices in expected) >= 2
    assert ring(end) == 0
    assert ring(end + HOUR) <= len(STAGES)
    assert [history(scene) for scene in (*punctual, *late)] == expected * 2


def test_real_workers_that_were_down_catch_up_once(worker, server_db):
    """Cases of days ago, a worker that starts now, and more rings than are needed."""
    now = clock.real_now()
    accepted = ComplaintScene(now=now - timedelta(days=3)).accepted()
    untouched = ComplaintScene(now=now - timedelta(days=90)).file()
    filed = events_of(untouched.case)
    task = beat_schedule()["run the clocks of complaints"]["task"]
    for _ring in range(4):
        app.send_task(task)

    def caught_up() -> bool:
        untouched.case.refresh_from_db()
        accepted.case.refresh_from_db()
        return (accepted.case.state, untouched.case.state) == ("mediation", "closed_unresolved")

    assert wait_until(caught_up, 60)
    app.send_task(task)
    ends = [(act.action, act.at) for act in due_acts(filed, now, CaseFacts(), timekeeping())]
    of_timers = CaseEventRow.objects.filter(actor=CaseActor.TIMER).order_by("seq")
    assert list(of_timers.filter(case=untouched.case).values_list("action", "at")) == ends
    (answer,) = of_timers.filter(case=accepted.case)
    assert answer.at == accepted.case.accepted_at + timedelta(hours=48)
    breaches = CaseBreach.objects.order_by("at").values_list("case", "kind", "at")
    assert [row for row in breaches if row[0] == accepted.case.pk] == [
        (accepted.case.pk, "late_first_answer", answer.at)
    ]
    kinds = [kind for case, kind, _at in breaches if case == untouched.case.pk]
    assert kinds == ["late_triage", "late_first_answer", "late_mediation"]
    assert list(invariants.offences()) == []
