"""Published figures come out again from the events of the cases; a shopper who has to complain again is counted."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from credit import services as credit
from credit.complaints.queries.outcomes import wrong_outcomes
from credit.models import CaseOutcomeVersion
from credit.values import UncountedCase
from district.kernel import clock


def ended(scene):
    """A complaint that was settled, and evaluated."""
    scene.done().do("confirm_remedy", member=scene.member)
    marks = {"speed": 4, "fairness": 5, "result": 4, "resolved": "yes"}
    return scene.do("evaluate_case", member=scene.member, **marks)


def verify(**options):
    printed = StringIO()
    call_command("verify_statistics", stdout=printed, **options)
    return json.loads(printed.getvalue())


def test_a_complaint_after_one_that_had_ended_is_a_repeat(scene):
    ended(scene).file()
    scene.do("withdraw_case", member=scene.member)
    rows = CaseOutcomeVersion.objects.filter(case=scene.case.public_id)

    assert [(row.outcome, row.is_repeat) for row in rows] == [("withdrawn", True)]
    assert wrong_outcomes() == []


def test_what_did_not_end_or_was_withdrawn_makes_nothing_a_repeat(scene):
    scene.file().do("withdraw_case", member=scene.member).file()
    scene.do("withdraw_case", member=scene.member)

    assert not CaseOutcomeVersion.objects.filter(is_repeat=True).exists()


def test_a_year_later_it_is_no_repeat(scene):
    ended(scene)
    scene.now += timedelta(days=366)
    scene.file(receipt_no="").do("withdraw_case", member=scene.member)

    assert not CaseOutcomeVersion.objects.filter(is_repeat=True).exists()


def test_the_command_finds_the_figures_right_after_every_kind_of_end(scene):
    ended(scene).do("reopen_case", member=scene.member, facts="又坏了。")
    scene.do("end_mediation", by=scene.officer)
    with clock.travel_to(scene.now + timedelta(days=1)):
        credit.take_district_statistics()
    report = verify()

    assert (report["changed"], report["wrong_outcomes"]) == ([], [])
    assert report["rows"] >= 3
    with pytest.raises(CommandError, match="no figures"):
        call_command("verify_statistics", date=clock.business_day(scene.now - timedelta(days=9)))


@pytest.mark.breaks_the_ledger
def test_the_command_finds_an_outcome_that_no_event_says(scene):
    ended(scene)
    case = scene.case.public_id
    at = scene.now + timedelta(hours=1)
    credit.record_case_outcome(
        case=case, version=99, store=scene.store, outcome=UncountedCase("merged"), at=at
    )
    credit.record_case_outcome(
        case="cas_none", version=1, store=scene.store, outcome=UncountedCase("merged"), at=at
    )
    with clock.travel_to(scene.now + timedelta(days=1)):
        credit.take_district_statistics()

    assert wrong_outcomes() == [f"{case} 99", "cas_none 1"]
    with pytest.raises(CommandError, match="not what the events"):
        verify()
