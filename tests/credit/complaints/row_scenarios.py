"""For each row of the table an act that it takes, and for each guard what breaks that guard alone."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from credit.complaints.machine.apply import next_timer_act
from credit.complaints.machine.case import CaseProposal, CaseRemedy
from credit.complaints.machine.words import CaseState, RemedyKind
from tests.credit.complaints.case_steps import (
    DECISION,
    E2,
    E3,
    FACTS,
    FILING,
    FINANCE,
    MERCHANT,
    OFFICER,
    REFUND,
    REVIEWER,
    SHOPPER,
    TIMEKEEPING,
    TIMER,
    A,
    CaseRun,
    S,
    abusive,
    appealed,
    final,
    fund_to_pay,
    in_state,
    rejected,
    remedy_due,
    waiting_for,
    with_holiday,
)

BOTH = ["shopper", "merchant"]
MARKS = {"speed": 5, "fairness": 4, "result": 3, "resolved": "partly"}
# Far after every clock of the tests: only the version of the calendar changes.
FAR_DAY = date(2026, 12, 5)
IN_FUND = replace(FACTS, in_fund_scheme=True, fund_cap_fen=10_000)


@dataclass
class RowScenario:
    """How a row is reached: a case, and an act on it. A timer's act is the one that is due next."""

    actor: object = TIMER
    details: dict = field(default_factory=dict)
    run: object = None
    reason: str = ""
    note: str = ""

    def start(self, source: CaseState) -> CaseRun:
        return self.run() if self.run else in_state(source)


def _reviewed(run) -> RowScenario:
    return RowScenario(REVIEWER, run=run, note="维持。")


SCENARIOS = {
    "1": RowScenario(SHOPPER, FILING),
    "2": RowScenario(OFFICER, note="哪一天？"),
    "3": RowScenario(SHOPPER, {"paid_fen": 9_900}, note="六月一日。"),
    "4": RowScenario(),
    "5": RowScenario(OFFICER, reason="no_facts"),
    "6": RowScenario(OFFICER, {"master": "c0"}),
    "7": RowScenario(OFFICER, {"severity": "minor"}),
    "7t": RowScenario(),
    "8": RowScenario(MERCHANT, {"stance": "dispute"}),
    "9": RowScenario(),
    "10": RowScenario(SHOPPER, {"remedy": REFUND}),
    "10t": RowScenario(),
    "11": RowScenario(SHOPPER),
    "12": RowScenario(SHOPPER),
    "13": RowScenario(run=lambda: in_state(S.NEGOTIATING).time_passes()),
    "14": RowScenario(OFFICER, {"sides": BOTH}),
    "15": RowScenario(MERCHANT, {"evidence": [E2]}, run=lambda: waiting_for("merchant")),
    "15+": RowScenario(SHOPPER, {"evidence": [E2]}),
    "15t": RowScenario(run=lambda: waiting_for("shopper")),
    "15t+": RowScenario(),
    "16": RowScenario(
        OFFICER,
        {"sides": BOTH, "body": "station", "cost_bearer": "merchant", "due_on": "2026-07-01"},
    ),
    "17": RowScenario(OFFICER, {"evidence": [E3]}),
    "18": RowScenario(OFFICER, {"sides": BOTH, "remedy": REFUND}),
    "19": RowScenario(OFFICER, DECISION, note="商户违约。"),
    "20": RowScenario(OFFICER),
    "20t": RowScenario(),
    "21": RowScenario(MERCHANT, note="证据不足。"),
    "22": _reviewed(appealed),
    "22c": RowScenario(REVIEWER, DECISION | {"finding": "partly_upheld"}, note="部分成立。"),
    "23": RowScenario(),
    "24": RowScenario(),
    "25": RowScenario(run=lambda: final("not_upheld")),
    "26": RowScenario(MERCHANT, {"evidence": [E3], "refund_fen": 6_000}),
    "27": RowScenario(run=lambda: remedy_due(facts=IN_FUND)),
    "28": RowScenario(FINANCE, {"paid_fen": 6_000}, run=fund_to_pay),
    "28b": RowScenario(),
    "29": RowScenario(SHOPPER),
    "30": RowScenario(SHOPPER, note="只退了一半。"),
    "31": RowScenario(),
    "32": RowScenario(SHOPPER),
    "33": RowScenario(OFFICER, {"second_person": "reviewer-9"}, note="同一文本。"),
    "34": RowScenario(SHOPPER, {"authority": "12315", "reference": "7"}),
    "35": RowScenario(SHOPPER, {"evidence": [E2]}),
    "36": RowScenario(SHOPPER, note="不公平。"),
    "36r": _reviewed(lambda: rejected().do(A.APPEAL, SHOPPER, note="不公平。")),
    "36a": _reviewed(lambda: abusive().do(A.APPEAL, SHOPPER, note="不公平。")),
    "36c": _reviewed(lambda: rejected().do(A.APPEAL, SHOPPER, note="不公平。")),
    "37": RowScenario(SHOPPER, MARKS),
    "calendar": RowScenario(),
    "windows": RowScenario(),
    "t1": RowScenario(SHOPPER, {"case_id": "t1", "category": "food_safety"}),
    "t2": RowScenario(OFFICER),
    "t3": RowScenario(OFFICER, reason="no_facts"),
    "t4": RowScenario(OFFICER),
    "t5": RowScenario(OFFICER, note="已改正。"),
}


