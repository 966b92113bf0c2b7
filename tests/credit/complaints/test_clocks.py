"""Clocks of a case: ends, pauses, calendars that change, breaches and reminders."""

from copy import deepcopy
from datetime import date, datetime, timedelta

import pytest

from credit.complaints.machine import deadlines, timers
from credit.complaints.machine.apply import ActRefused
from credit.complaints.machine.clocks import Timekeeping
from credit.complaints.machine.policy import DEFAULT_POLICY, ClockPolicy, policy_on, policy_problems
from credit.complaints.machine.words import ClockName
from credit.complaints.machine.working_days import working_time
from tests.credit.complaints.case_steps import (
    CALENDAR,
    E1,
    E2,
    E3,
    FILING,
    HOUR,
    MERCHANT,
    OFFICER,
    POLICY,
    SHOPPER,
    TIMER,
    A,
    CaseRun,
    S,
    accepted,
    filed,
    in_appraisal,
    in_mediation,
    in_state,
    instant,
    negotiating,
    proposed,
    waiting_for,
    with_holiday,
)
from tests.credit.complaints.row_scenarios import last_day_of_window


def due(run, name) -> str:
    return run.case.clock(name).due_at.isoformat()[:16]


def test_the_first_clocks_of_an_accepted_case():
    run = accepted()  # filed Monday 1 June 9:00, accepted at 10:00

    assert run.case.clocks[0].due_at == instant("2026-06-04T00:00")  # triage: 2 working days
    assert due(run, ClockName.FIRST_ANSWER) == "2026-06-03T10:00"
    # 60 days end on Friday 31 July.
    assert due(run, ClockName.OVERALL) == "2026-08-01T00:00"


def test_negotiation_counts_from_the_acceptance_and_not_from_the_answer():
    run = accepted().do(A.ANSWER, MERCHANT, at=instant("2026-06-03T09:00"), stance="offer")

    # Ten working days after 1 June.
    assert due(run, ClockName.NEGOTIATION) == "2026-06-16T00:00"


def test_the_merchant_may_go_to_mediation_after_five_working_days():
    run = negotiating()

    assert run.refusal(A.ESCALATE, MERCHANT, at=instant("2026-06-08T23:59")) == "merchant_waited"
    run.do(A.ESCALATE, MERCHANT, at=instant("2026-06-09T00:00"))


def test_triage_stands_still_while_the_shopper_is_asked():
    run = filed().do(A.ASK_INFO, OFFICER, at=instant("2026-06-02T10:00"), note="哪一天？")
    run.do(A.SUPPLY, SHOPPER, at=instant("2026-06-05T16:00"))

    # 3 days and 6 hours of working time were missed: Wednesday 24:00 becomes Monday 6:00.
    clock = run.case.clock(ClockName.TRIAGE)
    assert due(run, ClockName.TRIAGE) == "2026-06-09T06:00"
    assert clock.pauses[0].reason == "needs_info"
    moved = working_time(instant("2026-06-04T00:00"), clock.due_at, CALENDAR)
    assert moved == timedelta(days=3, hours=6)


def test_an_appraisal_stops_the_overall_clock_and_evidence_does_not():
    run = waiting_for("merchant")
    assert run.case.clock(ClockName.MEDIATION).is_paused
    assert not run.case.clock(ClockName.OVERALL).is_paused

    run = in_appraisal()
    paused_at = run.now
    run.do(A.REPORT_IN, OFFICER, at=paused_at + timedelta(days=3), evidence=[E3])
    # 3 days on from Friday 31 July 24:00 is Monday 3 August 24:00.
    assert due(run, ClockName.OVERALL) == "2026-08-04T00:00"


def test_a_clock_that_ran_out_before_its_pause_does_not_come_back():
    run = in_mediation()
    late = run.case.clock(ClockName.MEDIATION).due_at + HOUR
    run.do(A.REQUEST_EVIDENCE, OFFICER, at=late, sides=["merchant"])
    before = run.case.clock(ClockName.MEDIATION).due_at
    run.do(A.SUPPLY, MERCHANT, evidence=[E1])

    assert run.case.clock(ClockName.MEDIATION).due_at == before
    assert ("late_mediation", before.isoformat()[:16]) in run.breaches(run.now)


def test_an_agreed_day_stands_instead_of_the_term():
    run = proposed({"kind": "repair", "due_on": "2026-06-27"}).do(A.ACCEPT_PROPOSAL, SHOPPER)

    assert due(run, ClockName.REMEDY) == "2026-06-28T00:00"  # a Saturday: they agreed on it


def test_a_later_day_in_mediation_needs_the_shoppers_word():
    run = in_mediation()
    agreement = {"sides": ["shopper", "merchant"]}
    # Five working days after 1 June.
    in_term = {"kind": "repair", "due_on": "2026-06-08"}
    later = {"kind": "repair", "due_on": "2026-06-09"}

    assert run.refusal(A.AGREE, OFFICER, **agreement, remedy=later) == "remedy_date_in_term"
    deepcopy(run).do(A.AGREE, OFFICER, **agreement, remedy=in_term)
    run.do(A.AGREE, OFFICER, **agreement, remedy=later, shopper_agrees_to_later=True)


