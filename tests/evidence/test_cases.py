"""Files of cases: bound once by whoever acts, seen by whom they concern, gone three years after the end."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client

from credit.complaints import services as complaints
from credit.complaints.errors import CaseNotInState
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseEvidence
from credit.complaints.queries.evidence import digest_of, evidence_of
from credit.evidence import errors, queries
from credit.evidence import services as evidence
from credit.evidence.models import EvidenceFile
from credit.evidence.values import Visibility
from district.kernel import clock
from tests.evidence.files import pdf
from tests.factories.complaints import ComplaintScene
from tests.factories.members import bearer, make_member, make_operator

SHOPPER = CaseActor.SHOPPER


@pytest.fixture
def scene(db, member):
    return ComplaintScene(member=member)


@pytest.fixture
def operator(db):
    return make_operator("judge")


def test_a_case_takes_files_of_who_acts_and_each_once(hand_in, scene, member):
    mine, second, foreign = hand_in(), hand_in(pdf()), hand_in(owner=make_member().user)
    scene.file(files=(mine.public_id,), evidence=("小票照片",))
    scene.do("accept_case", by=scene.officer)
    pieces = list(CaseEvidence.objects.order_by("pk"))

    assert [(piece.file_id, piece.description) for piece in pieces] == [
        (None, "小票照片"),
        (mine.pk, None),
    ]
    assert scene.case.events.get(seq=1).payload["details"]["evidence"] == [
        piece.seal for piece in pieces
    ]
    answer = {"by": scene.clerk, "stance": "dispute", "text": "完好"}
    for files in ([foreign.public_id], [second.public_id], ["evf_" + "0" * 22]):
        with pytest.raises(errors.EvidenceUnknown):
            scene.do("answer_case", files=files, **answer)
    scene.do("answer_case", **answer)
    with pytest.raises(errors.EvidenceUsed):
        scene.do("reopen_case", member=member, facts="又漏水", files=[mine.public_id])
    with pytest.raises(errors.EvidenceUsed):
        evidence.withdraw_file(owner=member.user, public_id=mine.public_id)
    with pytest.raises(DatabaseError), transaction.atomic():
        EvidenceFile.objects.filter(pk=mine.pk).update(subject="cas_other")


def test_an_act_that_is_refused_takes_no_file(hand_in, scene, member):
    file = hand_in()
    scene.accepted()
    with pytest.raises(CaseNotInState):
        scene.do("supply_evidence", actor=SHOPPER, by=member.user, files=[file.public_id])
    file.refresh_from_db()
    assert file.subject == ""


def test_each_party_sees_of_a_case_what_is_theirs(hand_in, scene, member, operator):
    hidden = hand_in(pdf(), visibility=Visibility.OFFICERS)
    waiting = hand_in()
    scene.file(files=(hidden.public_id, waiting.public_id), evidence=("小票",))

    def seen_by(viewer):
        return [(item.kind, item.link is not None) for item in evidence_of(scene.case, viewer)]

    assert seen_by(member.user) == [("text", False), ("pdf", True), ("image", True)]
    assert seen_by(operator) == [("text", False), ("pdf", True), ("image", True)]
    assert seen_by(scene.clerk) == [("text", False), ("image", False)]
    assert seen_by(make_member().user) == []
    evidence.pass_file(file=waiting, by=operator)
    assert seen_by(scene.clerk) == [("text", False), ("image", True)]
    pieces = CaseEvidence.objects.filter(case=scene.case).order_by("pk")
    assert [digest_of(piece).sha256 for piece in pieces][1:] == [
        hidden.sha256,
        waiting.sha256,
    ]


def test_words_are_erased_with_their_salt_and_the_digest_stays(scene, operator):
    scene.file(evidence=("张三打了我",))
    piece = CaseEvidence.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvidence.objects.filter(pk=piece.pk).update(description="李四打了我")
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvidence.objects.filter(pk=piece.pk).update(salt="0" * 32)
    complaints.erase_evidence(evidence=piece, reason="含他人姓名", by=operator)
    piece.refresh_from_db()

    assert (piece.description, piece.salt) == (None, None)
    assert len(piece.sha256) == 64


def test_files_go_three_years_after_the_end_of_their_case(hand_in, scene, member, storage, capsys):
    kept, waiting = hand_in(), hand_in(pdf())
    scene.file(files=(kept.public_id,)).do("withdraw_case", member=member)
    assert scene.case.closed_at

    def run(at, *options):
        with clock.travel_to(at):
            call_command("forget_evidence", *options)
        return json.loads(capsys.readouterr().out)

    early, late = (scene.case.closed_at + timedelta(days=days) for days in (1_096, 1_097))
    EvidenceFile.objects.filter(pk=waiting.pk).update(subject="")
    assert run(early)["old"] == 0
    assert run(late, "--dry-run")["old"] == 1
    kept.refresh_from_db()
    assert kept.erased_at is None
    sha256 = kept.sha256
    assert run(late)["old"] == 1
    assert run(late) == {"old": 0, "unused": 0, "erased": True}
    kept.refresh_from_db()
    assert (kept.wrapped, kept.erasure_reason, kept.sha256) == (None, "retention", sha256)
    with pytest.raises(errors.EvidenceErased):
        list(queries.original_of(kept))
    (item,) = evidence_of(scene.case, member.user)
    assert (item.link, item.is_erased) == (None, True)


def test_a_case_over_the_api_names_files_and_lists_them_with_links(hand_in, member, scene):
    file = hand_in()
    phone = Client(**bearer(member))
    body = {
        "store": scene.store.public_id,
        "category": "quality",
        "description": "漏水。",
        "wish": "refund",
        "files": [file.public_id],
    }
    filed = phone.post(
        "/api/v1/me/complaints", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="c1"
    )
    assert filed.status_code == 201, filed.content
    (piece,) = filed.json()["evidence"]
    assert (piece["kind"], piece["check"], piece["sha256"]) == ("image", "waiting", file.sha256)
    assert phone.get(piece["link"]).status_code == 200
    again = phone.post(
        "/api/v1/me/complaints", body, content_type="application/json", HTTP_IDEMPOTENCY_KEY="c2"
    )
    assert again.json()["code"] == "evidence_used"
