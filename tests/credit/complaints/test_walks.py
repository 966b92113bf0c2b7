"""Random walks over the table: whatever people and time do, these hold."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from credit.complaints.machine.apply import ActApplied, next_timer_act
from credit.complaints.machine.events import chain_problem, replayed
from credit.complaints.machine.timers import run_timers
from credit.complaints.machine.transitions import ROWS_BY_START, TABLE
from credit.complaints.machine.words import TERMINAL_STATES, CaseAction, CaseActor
from tests.credit.complaints.case_steps import (
    DECISION,
    E1,
    FACTS,
    FILING,
    PATHS,
    S,
    in_state,
    with_holiday,
)

ROW_KEYS = {(source, row.action, row.row) for row in TABLE for source in row.sources}
# Details that fit most acts; what a guard still refuses, it refuses.
REMEDIES = st.fixed_dictionaries(
    {"kind": st.just("refund"), "amount_fen": st.sampled_from([1_000, 6_000, 9_900, 9_901])}
) | st.just({"kind": "repair"})
WAITS = st.sampled_from([1, 1, 1, 1, 1, 5, 5, 24, 24, 72, 24 * 20, 24 * 90])
PERSONS = st.sampled_from(["a", "b", "c"])


@st.composite
def details_of(draw, run, action):
    remedy = draw(REMEDIES)
    paid = run.case.remedy.amount_fen if run.case.remedy else 0
    sides = draw(st.sampled_from([["shopper", "merchant"], ["shopper", "merchant"], ["merchant"]]))
    finding = draw(st.sampled_from(["upheld", "partly_upheld", "not_upheld"]))
    decision = DECISION | {
        "finding": finding,
        "remedy": None if finding == "not_upheld" else remedy,
    }
    common = {"evidence": [E1], "sides": sides, "remedy": remedy}
    due_on = (run.now + timedelta(days=10)).date().isoformat()
    return {
        CaseAction.SUBMIT: FILING,
        CaseAction.TIP_OFF: {"case_id": "t", "category": "food"},
        CaseAction.MERGE: {"master": "c0"},
        CaseAction.ANSWER: {"stance": "offer"},
        CaseAction.DECIDE: decision,
        CaseAction.CHANGE: decision,
        CaseAction.SEND_TO_APPRAISAL: common | {"body": "b", "cost_bearer": "m", "due_on": due_on},
        CaseAction.MARK_DONE: {"evidence": [E1], "refund_fen": paid},
        CaseAction.PAY: {"paid_fen": paid},
        CaseAction.MARK_ABUSIVE: {"second_person": draw(PERSONS)},
        CaseAction.TRANSFER: {"authority": "12315", "reference": "7"},
        CaseAction.EVALUATE: {"speed": 3, "fairness": 3, "result": 3, "resolved": "yes"},
    }.get(action, common)


@st.composite
def walks(draw):
    """A case that begins anywhere, after up to thirty attempts by anybody, timers and calendars between."""
    run = in_state(draw(st.sampled_from(sorted(PATHS))))
    run.facts = replace(
        FACTS,
        under_charter=draw(st.booleans()),
        in_fund_scheme=draw(st.booleans()),
        fund_cap_fen=6_000,
    )
    at = run.now
    for _ in range(draw(st.integers(1, 30))):
        at += timedelta(hours=draw(WAITS))
        run.time_passes(at)
        choices = [*choices_in(run.case.state), (CaseActor.TIMER, CaseAction.RECALCULATE)]
        actor, action = draw(st.sampled_from(choices))
        if action is CaseAction.RECALCULATE:
            day = at.date() + timedelta(days=draw(st.integers(-5, 20)))
            run.timekeeping = with_holiday(day, works=draw(st.booleans()))
        rows = ROWS_BY_START.get((run.case.state, action), ())
        known = {name for row in rows for name in row.details + row.options}
        details = draw(details_of(run, action))
        result = run.attempt(
            action,
            actor,
            at=at,
            person=draw(PERSONS),
            note="说明",
            reason="no_facts" if any(row.reasons for row in rows) else "",
            **{name: value for name, value in details.items() if name in known},
        )
        if isinstance(result, ActApplied):
            run.case = result.case
            run.events.append(result.event)
    return run.time_passes(at), at


@cache
def choices_in(state):
    """Who may try what; what ends a case at once is there once, all else five times."""
    return [
        (actor, action)
        for (source, action), rows in sorted(ROWS_BY_START.items())
        if source == state
        for actor in sorted({actor for row in rows for actor in row.actors} - {CaseActor.TIMER})
        for _ in range(1 if action in ENDING else 5)
    ]


ENDING = {
    CaseAction.WITHDRAW,
    CaseAction.MARK_ABUSIVE,
    CaseAction.TRANSFER,
    CaseAction.END_WITHOUT_RESULT,
    CaseAction.REFUSE,
    CaseAction.MERGE,
    CaseAction.TIP_OFF,
}


@settings(max_examples=150, deadline=None)
@given(walk=walks())
def test_whatever_happens_to_a_case_these_hold(walk):
    run, at = walk
    case = run.case

    # Every event is a row of the table, and the events alone give the case.
    keys = {(row.from_state, row.action, row.payload["row"]) for row in run.events}
    assert keys <= ROW_KEYS
    assert replayed(run.events) == case
    assert chain_problem(run.events, case.head) is None
    assert [row.at for row in run.events] == sorted(row.at for row in run.events)
    # At most one clock of a name has not been stopped; of a closed case none.
    open_clocks = [clock.name for clock in case.clocks if not clock.is_stopped]
    assert len(open_clocks) == len(set(open_clocks))
    if case.state in TERMINAL_STATES:
        assert open_clocks == []
    # Money: never more back than was paid.
    assert 0 <= case.fund_paid_fen <= case.refunded_fen <= FILING["paid_fen"]
    # Whoever reviewed had not decided.
    deciders = set()
    for row in run.events:
        person = row.payload["person"]
        if row.actor is CaseActor.REVIEWER:
            assert person not in deciders
        if row.action in (CaseAction.REFUSE, CaseAction.DECIDE, CaseAction.CHANGE):
            deciders.add(person)
        if row.action is CaseAction.MARK_ABUSIVE:
            assert row.payload["details"]["second_person"] != person
            deciders |= {person, row.payload["details"]["second_person"]}
    # Another calendar gives nobody less time.
    due = {}
    for row in run.events:
        for change in row.clock_changes:
            key = (change.clock.name, change.clock.round)
            assert change.clock.due_at >= due.get(key, change.clock.due_at)
            due[key] = change.clock.due_at
    windows = {}
    for row in run.events:
        for name, until in row.payload["fields"].get("windows", ()):
            if row.action is CaseAction.RECALCULATE:
                assert until >= windows[name]
            windows[name] = until
    # What may happen once has happened once.
    for action in (CaseAction.REOPEN, CaseAction.DENY):
        assert sum(row.action is action for row in run.events) <= 1
    # Twice is once.
    again = run_timers(case, at, run.facts, run.timekeeping)
    assert (again.case, again.events) == (case, [])


# Where only people of the operator can go on; each of them has a clock and a breach.
WAITS_FOR_STAFF = {S.APPRAISAL, S.UNDER_REVIEW, S.ADVANCE_PAYMENT}


@settings(max_examples=100, deadline=None)
@given(walk=walks())
def test_a_complaint_ends_without_the_shopper_and_without_the_merchant(walk):
    run, at = walk
    run.time_passes(at + timedelta(days=400))

    assert next_timer_act(run.case) is None
    if run.events and run.events[0].action is CaseAction.SUBMIT:
        assert run.case.state in TERMINAL_STATES | WAITS_FOR_STAFF
