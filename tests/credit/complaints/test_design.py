"""The table once more, as the design has it (row, from, action, actors, to, condition, guards, outcome, clock):
a row that loses a guard, gains an actor or leads elsewhere is seen here."""

from credit.complaints.machine.transitions import TABLE
from credit.complaints.machine.words import CLOSED_STATES, OPEN_STATES, REOPENABLE_STATES

DESIGN = """
1 | new | submit | shopper | submitted | - | amounts_valid few_open_cases first_open_case_of_purchase | - | -
2 | submitted | ask_info | officer | needs_info | - | questions_asked | - | -
3 | needs_info | supply | shopper | submitted | - | belongs_to_case purchase_valid first_open_case_of_purchase | - | -
4 | needs_info | timeout | timer | withdrawn | - | - | withdrawn | info_answer
5 | submitted | refuse | officer | rejected | - | - | - | -
6 | submitted | merge | officer | merged | - | master_is_another master_is_open | - | -
7 | submitted | accept | officer | awaiting_merchant | - | severity_known | - | -
7t | submitted | timeout | timer | awaiting_merchant | - | - | - | triage
8 | awaiting_merchant | answer | merchant | negotiating | - | belongs_to_case stance_known | - | -
9 | awaiting_merchant | timeout | timer | mediation | - | - | - | first_answer
10 | negotiating | propose | merchant/shopper | negotiating | - | belongs_to_case remedy_valid refund_within_paid | - | -
10t | negotiating | timeout | timer | negotiating | - | - | - | proposal
11 | negotiating | accept_proposal | merchant/shopper | remedy_due | - | belongs_to_case other_side_proposed remedy_date_ahead | settled_direct | -
12 | negotiating | escalate | merchant/shopper | mediation | - | belongs_to_case merchant_waited | - | -
13 | negotiating | timeout | timer | mediation | - | - | - | negotiation
14 | mediation | request_evidence | officer | evidence_wait | - | sides_known | - | -
15 | evidence_wait | supply | merchant/shopper | mediation | last_side_outstanding | belongs_to_case side_was_asked evidence_given | - | -
15+ | evidence_wait | supply | merchant/shopper | evidence_wait | another_side_outstanding | belongs_to_case side_was_asked evidence_given | - | -
15t | evidence_wait | timeout | timer | mediation | last_side_outstanding | - | - | evidence_merchant/evidence_shopper
15t+ | evidence_wait | timeout | timer | evidence_wait | another_side_outstanding | - | - | evidence_merchant/evidence_shopper
16 | mediation | send_to_appraisal | officer | appraisal | - | both_sides_agreed appraisal_date_ahead | - | -
17 | appraisal | report_in | officer | mediation | - | evidence_given | - | -
18 | mediation | agree | officer | remedy_due | - | both_sides_agreed remedy_valid refund_within_paid remedy_date_in_term | settled_in_mediation | -
19 | mediation | decide | officer | decided | - | under_charter finding_known severity_known rule_cited reasons_written upheld_has_remedy decided_remedy_undated refund_within_paid | - | -
20 | mediation | end_without_result | officer | closed_unresolved | - | - | - | -
20t | mediation | end_without_result | timer | closed_unresolved | - | - | - | overall
21 | decided | appeal | merchant/shopper | under_review | - | belongs_to_case appeal_left reasons_written | - | -
22 | under_review | confirm | reviewer | decided_final | reviews_decision | reviewer_is_another reasons_written | - | -
22c | under_review | change | reviewer | decided_final | reviews_decision | reviewer_is_another finding_known severity_known rule_cited reasons_written upheld_has_remedy decided_remedy_undated refund_within_paid | - | -
23 | decided | timeout | timer | decided_final | - | - | - | appeal
24 | decided_final | conclude | timer | remedy_due | decision_is_upheld | - | - | -
25 | decided_final | conclude | timer | closed_not_upheld | decision_is_not_upheld | - | - | -
26 | remedy_due | mark_done | merchant | awaiting_confirmation | - | belongs_to_case proof_given refund_is_the_remedys | - | -
27 | remedy_due | timeout | timer | advance_payment | fund_pays | - | - | remedy
28 | advance_payment | pay | finance | awaiting_confirmation | - | payment_is_the_remedys payment_within_cap | - | -
28b | remedy_due | timeout | timer | closed_unresolved | fund_does_not_pay | - | - | remedy
29 | awaiting_confirmation | confirm | shopper | closed_resolved | - | belongs_to_case | - | -
30 | awaiting_confirmation | deny | shopper | mediation | - | belongs_to_case first_denial says_what_is_missing | - | -
31 | awaiting_confirmation | timeout | timer | closed_deemed | - | - | - | confirmation
32 | open | withdraw | shopper | withdrawn | - | belongs_to_case | withdrawn | -
33 | open | mark_abusive | officer | closed_abusive | - | two_people second_person_is_reviewer reasons_written | abusive | -
34 | open | transfer | officer/shopper | transferred | - | belongs_to_case authority_named | - | -
35 | closed_* | reopen | shopper | mediation | - | belongs_to_case first_reopening reopening_in_time new_facts_given | - | -
36 | closed_abusive/rejected | appeal | shopper | under_review | - | belongs_to_case appeal_left appeal_in_time reasons_written | - | -
36r | under_review | confirm | reviewer | rejected | reviews_refusal | reviewer_is_another reasons_written | - | -
36a | under_review | confirm | reviewer | closed_abusive | reviews_abuse_label | reviewer_is_another reasons_written | abusive | -
36c | under_review | change | reviewer | awaiting_merchant | reviews_refusal_or_label | reviewer_is_another reasons_written | - | -
t1 | new | tip_off | shopper | received | - | - | - | -
t2 | received | check | officer | checked | - | - | - | -
t3 | checked | dismiss | officer | no_action | - | - | - | -
t4 | checked | inspect | officer | inspection | - | - | - | -
t5 | inspection/no_action | close | officer | closed | - | reasons_written | - | -
"""
NAMED_SOURCES = {OPEN_STATES: "open", REOPENABLE_STATES: "closed_*"}