def act_of(transition, source, run: CaseRun) -> dict:
    """What `CaseRun.attempt` needs to do a row's act."""
    scenario = SCENARIOS[transition.row]
    if transition.action is A.RECALCULATE:
        run.timekeeping = with_holiday(FAR_DAY, works=True)
        if transition.row == "windows":
            run.timekeeping = with_holiday(last_day_of_window(run), works=False)
        return {"action": transition.action, "actor": TIMER}
    if scenario.actor is TIMER:
        due = next_timer_act(run.case)
        return {"action": due.action, "actor": TIMER, "at": due.at, **due.details}
    return {
        "action": transition.action,
        "actor": scenario.actor,
        "reason": scenario.reason,
        "note": scenario.note,
        **scenario.details,
    }


def last_day_of_window(run: CaseRun) -> date:
    until = min(window.until for window in run.case.windows)
    return (until - timedelta(hours=1)).date()


def _details(**changes):
    return lambda run, act: act.update(changes)


def _without(*names):
    def spoil(run, act):
        for name in names:
            act.pop(name, None)

    return spoil


def _case(**changes):
    def spoil(run, act):
        run.case = replace(run.case, **changes)

    return spoil


def _facts(**changes):
    def spoil(run, act):
        run.facts = replace(run.facts, **changes)

    return spoil


def _late_proposal(run, act):
    remedy = CaseRemedy(RemedyKind.REPAIR, due_on=(run.now - timedelta(days=1)).date())
    run.case = replace(run.case, proposal=CaseProposal(MERCHANT, remedy))


SPOILERS = {
    "belongs_to_case": _facts(actor_belongs_to_case=False),
    "amounts_valid": _details(amount_fen=-1),
    "purchase_valid": _details(paid_fen=-1),
    "few_open_cases": _facts(open_cases_of_shopper=3),
    "first_open_case_of_purchase": _facts(open_cases_of_purchase=1),
    "questions_asked": _details(note=" "),
    "master_is_another": _details(master="c1"),
    "master_is_open": _facts(master_is_open=False),
    "severity_known": _details(severity="dreadful"),
    "stance_known": _details(stance="maybe"),
    "remedy_valid": _details(remedy={"kind": "refund", "amount_fen": 0}),
    "refund_within_paid": _details(remedy={"kind": "refund", "amount_fen": 9_901}),
    "other_side_proposed": _case(proposal=None),
    "remedy_date_ahead": _late_proposal,
    "merchant_waited": _details(actor=MERCHANT),
    "sides_known": _details(sides=["officer"]),
    "side_was_asked": _case(evidence_from=()),
    "evidence_given": _details(evidence=[]),
    "both_sides_agreed": _details(sides=["merchant"]),
    "appraisal_date_ahead": _details(due_on="2026-06-01"),
    "remedy_date_in_term": _details(remedy=REFUND | {"due_on": "2026-06-30"}),
    "under_charter": _facts(under_charter=False),
    "finding_known": _details(finding="settled_direct"),
    "rule_cited": _details(rule=""),
    "reasons_written": _details(note="  "),
    "upheld_has_remedy": _without("remedy"),
    "decided_remedy_undated": _details(remedy=REFUND | {"due_on": "2026-06-05"}),
    "appeal_left": _case(appeals=("merchant:decision", "shopper:refusal", "shopper:abuse_label")),
    "reviewer_is_another": _details(person="officer-1"),
    "proof_given": _details(evidence=[]),
    "refund_is_the_remedys": _details(refund_fen=5_999),
    "payment_is_the_remedys": _details(paid_fen=6_001),
    "payment_within_cap": _facts(fund_cap_fen=5_999),
    "first_denial": _case(was_denied=True),
    "says_what_is_missing": _details(note=""),
    "two_people": _details(second_person="officer-1"),
    "second_person_is_reviewer": _case(deciders=("reviewer-9",)),
    "authority_named": _details(reference=""),
    "first_reopening": _case(was_reopened=True),
    "reopening_in_time": lambda run, act: act.update(at=run.now + timedelta(days=20)),
    "new_facts_given": _without("evidence"),
    "appeal_in_time": lambda run, act: act.update(at=run.now + timedelta(days=20)),
    "marks_valid": _details(result=6),
    "first_evaluation": lambda run, act: run.do(**act),
    "evaluation_in_time": lambda run, act: act.update(at=run.now + timedelta(days=25)),
    "windows_differ": lambda run, act: setattr(run, "timekeeping", TIMEKEEPING),
    "calendar_differs": lambda run, act: setattr(run, "timekeeping", TIMEKEEPING),
}
