"""Abuse of complaints: what looks like it, and two people who say so."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from credit.complaints import services as complaints
from credit.complaints.abuse_patterns import shingles, similarity
from credit.complaints.errors import (
    AbuseProposed,
    CaseActRefused,
    CaseNotInState,
    CaseNotYours,
    PatternDismissed,
)
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import AbuseLabel, AbuseProposal, CasePattern
from credit.complaints.queries.patterns import live_label
from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, ProposalDecided
from district.members import phones
from tests.factories.complaints import make_filing
from tests.factories.loyalty import fresh_key, make_earning_store
from tests.factories.members import make_member, make_operator

TEXT = "在贵店购买的咖啡机使用两天就漏水，要求十倍赔偿，否则曝光。"


def propose(scene, *, by=None, case=None):
    with clock.travel_to(scene.now):
        return complaints.propose_abuse(
            case=case or scene.case,
            reasons="同一内容投诉多家门店",
            evidence="TS1、TS2、TS3",
            by=by or scene.officer,
            key=fresh_key(),
        )


def decide(scene, verb, proposal, by, after=timedelta()):
    scene.now += after
    with clock.travel_to(scene.now):
        return getattr(complaints, verb)(proposal=proposal, by=by, note="核对过")


def test_two_people_close_a_case_as_abusive_and_the_label_lasts_180_days(scene):
    proposal = propose(scene.accepted())
    with pytest.raises(AbuseProposed):
        propose(scene)
    with pytest.raises(FourEyesNeeded):
        decide(scene, "confirm_abuse", proposal, scene.officer)
    assert scene.case.events.count() == 2
    for _ in range(2):
        decide(scene, "confirm_abuse", proposal, scene.reviewer)
    with pytest.raises(ProposalDecided):
        decide(scene, "reject_abuse", proposal, scene.reviewer)
    scene.case.refresh_from_db()

    event = scene.case.events.get(action="mark_abusive")
    assert (scene.case.state, event.by_id) == ("closed_abusive", scene.officer.pk)
    assert event.payload["details"] == {"second_person": str(scene.reviewer.pk)}
    for days, is_live in ((179, True), (180, False)):
        with clock.travel_to(scene.now + timedelta(days=days)):
            assert bool(live_label(scene.member.pk)) is is_live


def test_a_label_is_lifted_when_a_third_person_takes_the_case_up_after_all(scene):
    proposal = propose(scene.accepted())
    decide(scene, "confirm_abuse", proposal, scene.reviewer)
    scene.do("appeal", actor=CaseActor.SHOPPER, by=scene.member.user, reasons="只投诉过一家。")
    for person in (scene.officer, scene.reviewer):
        with pytest.raises(CaseActRefused):
            scene.do("change_review", by=person, reasons="证据不足。")
    third, fourth = make_operator("third"), make_operator("fourth")
    scene.do("change_review", by=third, reasons="证据不足。")

    assert (scene.case.state, AbuseLabel.objects.get().lifted_at) == (
        "awaiting_merchant",
        scene.now,
    )
    # Once more: another proposal, another label.
    second = propose(scene)
    decide(scene, "confirm_abuse", second, fourth, after=timedelta(hours=1))
    assert AbuseLabel.objects.filter(lifted_at=None).count() == 1


def test_whoever_refused_a_case_does_not_confirm_its_label(scene):
    scene.decided().do("appeal", actor=CaseActor.MERCHANT, by=scene.clerk, reasons="证据不足。")
    proposal = propose(scene, by=scene.reviewer)
    with pytest.raises(CaseActRefused) as refused:
        decide(scene, "confirm_abuse", proposal, scene.officer)
    proposal.refresh_from_db()

    assert refused.value.facts["problem"] == "second_person_is_reviewer"
    assert (proposal.state, AbuseLabel.objects.count()) == ("proposed", 0)
    decide(scene, "reject_abuse", proposal, scene.officer)
    assert propose(scene, by=scene.reviewer).pk != proposal.pk


def test_a_closed_case_and_a_clerk_propose_nothing(scene):
    proposal = propose(scene.file())
    with pytest.raises(CaseNotYours):
        propose(scene, by=scene.clerk)
    scene.do("withdraw_case", member=scene.member)
    with pytest.raises(CaseNotInState):
        propose(scene)
    with pytest.raises(CaseNotInState):
        decide(scene, "confirm_abuse", proposal, scene.reviewer)


def test_the_database_wants_two_people_and_180_days(scene):
    proposal = propose(scene.accepted())
    rows = AbuseProposal.objects.filter(pk=proposal.pk)
    with pytest.raises(IntegrityError, match="abuse_proposal_by_four_eyes"), transaction.atomic():
        rows.update(state="approved", decided_by=scene.officer, decided_at=scene.now)
    decide(scene, "confirm_abuse", proposal, scene.reviewer)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(decision="别的")
    label = AbuseLabel.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        AbuseLabel.objects.filter(pk=label.pk).update(ends_at=scene.now + timedelta(days=999))


@pytest.mark.parametrize(
    ("other", "least", "most"),
    [
        (TEXT, 1.0, 1.0),
        (TEXT.replace("两天", "三天") + "！！", 0.7, 0.99),
        ("结账价格和货架标价不一致，希望退还差价。", 0, 0.1),
        ("漏水", 0, 0),
    ],
)
def test_texts_are_compared_by_groups_of_three_letters(other, least, most):
    assert least <= similarity(shingles(TEXT), shingles(other)) <= most


def test_patterns_are_found_once_and_close_nothing(scene):
    member = scene.member
    member.phone_hash = phones.phone_hash("+8613800001234")
    member.phone_sealed = b"x"
    member.save()
    rival = make_earning_store().merchant
    rival.contact_phone = "13800001234"
    rival.save()
    scene.file(description=TEXT, amount_fen=30_000)
    first = scene.case
    for _ in range(2):
        with clock.travel_to(scene.now):
            complaints.file_case(
                member=make_member(),
                filing=make_filing(make_earning_store(), description=TEXT + "快点"),
                key=fresh_key(),
            )
    assert (complaints.find_patterns(), complaints.find_patterns()) == (3, 0)

    found = CasePattern.objects.order_by("pk")
    assert [(row.case_id == first.pk, row.kind) for row in found] == [
        (True, "high_demand"),
        (True, "related_staff"),
        (False, "similar_text"),
        (False, "similar_text"),
        (False, "similar_text"),
        (False, "many_stores"),
    ]
    assert set(scene.case.__class__.objects.values_list("state", flat=True)) == {"submitted"}
    complaints.dismiss_pattern(pattern=found[0], by=scene.officer)
    with pytest.raises(PatternDismissed):
        complaints.dismiss_pattern(pattern=found[0], by=scene.officer)
