"""The table of what may happen: each row does what it says, and all else is refused by its own problem."""

import itertools
import json
from dataclasses import replace

import pytest

from credit.complaints.machine.apply import ActApplied, ActRefused, allowed_actions, apply
from credit.complaints.machine.case import CaseAct, CaseRemedy
from credit.complaints.machine.events import canonical_json, text_sha256
from credit.complaints.machine.transitions import ROWS_BY_START, TABLE
from credit.complaints.machine.words import (
    OPEN_STATES,
    TERMINAL_STATES,
    TIP_OFF_STATES,
    CaseAction,
    CaseActor,
    CaseState,
    RemedyKind,
)
from tests.credit.complaints.case_steps import (
    DECISION,
    E1,
    FACTS,
    FILING,
    FINANCE,
    HOUR,
    MERCHANT,
    OFFICER,
    REFUND,
    SALT,
    SHOPPER,
    TIMEKEEPING,
    A,
    CaseRun,
    S,
    in_state,
    rejected,
)
from tests.credit.complaints.row_scenarios import SCENARIOS, SPOILERS, act_of

ROWS = [
    pytest.param(row, source, id=f"{row.row}-{source}")
    for row in TABLE
    for source in sorted(row.sources)
    # A decision that is final is concluded at the same instant: nobody else comes between.
    if source is not CaseState.DECIDED_FINAL or row.action is CaseAction.CONCLUDE
]
GUARDED = [
    pytest.param(*row.values, guard, id=f"{row.id}-{guard.__name__}")
    for row in ROWS
    for guard in row.values[0].guards
]
# What each row does to clocks; rows that stop all have "-".
CLOCKS = {
    "1": "start triage",
    "2": "pause triage, start info_answer",
    "3": "stop info_answer, resume triage",
    "7": "stop triage, start first_answer, start overall",
    "7t": "stop triage, start first_answer, start overall",
    "8": "stop first_answer, start negotiation",
    "9": "stop first_answer, start mediation",
    "10": "stop proposal, start proposal",
    "10t": "stop proposal",
    "11": "stop negotiation, stop proposal, stop overall, start remedy",
    "12": "stop negotiation, stop proposal, start mediation",
    "13": "stop negotiation, start mediation",
    "14": "pause mediation, start evidence_shopper, start evidence_merchant",
    "15": "stop evidence_merchant, resume mediation",
    "15+": "stop evidence_shopper",
    "15t": "stop evidence_shopper, resume mediation",
    "15t+": "stop evidence_merchant",
    "16": "pause mediation, pause overall, start appraisal",
    "17": "stop appraisal, resume mediation, resume overall",
    "18": "stop mediation, stop overall, start remedy",
    "19": "stop mediation, stop overall, start appeal",
    "21": "stop appeal, start review",
    "22": "stop review",
    "22c": "stop review",
    "23": "stop appeal",
    "24": "start remedy",
    "26": "stop remedy, start confirmation",
    "27": "stop remedy, start fund_payment",
    "28": "stop fund_payment, start confirmation",
    "30": "stop confirmation, start mediation, start overall",
    "35": "start mediation, start overall",
    "36": "start review",
    "36c": "stop review, start first_answer, start overall",
    "37": "",
    "t1": "start tip_off_check",
    "t2": "stop tip_off_check",
    "t3": "",
    "t4": "",
    "t5": "",
}


@pytest.mark.parametrize(("row", "source"), ROWS)
def test_each_row_leads_where_the_table_says(row, source):
    run = SCENARIOS[row.row].start(source)
    result = run.attempt(**act_of(row, source, run))

    assert isinstance(result, ActApplied), result
    assert result.event.payload["row"] == row.row
    assert result.case.state is row.target
    if row.outcome:
        assert result.case.outcome is row.outcome
    changes = [f"{change.verb} {change.clock.name}" for change in result.clock_changes]
    if row.stops_all:
        running = [clock for clock in run.case.clocks if not clock.is_stopped]
        assert changes == [f"stop {clock.name}" for clock in running]
    elif row.row not in ("calendar", "windows"):
        assert ", ".join(changes) == CLOCKS[row.row]
    if row.target in TERMINAL_STATES:
        assert all(clock.is_stopped for clock in result.case.clocks)


@pytest.mark.parametrize(("row", "source", "guard"), GUARDED)
def test_each_guard_of_a_row_refuses_by_its_own_name(row, source, guard):
    run = SCENARIOS[row.row].start(source)
    act = act_of(row, source, run)
    SPOILERS[guard.__name__](run, act)

    assert run.attempt(**act).problem == guard.__name__


