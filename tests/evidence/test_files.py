"""Who may look at a file and for how long; how many there may be; how it goes."""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client

from credit.complaints import services as complaints
from credit.complaints.errors import CaseNotInState
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseEvidence
from credit.complaints.queries.evidence import digests_of, evidence_of
from credit.evidence import errors, queries
from credit.evidence import services as evidence
from credit.evidence.links import check_link
from credit.evidence.models import EvidenceAccess, EvidenceFile
from credit.evidence.services import receive
from credit.evidence.values import CheckState, Side, Visibility
from district.kernel import clock
from district.kernel.errors import NotFound
from district.kernel.security import crypto
from tests.evidence.files import jpeg, pdf, video
from tests.factories.complaints import ComplaintScene
from tests.factories.loyalty import fresh_key
from tests.factories.members import bearer, make_member, make_operator

SHOPPER = CaseActor.SHOPPER


@pytest.fixture
def scene(db, member):
    return ComplaintScene(member=member)


@pytest.fixture
def operator(db):
    return make_operator("judge")


def passed(file, by):
    return evidence.pass_file(file=file, by=by)


def token_of(file, viewer, side):
    link = queries.link_for(EvidenceFile.objects.get(pk=file.pk), viewer, side)
    return link and link.token


def test_a_file_is_hidden_from_all_but_its_owner_and_officers_until_it_was_checked(
    hand_in, member, operator
):
    file = hand_in()
    other, clerk_side = make_member().user, Side.MERCHANT

    assert file.state == CheckState.WAITING
    assert token_of(file, member.user, Side.SHOPPER)
    assert token_of(file, operator, Side.OFFICER)
    assert token_of(file, other, clerk_side) is None
    assert token_of(file, other, None) is None

    passed(file, operator)
    assert token_of(file, other, clerk_side)

    evidence.set_visibility(file=file, visibility=Visibility.OFFICERS, reason="", by=operator)
    assert token_of(file, other, clerk_side) is None
    assert token_of(file, member.user, Side.SHOPPER)


def test_a_link_opens_for_its_person_alone_and_for_ten_minutes(
    hand_in, member, operator, monkeypatch
):
    file = passed(hand_in(), operator)
    token = token_of(file, member.user, Side.SHOPPER)
    opened = evidence.open_file(token=token, viewer=member.user)
    now = clock.real_now()

    assert len(b"".join(opened.pieces)) == opened.size_bytes == file.served_bytes
    with pytest.raises(errors.EvidenceLinkNotYours):
        evidence.open_file(token=token, viewer=make_member().user)
    with pytest.raises(errors.EvidenceLinkNotYours):
        evidence.open_file(token=token, viewer=operator)
    with pytest.raises(NotFound):
        evidence.open_file(
            token=token[:-1] + ("A" if token[-1] != "A" else "B"), viewer=member.user
        )
    monkeypatch.setattr(clock, "real_now", lambda: now + timedelta(minutes=9, seconds=50))
    evidence.open_file(token=token, viewer=member.user)
    monkeypatch.setattr(clock, "real_now", lambda: now + timedelta(minutes=10, seconds=1))
    with pytest.raises(errors.EvidenceLinkExpired):
        evidence.open_file(token=token, viewer=member.user)
    assert [(row.by_id, row.purpose) for row in EvidenceAccess.objects.all()] == [
        (member.user_id, "view")
    ] * 2


def test_a_link_of_the_other_party_closes_when_the_file_is_refused(hand_in, member, operator):
    file = passed(hand_in(), operator)
    other = make_member().user
    token = token_of(file, other, Side.MERCHANT)
    evidence.refuse_file(file=file, reason="含他人隐私", by=operator)

    with pytest.raises(errors.EvidenceHidden):
        evidence.open_file(token=token, viewer=other)
    assert evidence.open_file(token=token_of(file, operator, Side.OFFICER), viewer=operator)


def test_a_link_for_the_content_check_is_no_link_for_a_person(hand_in, member):
    file = hand_in()
    token = check_link(file, at=clock.real_now())
    page = Client().get(f"/evidence/check/{token}")

    assert (page.status_code, page.headers["Content-Type"]) == (200, "image/jpeg")
    assert len(b"".join(page.streaming_content)) == file.served_bytes
    with pytest.raises(NotFound):
        evidence.open_file(token=token, viewer=member.user)
    assert Client().get(f"/evidence/check/{token_of(file, member.user, None)}").status_code == 404
    assert EvidenceAccess.objects.get().purpose == "content_check"


def test_nine_pictures_one_video_and_five_papers_wait_for_a_case(hand_in):
    for _ in range(9):
        hand_in()
    hand_in(video())
    for _ in range(5):
        hand_in(pdf())

    for content in (jpeg(), video(), pdf()):
        with pytest.raises(errors.TooMuchEvidence):
            hand_in(content)
    assert EvidenceFile.objects.count() == 15


def test_a_repeated_upload_is_the_same_file_and_leaves_nothing_behind(hand_in, storage):
    key = fresh_key()
    first, again = hand_in(key=key), hand_in(key=key)

    assert first.pk == again.pk
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 2