def as_line(row) -> str:
    columns = [
        row.row,
        NAMED_SOURCES.get(row.sources) or "/".join(sorted(row.sources)),
        row.action,
        "/".join(sorted(row.actors)),
        row.target,
        row.when.__name__ if row.when else "-",
        " ".join(guard.__name__ for guard in row.guards) or "-",
        row.outcome or "-",
        "/".join(sorted(row.clock_names)) or "-",
    ]
    return " | ".join(columns)


def test_the_table_is_the_designs():
    lines = [as_line(row) for row in TABLE if row.row not in ("37", "calendar", "windows")]

    assert lines == DESIGN.strip().splitlines()


def test_a_closed_case_is_evaluated_where_it_is_and_an_open_one_reckoned_again():
    evaluated = {row.sources: row for row in TABLE if row.row == "37"}
    reckoned = {row.sources: row for row in TABLE if row.row == "calendar"}
    moved = {row.sources: row for row in TABLE if row.row == "windows"}

    assert {state for sources in evaluated for state in sources} == CLOSED_STATES
    assert {state for sources in reckoned for state in sources} == OPEN_STATES | {"received"}
    assert moved.keys() == evaluated.keys()
    for row in [*evaluated.values(), *reckoned.values(), *moved.values()]:
        assert row.sources == {row.target}
    assert {tuple(guard.__name__ for guard in row.guards) for row in evaluated.values()} == {
        ("belongs_to_case", "marks_valid", "first_evaluation", "evaluation_in_time")
    }


def test_the_reasons_are_the_designs():
    reasons = {row.row: row.reasons for row in TABLE if row.reasons}

    assert reasons == {
        "5": {
            "not_consumer",
            "other_shop",
            "court_or_arbitration",
            "duplicate",
            "over_limit_period",
            "no_facts",
            "abusive",
        },
        "t3": {"no_facts", "not_of_this_district", "duplicate", "already_handled"},
    }
