"""Timers over the table: late, failing, side by side; calendars that change; terms by date."""

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from credit.complaints import services as complaints
from credit.complaints.errors import (
    PolicyDocumentInvalid,
    PolicyInForce,
    PolicyStartTaken,
    PolicyStartTooEarly,
)
from credit.complaints.health_warnings import calendar_warning, stuck_cases_warning
from credit.complaints.machine.policy import DEFAULT_POLICY
from credit.complaints.models import CaseFile, ComplaintPolicy
from credit.complaints.queries.policies import announced_policies, worked_dates
from credit.complaints.queries.timekeeping import tabled_calendar
from credit.complaints.services import timers
from district.calendar.calendar_days import set_day
from district.kernel import attempts, clock
from district.kernel.errors import FourEyesNeeded
from tests.factories.complaints import ComplaintScene
from tests.factories.loyalty import fresh_key


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


def due(scene: ComplaintScene, name: str) -> str:
    row = scene.case.clocks.get(name=name, stopped_at=None)
    return row.due_at.astimezone(clock.SHANGHAI).isoformat()[:16]


def test_a_case_on_which_the_timers_fail_stops_no_other(scene, monkeypatch):
    broken = scene.file().case
    scene.file(receipt_no="")
    real = timers._bring_up_to_date

    def fail_on_one(work):
        if work.file.pk == broken.pk:
            raise RuntimeError
        real(work)

    monkeypatch.setattr(timers, "_bring_up_to_date", fail_on_one)
    scene.run_timers(instant("2026-06-05T12:00"))
    broken.refresh_from_db()
    assert (scene.case.state, broken.state, broken.last_error) == (
        "awaiting_merchant",
        "submitted",
        "RuntimeError",
    )
    CaseFile.objects.filter(pk=broken.pk).update(
        attempts=attempts.MAX_ATTEMPTS, next_attempt_at=clock.real_now()
    )
    scene.run_timers(instant("2026-06-05T12:00"))
    assert stuck_cases_warning() == "the clocks of 1 cases stand still; see the admin"
    monkeypatch.undo()
    attempts.replay(CaseFile.objects.all())
    scene.run_timers(instant("2026-06-05T12:00"))
    broken.refresh_from_db()
    assert (broken.state, broken.attempts, stuck_cases_warning()) == ("awaiting_merchant", 0, "")


def test_a_day_off_moves_terms_and_never_brings_them_nearer(scene):
    scene.file()
    assert due(scene, "triage") == "2026-06-04T00:00"
    set_day(day=date(2026, 6, 3), is_workday=False, name="停电", by=scene.officer)
    scene.run_timers(instant("2026-06-01T12:00"))
    assert due(scene, "triage") == "2026-06-05T00:00"
    set_day(day=date(2026, 6, 3), is_workday=True, name="上班", by=scene.officer)
    scene.run_timers(instant("2026-06-01T13:00"))

    assert due(scene, "triage") == "2026-06-05T00:00"
    assert scene.case.next_due_at == instant("2026-06-05")
    assert [row.action for row in scene.case.events.all()] == [
        "submit",
        "recalculate",
        "recalculate",
    ]
    assert complaints.run_timers() >= 0
    with clock.travel_to(instant("2026-06-01T14:00")):
        assert complaints.run_timers() == 0


def test_terms_hold_from_their_day_on(scene):
    terms = {**DEFAULT_POLICY["terms"], "triage": {"amount": 1, "unit": "working_days"}}
    document = {
        **DEFAULT_POLICY,
        "version": "complaints-2026-06",
        "effective_from": "2026-06-02",
        "terms": terms,
    }
    publish = {"reason": "总局令第 121 号", "by": scene.officer}
    with clock.travel_to(instant("2026-06-01T08:00")):
        key = fresh_key(version=document["version"])
        row = complaints.propose_policy(document=document, key=key, **publish)
        assert complaints.propose_policy(document=document, key=key, **publish) == row
        with pytest.raises(FourEyesNeeded):
            complaints.approve_policy(proposal=row, by=scene.officer)
        assert not announced_policies().exists()
        complaints.approve_policy(proposal=row, by=scene.reviewer)
        assert complaints.approve_policy(proposal=row, by=scene.reviewer).state == "approved"
        with pytest.raises(PolicyStartTaken):
            complaints.propose_policy(document=document, key=fresh_key(), **publish)
        with pytest.raises(PolicyDocumentInvalid) as invalid:
            complaints.propose_policy(document=document | {"terms": {}}, key=fresh_key(), **publish)
        assert "terms.triage missing" in invalid.value.facts["faults"]
        with pytest.raises(PolicyStartTooEarly):
            complaints.propose_policy(
                document=document | {"effective_from": "2026-06-01"}, key=fresh_key(), **publish
            )
    scene.file()
    assert due(scene, "triage") == "2026-06-04T00:00"
    scene.now += timedelta(days=1)
    scene.file(receipt_no="")
    assert due(scene, "triage") == "2026-06-04T00:00"
    assert scene.case.events.get().policy_version == "complaints-2026-06"
    with clock.travel_to(scene.now), pytest.raises(PolicyInForce):
        complaints.withdraw_policy(policy=row, reason="有误", by=scene.officer)