def test_another_calendar_moves_ends_later_and_never_earlier():
    run = filed()  # triage: 2 and 3 June
    run.timekeeping = with_holiday(date(2026, 6, 3), works=False)
    run.do(A.RECALCULATE, run.events[0].actor.TIMER)
    assert due(run, ClockName.TRIAGE) == "2026-06-05T00:00"

    # The holiday is taken back: the end that was given stays.
    run.timekeeping = Timekeeping((POLICY,), CALENDAR)
    run.do(A.RECALCULATE, run.events[0].actor.TIMER)
    assert due(run, ClockName.TRIAGE) == "2026-06-05T00:00"
    assert run.refusal(A.RECALCULATE, run.events[0].actor.TIMER) == "calendar_differs"


def test_another_calendar_gives_more_time_to_act_on_a_closed_case_and_never_less():
    run = in_state(S.CLOSED_RESOLVED)
    opened = dict(run.case.windows)
    last_day = last_day_of_window(run)
    run.timekeeping = with_holiday(last_day, works=False)
    run.do(A.RECALCULATE, TIMER)
    moved = dict(run.case.windows)

    assert moved.keys() == opened.keys() == {"evaluation", "reopen"}
    assert all(moved[name] > until for name, until in opened.items())
    # In the time that the holiday gave, and by the law of the closing.
    deepcopy(run).do(A.REOPEN, SHOPPER, at=max(opened.values()), evidence=[E2])
    run.timekeeping = Timekeeping((POLICY,), CALENDAR)
    assert run.refusal(A.RECALCULATE, TIMER) == "windows_differ"
    assert dict(run.case.windows) == moved
    # What has ended stays.
    run.timekeeping = with_holiday(max(moved.values()).date() - timedelta(days=1), works=False)
    assert run.refusal(A.RECALCULATE, TIMER, at=max(moved.values())) == "windows_differ"


def test_a_pause_is_reckoned_again_with_the_calendar():
    run = filed().do(A.ASK_INFO, OFFICER, at=instant("2026-06-02T10:00"), note="哪一天？")
    run.do(A.SUPPLY, SHOPPER, at=instant("2026-06-05T16:00"))
    # Of the pause one day is none any more, and of the term one day comes behind.
    run.timekeeping = with_holiday(date(2026, 6, 8), works=False)
    result = timers.recalculated(run.case, run.now + HOUR, run.facts, run.timekeeping)

    (change,) = result.clock_changes
    assert change.clock.due_at == instant("2026-06-10T06:00")


def test_what_ran_out_is_not_reckoned_again():
    run = in_mediation()
    late = run.case.clock(ClockName.MEDIATION).due_at + HOUR
    timekeeping = with_holiday(date(2026, 6, 10), works=False)
    result = timers.recalculated(run.case, late, run.facts, timekeeping)

    assert [change.clock.name for change in result.clock_changes] == [ClockName.OVERALL]
    assert isinstance(timers.recalculated(result.case, late, run.facts, timekeeping), ActRefused)


def test_breaches_are_the_same_however_often_they_are_asked_for():
    run = accepted().time_passes(instant("2026-08-30T00:00"))

    assert run.case.state is S.CLOSED_UNRESOLVED
    expected = [("late_first_answer", "2026-06-03T10:00"), ("late_mediation", "2026-06-26T00:00")]
    assert run.breaches(instant("2026-08-30T00:00")) == expected
    assert run.breaches(instant("2027-08-30T00:00")) == expected
    assert run.breaches(instant("2026-06-03T09:59")) == []
    assert run.breaches(instant("2026-06-03T10:00")) == expected[:1]
    keys = [row.key for row in deadlines.breaches(run.case.clocks, run.now)]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize(
    ("at", "kinds"),
    [
        ("2026-06-02T09:59", []),
        ("2026-06-02T10:00", ["before_24h"]),
        ("2026-06-03T05:59", ["before_24h"]),
        ("2026-06-03T06:00", ["before_24h", "before_4h"]),
        # After the end nobody is reminded.
        ("2026-06-03T10:00", []),
    ],
)
def test_the_merchant_is_reminded_after_24_and_after_44_hours(at, kinds):
    clocks = [accepted().case.clock(ClockName.FIRST_ANSWER)]

    found = deadlines.reminders(clocks, POLICY, instant(at))
    assert [row.kind for row in found] == kinds
    assert all(row.party is MERCHANT for row in found)


def test_nobody_is_reminded_of_what_was_done_or_stands_still():
    now = instant("2026-06-03T06:00")

    assert deadlines.reminders(negotiating().case.clocks, POLICY, now) == []
    paused = in_state(S.NEEDS_INFO).case.clock(ClockName.TRIAGE)
    assert deadlines.reminders([paused], POLICY, now) == []


