"""What the end of a case means for the merchant's score."""

from datetime import date, timedelta

import pytest

from credit.complaints.machine.scoring import CaseNotScored, score_of
from tests.credit.complaints.case_steps import (
    DECISION,
    E1,
    FILING,
    FINANCE,
    MERCHANT,
    OFFICER,
    REVIEWER,
    SHOPPER,
    A,
    CaseRun,
    S,
    abusive,
    accepted,
    appealed,
    awaiting_confirmation,
    decided,
    final,
    fund_to_pay,
    in_state,
    instant,
    remedy_due,
    waiting_for,
)

MARKS = {"speed": 1, "fairness": 2, "result": 4, "resolved": "yes"}
TODAY = date(2026, 7, 1)


def score_input(run) -> list:
    """As the file of `manage.py score_credit` has it."""
    case = score_of(run.case).closed_case(TODAY)
    return [case.age_days, case.severity, case.outcome, case.is_on_time, case.stars]


def test_a_settled_case_counts_as_settled():
    run = awaiting_confirmation().do(A.CONFIRM, SHOPPER)

    assert score_input(run) == [30, "ordinary", "settled_direct", True, None]
    run.do(A.EVALUATE, SHOPPER, **MARKS)
    assert score_input(run) == [30, "ordinary", "settled_direct", True, 4]


def test_what_is_deemed_has_no_star_unless_the_shopper_evaluates_all_the_same():
    run = awaiting_confirmation().time_passes()

    assert run.case.state is S.CLOSED_DEEMED
    # Seven days after 1 June, a Monday; the act is at its end, 24:00.
    assert score_input(run) == [22, "ordinary", "settled_direct", True, None]
    run.do(A.EVALUATE, SHOPPER, **MARKS)
    assert score_input(run)[4] == 4
    assert score_of(run.case).case_fact(TODAY).is_deemed


def test_the_statistics_hear_how_long_the_first_answer_took():
    answered = awaiting_confirmation().do(A.CONFIRM, SHOPPER)
    silent = accepted().time_passes(instant("2026-09-01T00:00"))
    withdrawn = accepted().do(A.WITHDRAW, SHOPPER)

    fact = score_of(answered.case).case_fact(TODAY)
    assert (fact.age_days, fact.category, fact.first_answer_minutes) == (30, "food", 60)
    for run in (silent, withdrawn):
        assert score_of(run.case).first_answer_minutes is None


@pytest.mark.parametrize(
    ("finding", "outcome"), [("upheld", "upheld"), ("partly_upheld", "partly_upheld")]
)
def test_a_decision_that_was_carried_out_counts_as_decided(finding, outcome):
    run = final(finding).time_passes()
    run.do(A.MARK_DONE, MERCHANT, evidence=[E1], refund_fen=6_000).do(A.CONFIRM, SHOPPER)

    assert score_input(run)[1:] == ["serious", outcome, True, None]


def test_a_reviewers_change_is_what_counts():
    changed = DECISION | {"finding": "not_upheld", "severity": "minor", "remedy": None}
    run = appealed().do(A.CHANGE, REVIEWER, note="证据不足。", **changed).time_passes()

    assert run.case.state is S.CLOSED_NOT_UPHELD
    assert score_input(run)[1:4] == ["minor", "not_upheld", True]
    assert [row.payload["details"].get("finding") for row in run.events if row.action != A.SUBMIT][
        3:6
    ] == ["upheld", None, "not_upheld"]


def test_an_end_without_a_finding_is_no_burden_and_still_asks_for_punctuality():
    punctual = in_state(S.CLOSED_UNRESOLVED)
    late = accepted().time_passes(instant("2026-09-01T00:00"))

    assert score_input(punctual)[1:4] == ["ordinary", "not_upheld", True]
    assert score_of(late.case).outcome == "not_upheld"
    assert not score_of(late.case).is_on_time


def test_a_decision_that_was_not_carried_out_stays_and_caps_the_grade():
    scored = score_of(decided().time_passes(instant("2026-09-01T00:00")).case)

    assert (scored.outcome, scored.is_on_time, scored.remedy_missed) == ("upheld", False, True)


def test_a_settlement_that_was_not_carried_out_has_no_finding_and_caps_the_grade():
    scored = score_of(remedy_due().time_passes().case)

    assert (scored.outcome, scored.is_on_time, scored.remedy_missed) == ("not_upheld", False, True)


def test_what_the_fund_paid_was_still_missed_by_the_merchant():
    run = fund_to_pay().do(A.PAY, FINANCE, paid_fen=6_000).do(A.CONFIRM, SHOPPER)

    assert (run.case.refunded_fen, run.case.fund_paid_fen) == (6_000, 6_000)
    assert score_input(run)[2:4] == ["settled_direct", False]
    assert score_of(run.case).remedy_missed


def test_a_late_side_is_the_merchants_only_where_it_was_asked():
    of_shopper = waiting_for("shopper").time_passes().do(A.END_WITHOUT_RESULT, OFFICER)
    of_merchant = waiting_for("merchant").time_passes().do(A.END_WITHOUT_RESULT, OFFICER)

    assert score_of(of_shopper.case).is_on_time
    assert not score_of(of_merchant.case).is_on_time


@pytest.mark.parametrize(
    ("run", "outcome"),
    [(lambda: in_state(S.WITHDRAWN), "withdrawn"), (abusive, "abusive")],
)
def test_withdrawn_and_abusive_cases_are_inputs_that_weigh_nothing(run, outcome):
    assert score_input(run())[2] == outcome


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (S.SUBMITTED, "open"),
        (S.REMEDY_DUE, "open"),
        (S.REJECTED, "rejected"),
        (S.MERGED, "merged"),
        (S.TRANSFERRED, "transferred"),
        (S.RECEIVED, "tip_off"),
        (S.CLOSED, "tip_off"),
    ],
)
def test_what_never_counts(state, reason):
    assert score_of(in_state(state).case) == CaseNotScored(reason)


def test_a_case_without_a_purchase_does_not_count_until_there_is_one():
    unverified = {name: value for name, value in FILING.items() if name != "paid_fen"}
    run = CaseRun().do(A.SUBMIT, SHOPPER, **unverified).do(A.ASK_INFO, OFFICER, note="订单？")
    run.do(A.SUPPLY, SHOPPER, paid_fen=9_900).do(A.WITHDRAW, SHOPPER)
    never = CaseRun().do(A.SUBMIT, SHOPPER, **unverified).do(A.WITHDRAW, SHOPPER)

    assert score_of(never.case) == CaseNotScored("unverified")
    assert score_input(run)[2] == "withdrawn"


def test_a_reopened_case_is_no_end_and_asks_again_at_its_next_one():
    run = awaiting_confirmation().do(A.CONFIRM, SHOPPER).do(A.EVALUATE, SHOPPER, **MARKS)
    run.do(A.REOPEN, SHOPPER, note="又坏了。")
    assert score_of(run.case) == CaseNotScored("open")

    run.do(A.END_WITHOUT_RESULT, OFFICER, at=run.now + timedelta(days=1))
    assert score_input(run)[2:] == ["not_upheld", True, None]
    run.do(A.EVALUATE, SHOPPER, **MARKS | {"result": 1})
    assert score_input(run)[4] == 1
