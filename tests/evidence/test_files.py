"""Who may look at a file and for how long; how many there may be; how it goes."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

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
from tests.factories.loyalty import fresh_key
from tests.factories.members import bearer, make_member, make_operator


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