@pytest.mark.parametrize("state", list(CaseState))
def test_what_stands_in_no_row_is_refused(state):
    """Every (state, action, actor): outside of the table by state or actor, inside by neither."""
    run = in_state(state)
    for action, actor in itertools.product(CaseAction, CaseActor):
        result = run.attempt(action, actor)
        problem = result.problem if isinstance(result, ActRefused) else None
        rows = [row for row in TABLE if state in row.sources and row.action is action]
        if not rows:
            assert problem == "wrong_state", (state, action, actor)
        elif not any(actor in row.actors for row in rows):
            assert problem == "wrong_actor", (state, action, actor)
        else:
            assert problem not in ("wrong_state", "wrong_actor"), (state, action, actor)
            assert action in allowed_actions(run.case, actor)


@pytest.mark.parametrize("row", [row for row in TABLE if row.reasons], ids=lambda row: row.row)
def test_a_reason_is_one_of_the_rows_own(row):
    (source,) = row.sources
    run = SCENARIOS[row.row].start(source)
    act = act_of(row, source, run)

    assert run.attempt(**act | {"reason": ""}).problem == "reason_missing"
    assert run.attempt(**act | {"reason": "i_do_not_like_it"}).problem == "reason_unknown"


@pytest.mark.parametrize("row", [row for row in TABLE if row.details], ids=lambda row: row.row)
def test_a_missing_detail_is_named(row):
    (source,) = row.sources
    for name in row.details:
        run = SCENARIOS[row.row].start(source)
        act = act_of(row, source, run)
        del act[name]
        result = run.attempt(**act)
        assert (result.problem, result.facts) == ("details_missing", {"details": [name]})


def test_what_no_form_has_is_never_sealed():
    """The digest of an act tells nothing but its form: no word, reason or text beside it can be hidden there."""
    mediated, offered = in_state(S.MEDIATION), in_state(S.NEGOTIATING)
    agreement = {"sides": ["shopper", "merchant"], "remedy": REFUND}
    for remedy in (
        REFUND | {"reason": "张三，电话 13800000000"},
        REFUND | {"due_on": ""},
        REFUND | {"due_on": 0},
        REFUND | {"due_on": False},
        REFUND | {"due_on": "20260605"},
        REFUND | {"amount_fen": 10**13},
        {"kind": "repair", "amount_fen": None},
    ):
        assert offered.refusal(A.PROPOSE, SHOPPER, remedy=remedy) == "remedy_valid", remedy
        act = agreement | {"remedy": remedy}
        assert mediated.refusal(A.AGREE, OFFICER, **act) == "remedy_valid"
    result = mediated.attempt(A.AGREE, OFFICER, **agreement, remark="张三")
    assert (result.problem, result.facts) == ("details_unknown", {"details": ["remark"]})
    # Where a row has no reasons, there is none to give.
    assert mediated.refusal(A.AGREE, OFFICER, reason="张三", **agreement) == "reason_unknown"
    # A finding without a remedy has none to seal.
    act = DECISION | {"finding": "not_upheld", "remedy": {"why": "张三"}}
    assert mediated.refusal(A.DECIDE, OFFICER, note="x", **act) == "upheld_has_remedy"


def test_a_note_can_be_stored_and_its_digest_cannot_be_guessed():
    run = in_state(S.AWAITING_CONFIRMATION)
    for note in ("\ud800", "a\0", "x" * 5_001, 5):
        assert run.refusal(A.DENY, SHOPPER, note=note) == "note_malformed"
    for salt in ("", "5a", "Z" * 32, None):
        act = CaseAct(A.DENY, SHOPPER, run.now + HOUR, note="没退。", note_salt=salt)
        assert apply(run.case, act, FACTS, TIMEKEEPING).problem == "note_malformed"
    run.do(A.DENY, SHOPPER, note="没退。")
    assert run.events[-1].note_sha256 == text_sha256(f"{SALT}\n没退。")
    # A salt without a note is not kept.
    answered = in_state(S.AWAITING_MERCHANT).do(A.ANSWER, MERCHANT, stance="agree")
    assert (answered.events[-1].note_salt, answered.events[-1].note_sha256) == ("", text_sha256(""))


