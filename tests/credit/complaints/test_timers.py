"""What time does to a case: each act once, at the instant it was due, however late the timers run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from credit.complaints.machine.apply import next_timer_act
from credit.complaints.machine.timers import due_acts, run_timers
from credit.complaints.machine.words import ClockName
from tests.credit.complaints.case_steps import (
    E1,
    FACTS,
    MERCHANT,
    OFFICER,
    PATHS,
    SHOPPER,
    TIMEKEEPING,
    TIMER,
    A,
    S,
    accepted,
    awaiting_confirmation,
    decided,
    final,
    in_mediation,
    in_state,
    instant,
    negotiating,
    proposed,
    remedy_due,
    waiting_for,
)

END = instant("2027-12-31T00:00")


def acts_of(run, now=END):
    acts = due_acts(run.events, now, run.facts, TIMEKEEPING)
    return [
        f"{act.at:%m-%d %H:%M} {act.action} {act.details.get('clock', '')}".strip() for act in acts
    ]


def test_a_case_nobody_touches_ends_by_itself():
    run = in_state(S.SUBMITTED)

    assert acts_of(run) == [
        "06-04 00:00 timeout triage",
        "06-06 00:00 timeout first_answer",
        # Sixty days after the acceptance of Thursday 4 June: Monday 3 August.
        "08-04 00:00 end_without_result overall",
    ]


def test_after_three_days_of_downtime_everything_has_its_own_instant():
    run = in_state(S.SUBMITTED)
    back = instant("2026-06-07T09:00")

    run.time_passes(back)
    assert [(row.at, row.payload["row"]) for row in run.events[1:]] == [
        (instant("2026-06-04T00:00"), "7t"),
        (instant("2026-06-06T00:00"), "9"),
    ]
    assert run.breaches(back) == [
        ("late_triage", "2026-06-04T00:00"),
        ("late_first_answer", "2026-06-06T00:00"),
    ]
    once = run.case
    run.time_passes(back)
    assert run.case == once


@pytest.mark.parametrize("state", list(PATHS))
def test_timers_that_run_hourly_and_timers_that_run_once_do_the_same(state):
    often, once = in_state(state), in_state(state)
    for day in range(0, 200, 7):
        often.time_passes(often.now + timedelta(days=day / 7))
    once.time_passes(END)
    often.time_passes(END)

    assert often.case == once.case
    assert often.events == once.events


def test_nobody_acts_before_the_timers_have_done_what_was_due():
    run = accepted()
    late = run.case.clock(ClockName.FIRST_ANSWER).due_at

    assert run.refusal(A.ANSWER, MERCHANT, at=late, stance="agree") == "timers_first"
    run.time_passes(late)
    assert run.refusal(A.ANSWER, MERCHANT, at=late, stance="agree") == "wrong_state"
    accepted().do(A.ANSWER, MERCHANT, at=late - timedelta(microseconds=1), stance="agree")


def test_a_timer_does_nothing_early_and_nothing_else():
    run = accepted()
    due = next_timer_act(run.case)

    early = due.at - timedelta(seconds=1)
    assert run.refusal(due.action, TIMER, at=early, clock="first_answer") == "not_due"
    assert run.refusal(due.action, TIMER, at=due.at, clock="overall") == "not_due"


def test_acts_come_in_the_order_of_their_instants():
    run = accepted()

    assert run.refusal(A.WITHDRAW, SHOPPER, at=run.now - timedelta(seconds=1)) == "out_of_order"


def test_a_proposal_lapses_and_the_talk_goes_on():
    run = proposed().time_passes()

    assert (run.case.state, run.case.proposal) == (S.NEGOTIATING, None)
    assert run.refusal(A.ACCEPT_PROPOSAL, SHOPPER) == "other_side_proposed"
    run.do(A.PROPOSE, SHOPPER, remedy={"kind": "replace"})
    assert run.refusal(A.ACCEPT_PROPOSAL, SHOPPER) == "other_side_proposed"
    run.do(A.ACCEPT_PROPOSAL, MERCHANT)


def test_each_side_has_its_own_time_for_evidence():
    run = waiting_for("shopper", "merchant").do(A.SUPPLY, SHOPPER, evidence=[E1])
    assert run.case.evidence_from == (MERCHANT,)
    assert run.refusal(A.SUPPLY, SHOPPER, evidence=[E1]) == "side_was_asked"

    run.time_passes()
    assert run.case.state is S.MEDIATION
    assert run.case.evidence_missed == (MERCHANT,)
    assert run.breaches(run.now) == [("late_evidence", "2026-06-05T00:00")]


def test_the_overall_clock_waits_for_a_case_to_come_back_to_mediation():
    run = in_mediation()
    overall = run.case.clock(ClockName.OVERALL).due_at
    run.do(A.REQUEST_EVIDENCE, OFFICER, at=overall - timedelta(hours=1), sides=["merchant"])
    run.time_passes(END)

    last = run.events[-1]
    assert (run.case.state, last.payload["row"]) == (S.CLOSED_UNRESOLVED, "20t")
    assert last.at == run.events[-2].at > overall


def test_a_final_decision_is_concluded_at_once():
    run = decided().time_passes(END)

    rows = [(row.payload["row"], row.at) for row in run.events[-3:]]
    assert [row for row, _ in rows] == ["23", "24", "28b"]
    assert rows[0][1] == rows[1][1]
    assert final("not_upheld").time_passes(END).case.state is S.CLOSED_NOT_UPHELD


def test_the_fund_pays_for_a_merchant_who_does_not_within_its_cap():
    scheme = replace(FACTS, in_fund_scheme=True, fund_cap_fen=6_000)
    outside = [FACTS, replace(scheme, fund_cap_fen=5_999)]

    assert remedy_due(facts=scheme).time_passes().case.state is S.ADVANCE_PAYMENT
    for facts in outside:
        assert remedy_due(facts=facts).time_passes().case.state is S.CLOSED_UNRESOLVED
    # The fund has no hands to repair anything.
    repair = {"kind": "repair"}
    assert remedy_due(repair, facts=scheme).time_passes().case.state is S.CLOSED_UNRESOLVED


def test_a_second_mediation_ends_as_well():
    denied = awaiting_confirmation().do(A.DENY, SHOPPER, note="没有收到。")
    reopened = in_state(S.CLOSED_DEEMED).do(A.REOPEN, SHOPPER, note="又坏了。")

    for run in (denied, reopened):
        run.time_passes(END)
        assert run.case.state is S.CLOSED_UNRESOLVED
        assert next_timer_act(run.case) is None


def test_a_closed_case_has_a_time_for_the_shopper_and_no_clock():
    run = in_state(S.CLOSED_RESOLVED)

    assert {row.name: f"{row.until:%m-%d}" for row in run.case.windows} == {
        # Fifteen days after 1 June is Tuesday 16 June.
        "evaluation": "06-17",
        "reopen": "06-17",
    }
    assert run_timers(run.case, END, FACTS, TIMEKEEPING).events == []
    assert next_timer_act(run.case) is None


def test_merchant_silence_after_an_answer_brings_mediation():
    assert acts_of(negotiating()) == [
        "06-16 00:00 timeout negotiation",
        "08-01 00:00 end_without_result overall",
    ]