def test_the_next_end_and_the_next_look():
    run = accepted()

    assert deadlines.next_due(run.case.clocks).name is ClockName.FIRST_ANSWER
    looks = [run.now]
    while (at := deadlines.next_look_at(run.case.clocks, POLICY, looks[-1])) is not None:
        looks.append(at)
    assert [f"{at:%m-%d %H}" for at in looks[1:4]] == ["06-02 10", "06-03 06", "06-03 10"]
    assert deadlines.next_due(in_state(S.WITHDRAWN).case.clocks) is None


def test_terms_are_those_of_the_day():
    shorter = deepcopy(DEFAULT_POLICY) | {"version": "v2", "effective_from": "2026-06-02"}
    shorter["terms"]["first_answer"] = {"amount": 24, "unit": "hours"}
    policies = (ClockPolicy.of(shorter), POLICY)

    assert policy_on(policies, date(2026, 6, 1)) is POLICY
    assert policy_on(policies, date(2020, 1, 1)) is POLICY
    run = CaseRun(timekeeping=Timekeeping(policies, CALENDAR))
    run.do(A.SUBMIT, SHOPPER, case_id="c", category="food", wish="refund", amount_fen=1)
    run.do(A.ACCEPT, OFFICER, at=instant("2026-06-02T00:00"))
    assert due(run, ClockName.FIRST_ANSWER) == "2026-06-03T00:00"
    assert [row.policy_version for row in run.events] == [POLICY.version, "v2"]


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("version", "", "missing"),
        ("effective_from", "soon", "not_a_date"),
        ("terms", None, "missing"),
        ("terms.triage", {"amount": 8, "unit": "working_days"}, "above_ceiling"),
        ("terms.triage", {"amount": 200, "unit": "hours"}, "above_ceiling"),
        ("terms.review.amount", 0, "out_of_bounds"),
        ("terms.review.amount", True, "out_of_bounds"),
        ("terms.review.unit", "weeks", "unknown"),
        ("terms.review", None, "missing"),
        ("terms.patience", {"amount": 1, "unit": "hours"}, "unknown"),
        ("version", 5, "missing"),
        ("effective_from", "20260415", "not_a_date"),
        ("terms.review.unit", [], "unknown"),
        ("terms.review.length", 1, "unknown"),
        ("remark", "x", "unknown"),
        ("reminder_hours_before_due", None, "missing"),
        ("reminder_hours_before_due.patience", [1], "unknown"),
        ("reminder_hours_before_due.remedy", [0], "out_of_bounds"),
        ("reminder_hours_before_due.remedy", [4, 4], "twice"),
    ],
)
def test_what_is_wrong_with_a_policy_is_named(path, value, code):
    document = deepcopy(DEFAULT_POLICY)
    *parents, last = path.split(".")
    place = document
    for parent in parents:
        place = place[parent]
    place[last] = value

    assert [(row.path, row.code) for row in policy_problems(document)] == [(path, code)]
    with pytest.raises(ValueError, match=code):
        ClockPolicy.of(document)


@pytest.mark.parametrize("document", [None, [], "x", 5])
def test_a_policy_is_an_object(document):
    assert [row.code for row in policy_problems(document)] == ["not_an_object"]


def test_an_instant_without_a_time_zone_is_none():
    """It would be sealed as that of the machine's own zone."""
    with pytest.raises(ValueError, match="no time zone"):
        CaseRun().attempt(A.SUBMIT, SHOPPER, at=datetime(2026, 6, 1, 9), **FILING)


def test_a_clock_that_stands_still_does_not_run_out():
    run = in_state(S.NEEDS_INFO)

    assert run.breaches(instant("2026-12-01T00:00")) == []
    assert not run.case.clock(ClockName.TRIAGE).was_due_by(instant("2026-12-01T00:00"))


def test_nobody_is_reminded_before_a_term_shorter_than_the_notice_begins():
    document = deepcopy(DEFAULT_POLICY)
    document["terms"]["first_answer"] = {"amount": 12, "unit": "hours"}
    policy = ClockPolicy.of(document)
    run = accepted(timekeeping=Timekeeping((policy,), CALENDAR))
    clocks = [run.case.clock(ClockName.FIRST_ANSWER)]

    found = deadlines.reminders(clocks, policy, run.now + 11 * HOUR)
    assert [row.kind for row in found] == ["before_4h"]


def test_an_end_at_the_years_last_midnight_is_not_provisional():
    run = CaseRun().do(A.SUBMIT, SHOPPER, at=instant("2026-12-28T10:00"), **FILING)
    run.do(A.ASK_INFO, OFFICER, at=instant("2026-12-29T00:00"), note="哪一天？")
    run.do(A.SUPPLY, SHOPPER, at=instant("2026-12-30T00:00"))

    assert due(run, ClockName.TRIAGE) == "2027-01-01T00:00"
    assert not run.case.clock(ClockName.TRIAGE).is_provisional