def test_a_purchase_is_added_and_not_taken_back():
    run = in_state(S.NEEDS_INFO)
    taken = replace(FACTS, open_cases_of_purchase=1)
    assert run.refusal(A.SUPPLY, SHOPPER, facts=taken, paid_fen=5) == "first_open_case_of_purchase"
    assert run.do(A.SUPPLY, SHOPPER, paid_fen=None).case.paid_fen == 9_900


def test_truth_values_are_no_amounts():
    run = in_state(S.REMEDY_DUE)
    run.case = replace(run.case, remedy=CaseRemedy(RemedyKind.REFUND, 1))
    assert (
        run.refusal(A.MARK_DONE, MERCHANT, evidence=[E1], refund_fen=True)
        == "refund_is_the_remedys"
    )
    paid = in_state(S.ADVANCE_PAYMENT)
    paid.case = replace(paid.case, remedy=CaseRemedy(RemedyKind.REFUND, 1))
    assert paid.refusal(A.PAY, FINANCE, paid_fen=True) == "payment_is_the_remedys"


DEEP = json.loads("[" * 900 + "]" * 900)
JUNK = [
    *(None, "", "x", -1, True, 0.5, 10**30, 10**5_000, "\ud800", "a\0", float("nan"), (1,)),
    *([], ["x"], [[]], {}, {"kind": []}, {"kind": "refund"}, DEEP, {"a": DEEP}),
]


# One of each row that a person does.
JUNK_ROWS = {row.values[0].row: row for row in ROWS if row.values[0].options}


@pytest.mark.parametrize(("row", "source"), JUNK_ROWS.values())
def test_no_value_from_outside_breaks_the_machine(row, source):
    run = SCENARIOS[row.row].start(source)
    act = act_of(row, source, run)
    for name in (*row.details, *row.options):
        for value in JUNK:
            result = run.attempt(**act | {name: value})
            if isinstance(result, ActApplied):
                # What is sealed can be stored, and is the same when it comes back.
                assert json.loads(canonical_json(result.event.payload)) == result.event.payload
                assert "\0" not in canonical_json(result.event.payload)


def test_an_appeal_is_left_for_each_subject():
    run = rejected().do(A.APPEAL, CaseActor.SHOPPER, note="不公平。")
    run.do(A.CHANGE, CaseActor.REVIEWER, note="应当受理。").do(
        A.ANSWER, CaseActor.MERCHANT, stance="offer"
    )
    run.do(A.MARK_ABUSIVE, CaseActor.OFFICER, second_person="reviewer-9", note="同一文本。")
    run.do(A.APPEAL, CaseActor.SHOPPER, note="不公平。")

    # Whoever decided anything of the case before does not review the label.
    assert run.refusal(A.CONFIRM, CaseActor.REVIEWER, note="维持。") == "reviewer_is_another"
    run.do(A.CONFIRM, CaseActor.REVIEWER, person="reviewer-3", note="维持。")
    assert run.refusal(A.APPEAL, CaseActor.SHOPPER, note="不公平。") == "appeal_left"


def test_numbers_that_are_not_whole_are_refused_before_they_are_sealed():
    run = in_state(CaseState.AWAITING_MERCHANT)

    act = (CaseAction.ANSWER, CaseActor.MERCHANT)
    assert run.refusal(*act, stance="agree", share=0.5) == "details_unknown"
    for share in (0.5, 8_000.0, True, float("nan")):
        new = CaseRun()
        assert new.refusal(A.SUBMIT, SHOPPER, **FILING | {"amount_fen": share}) == "amounts_valid"
    filing = FILING | {"case_id": "c\ud800"}
    assert CaseRun().refusal(A.SUBMIT, SHOPPER, **filing) == "details_malformed"


def test_rows_that_begin_alike_never_fit_together():
    for (state, action), rows in ROWS_BY_START.items():
        for actor in CaseActor:
            alike = [row for row in rows if actor in row.actors]
            clocks = {row.clock_names for row in alike}
            if len(alike) > 1 and len(clocks) == 1:
                assert all(row.when for row in alike), (state, action, actor)


def test_every_state_can_be_reached_and_every_open_one_left():
    assert {row.target for row in TABLE} | {CaseState.NEW} == set(CaseState)
    for state in OPEN_STATES | (TIP_OFF_STATES - TERMINAL_STATES):
        assert any(state in row.sources and row.target is not state for row in TABLE)


def test_every_row_has_a_scenario():
    assert {row.row for row in TABLE} == SCENARIOS.keys()
