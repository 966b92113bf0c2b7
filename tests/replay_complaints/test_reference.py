"""The separate recomputation gives the contract's figures, so it may judge the product."""

from tests.replay_complaints.reference import complaints

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


def test_the_recomputation_gives_the_contracts_figures(shared_data):
    assert complaints(shared_data / "cfpb_complaints" / "complaints.csv.gz") == EXPECTED