@pytest.mark.parametrize(
    ("at", "says"),
    [("2026-09-30", ""), ("2026-10-01", "the workdays of 2027 are not known"), ("2025-12-01", "")],
)
def test_next_years_workdays_are_missed_from_october_on(db, at, says):
    with clock.travel_to(instant(at)):
        assert calendar_warning().startswith(says)
        assert bool(calendar_warning()) is bool(says)


def test_a_new_day_off_gives_more_time_to_act_on_a_closed_case(scene):
    scene.done().do("confirm_remedy", member=scene.member)
    until = scene.case.windows_until
    last_day = (until - timedelta(hours=1)).astimezone(clock.SHANGHAI).date()
    set_day(day=last_day, is_workday=False, name="停电", by=scene.officer)
    scene.run_timers(scene.now + timedelta(hours=1))

    assert scene.case.windows_until == until + timedelta(days=1)
    assert scene.case.events.last().action == "recalculate"
    with clock.travel_to(scene.now):
        assert complaints.run_timers() == 0
    scene.now = until
    scene.do("reopen_case", member=scene.member, facts="又坏了。")
    assert (scene.case.state, scene.case.windows_until) == ("mediation", None)
    # What is over when the calendar changes stays over.
    scene.do("end_mediation", by=scene.officer)
    over = scene.case.windows_until
    scene.now = over
    set_day(day=over.date(), is_workday=False, name="停电", by=scene.officer)
    scene.run_timers(over)
    assert scene.case.windows_until == over


def test_what_was_announced_is_withdrawn_before_its_day_and_its_day_is_free_again(scene):
    document = {**DEFAULT_POLICY, "version": "complaints-2150", "effective_from": "2150-01-01"}
    propose = {"reason": "试行", "by": scene.officer}
    withdraw = {"reason": "另有规定", "by": scene.officer}
    with clock.travel_to(instant("2026-06-01T08:00")):
        row = complaints.propose_policy(document=document, key=fresh_key(), **propose)
        with pytest.raises(PolicyInForce):
            complaints.withdraw_policy(policy=row, **withdraw)
        complaints.approve_policy(proposal=row, by=scene.reviewer)
        gone = complaints.withdraw_policy(policy=row, **withdraw)
        assert complaints.withdraw_policy(policy=row, **withdraw).withdrawn_at == gone.withdrawn_at
        assert not announced_policies().exists()
        again = document | {"version": "complaints-2150-b"}
        other = complaints.propose_policy(document=again, key=fresh_key(), **propose)
        complaints.approve_policy(proposal=other, by=scene.reviewer)
    late = document | {"version": "late", "effective_from": "2026-06-02"}
    with clock.travel_to(instant("2026-06-01T08:00")):
        late_row = complaints.propose_policy(document=late, key=fresh_key(), **propose)
    with clock.travel_to(instant("2026-06-02T08:00")), pytest.raises(PolicyStartTooEarly):
        complaints.approve_policy(proposal=late_row, by=scene.reviewer)
    with clock.travel_to(instant("2026-06-02T08:00")):
        complaints.reject_policy(proposal=late_row, by=scene.reviewer, note="过期")


def test_the_database_keeps_terms_to_two_people_and_their_day(scene):
    document = {**DEFAULT_POLICY, "version": "complaints-2150", "effective_from": "2150-01-01"}
    row = complaints.propose_policy(
        document=document, reason="试行", by=scene.officer, key=fresh_key()
    )
    rows = ComplaintPolicy.objects.filter(pk=row.pk)
    decided = {"state": "approved", "decided_at": clock.now()}
    for changes in (
        decided | {"decided_by": scene.officer},
        decided | {"decided_by": scene.reviewer, "decided_at": instant("2150-01-01T00:00")},
        {"reason": "另一个"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**changes)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()


def test_worked_dates_are_those_of_a_case_filed_on_the_day(scene):
    terms = DEFAULT_POLICY["terms"] | {"triage": {"amount": 1, "unit": "working_days"}}
    # Monday, 1 June 2026.
    rows = worked_dates(
        DEFAULT_POLICY, DEFAULT_POLICY | {"terms": terms}, date(2026, 6, 1), tabled_calendar()
    )
    found = {str(name): (old, new) for name, old, new in rows}
    assert found["triage"] == (instant("2026-06-04T00:00"), instant("2026-06-03T00:00"))
    assert found["first_answer"] == (instant("2026-06-03T09:00"),) * 2
