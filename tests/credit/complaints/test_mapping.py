"""The real complaints over the machine alone come to the figures of the replay's contract."""

import csv
import gzip
from datetime import date

import pytest

from credit.complaints.machine.mapping import SourceComplaint, script_of
from credit.complaints.machine.simulation import figures_of, simulate
from tests.credit.complaints.case_steps import TIMEKEEPING, S, instant

EXPECTED = {
    "cases": 2_415,
    "late_first_answer": 50,
    "closed_resolved": 282,
    "closed_deemed": 466,
    "withdrawn": 1_206,
    "closed_unresolved": 461,
    "settled_direct": 564,
    "settled_in_mediation": 109,
    "decided_upheld": 75,
    "merchants": 359,
    "source_timely_no": 50,
    "open": 0,
    "companies_digest": "9fbec4306e6c865f4f92b040eedd9b8b76a1a152ca0c52ad262e36e982b4cddd",
}


def complaint(number=1, *, response="Closed with explanation", is_timely=True, **more):
    given = {
        "number": number,
        "company": "甲",
        "received_on": date(2023, 3, 1),
        "sent_on": date(2023, 3, 2),
        "is_disputed": False,
        "category": "Mortgage",
    }
    return SourceComplaint(**given | {"response": response, "is_timely": is_timely} | more)


@pytest.mark.shared_data
def test_the_real_complaints_come_to_the_contracts_figures(shared_data):
    path = shared_data / "cfpb_complaints" / "complaints.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        sources = [SourceComplaint.of(row) for row in csv.DictReader(file)]

    assert figures_of(simulate(source, TIMEKEEPING) for source in sources) == EXPECTED


@pytest.mark.parametrize(
    ("source", "state", "outcome"),
    [
        (
            complaint(response="Untimely response", is_timely=False),
            S.CLOSED_UNRESOLVED,
            "not_upheld",
        ),
        (complaint(response="In progress"), S.CLOSED_UNRESOLVED, "not_upheld"),
        (complaint(response="In progress", is_timely=False), S.CLOSED_UNRESOLVED, "not_upheld"),
        (complaint(is_timely=False), S.CLOSED_UNRESOLVED, "not_upheld"),
        (
            complaint(response="Closed with relief", is_timely=False),
            S.CLOSED_RESOLVED,
            "settled_in_mediation",
        ),
        (complaint(response="Closed with non-monetary relief"), S.CLOSED_DEEMED, "settled_direct"),
        (complaint(response="Closed with monetary relief"), S.CLOSED_RESOLVED, "settled_direct"),
        (complaint(5), S.WITHDRAWN, "withdrawn"),
        (complaint(3), S.CLOSED_RESOLVED, "settled_in_mediation"),
        (complaint(13), S.CLOSED_RESOLVED, "upheld"),
        (complaint(2), S.CLOSED_UNRESOLVED, "not_upheld"),
        (complaint(4, is_disputed=True), S.CLOSED_RESOLVED, "upheld"),
    ],
)
def test_each_kind_of_row_ends_as_the_contract_says(source, state, outcome):
    run = simulate(source, TIMEKEEPING)

    assert (run.case.state, run.case.outcome) == (state, outcome)


def test_the_acceptance_is_the_officers_or_the_triage_clocks():
    by_officer = simulate(complaint(), TIMEKEEPING).case
    by_clock = simulate(complaint(sent_on=date(2023, 3, 9)), TIMEKEEPING).case
    # Nothing is accepted before it was filed.
    same_day = simulate(complaint(sent_on=date(2023, 2, 1)), TIMEKEEPING).case

    assert by_officer.accepted_at == instant("2023-03-02T10:00")
    assert by_clock.accepted_at == instant("2023-03-04T00:00")
    assert same_day.accepted_at == instant("2023-03-01T09:00")


def test_a_script_is_data_and_the_rest_is_time():
    steps = script_of(complaint(13))

    assert [f"{step.actor} {step.action}" for step in steps] == [
        "merchant answer",
        "shopper escalate",
        "officer decide",
        "merchant mark_done",
        "shopper confirm",
    ]
    assert script_of(complaint(response="Untimely response", is_timely=False)) == ()