def test_an_upload_that_fails_leaves_nothing_behind(hand_in, storage, monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(receive, "store_result", fail)
    with pytest.raises(RuntimeError):
        hand_in()
    assert not [path for path in storage.rglob("*") if path.is_file()]
    assert not EvidenceFile.objects.exists()


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
    passed(waiting, operator)
    assert seen_by(scene.clerk) == [("text", False), ("image", True)]
    assert [digest.sha256 for digest in digests_of(scene.case)][1:] == [
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


def test_what_no_case_takes_is_erased_after_seven_days(
    hand_in, storage, django_capture_on_commit_callbacks
):
    file = hand_in()
    with clock.travel_to(clock.now() + timedelta(days=6, hours=23)):
        assert evidence.erase_unused() == 0
    with clock.travel_to(clock.now() + timedelta(days=7, minutes=1)):
        assert (evidence.unused_files(), evidence.erase_unused(), evidence.erase_unused()) == (
            1,
            1,
            0,
        )
    assert len([path for path in storage.rglob("*") if path.is_file()]) == 2
    assert (evidence.remove_erased(), evidence.remove_erased()) == (1, 0)
    assert not [path for path in storage.rglob("*") if path.is_file()]
    with pytest.raises(NotFound):
        queries.file_of(file.owner, file.public_id)


def test_what_a_killed_upload_left_is_swept_and_nothing_else(hand_in, storage, monkeypatch):
    now = clock.real_now()
    file = hand_in()
    stray = storage / file.name_of("original").replace(file.public_id, "evf_" + "x" * 22)
    stray.write_bytes(b"noise")
    assert evidence.remove_orphans() == 0
    monkeypatch.setattr(clock, "real_now", lambda: now + timedelta(days=1))
    assert evidence.remove_orphans() == 1
    assert not stray.exists()
    assert list(queries.original_of(file))


def test_keys_move_to_the_newest_master_key(hand_in, settings):
    file = hand_in()
    old = settings.MASTER_KEYS
    settings.MASTER_KEYS = {9: crypto.new_data_key()} | old
    assert (evidence.rewrap_files(), evidence.rewrap_files()) == (1, 0)
    settings.MASTER_KEYS = {9: settings.MASTER_KEYS[9]}
    file.refresh_from_db()
    assert file.master_version == 9
    assert list(queries.original_of(file))


def test_files_of_a_member_who_was_merged_are_the_other_ones(hand_in, member):
    other = make_member()
    for owner in (member, other):
        for _ in range(9):
            hand_in(owner=owner.user)
    assert evidence.move_files(source=other.pk, into=member.pk) == 18 - 9
    assert evidence.move_files(source=other.pk, into=member.pk) == 0
    assert queries.files_of(member.user).count() == 18
    with pytest.raises(errors.TooMuchEvidence):
        hand_in()


def test_a_shopper_uploads_looks_and_takes_back_over_the_api(member, storage):
    phone = Client(**bearer(member))

    def send(content, key="k1", name="../../etc/passwd.php", **fields):
        file = SimpleUploadedFile(name, content, "text/html")
        return phone.post("/api/v1/me/evidence", {"file": file, **fields}, HTTP_IDEMPOTENCY_KEY=key)

    answer = send(jpeg(), visibility="officers")
    body = answer.json()
    assert answer.status_code == 201, body
    assert (body["kind"], body["visibility"], body["check"], body["case"]) == (
        *("image", "officers", "waiting"),
        "",
    )
    assert send(jpeg(), visibility="officers").json()["id"] == body["id"]
    assert send(jpeg(), visibility="parties").status_code == 422
    content = phone.get(body["link"])
    assert content.status_code == 200
    assert (
        dict(content.headers).items()
        >= {
            "Content-Type": "image/jpeg",
            "Content-Disposition": f'attachment; filename="{body["id"]}.jpg"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }.items()
    )
    assert b"".join(content.streaming_content).startswith(b"\xff\xd8\xff")
    foreign = Client(**bearer(make_member()))
    assert foreign.get(body["link"]).json()["code"] == "evidence_link_not_yours"
    assert foreign.get(f"/api/v1/me/evidence/{body['id']}").json()["code"] == "not_found"
    assert Client().get(body["link"]).status_code == 401
    for refused, code in ((b"<svg/>" * 9, "evidence_refused"), (b"", "invalid_request")):
        problem = send(refused, key="k2")
        assert (problem.status_code, problem.json()["code"]) == (400, code)
    assert send(jpeg(), visibility="public", key="k3").status_code == 400
    withdraw = f"/api/v1/me/evidence/{body['id']}/withdraw"
    assert [phone.post(withdraw, HTTP_IDEMPOTENCY_KEY="w").status_code for _ in "ab"] == [200, 200]
    assert phone.get("/api/v1/me/evidence").json()["results"] == []
    assert phone.get(body["link"]).json()["code"] == "evidence_erased"


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
