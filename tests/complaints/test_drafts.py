"""Drafts of complaints: begun, changed, filed once, forgotten."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from credit.complaints import services as complaints
from credit.complaints.errors import DraftFiled, DraftIncomplete, TooManyDrafts
from credit.complaints.models import CaseFile, ComplaintDraft
from credit.complaints.services import DraftContent
from district.kernel import clock
from district.kernel.errors import NotFound
from tests.complaints.test_api import Phone
from tests.factories.credit import make_code
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member


@pytest.fixture
def phone(scene) -> Phone:
    return Phone(scene)


def whole(scene, **changes) -> DraftContent:
    content = {
        "store": scene.store,
        "category": "quality",
        "wish": "refund",
        "amount_fen": 8_000,
        "description": "漏水。",
        "evidence": ("照片",),
    }
    return DraftContent(**content | changes)


def test_a_draft_is_begun_by_a_scanned_code_changed_and_filed_once(scene, phone):
    code = make_code(scene.store).public_id
    begun = phone.post("me/complaint-drafts", code=code, category="price").json()
    assert (begun["store"], begun["wish"], begun["case"]) == (scene.store.public_id, "", None)
    path = f"me/complaint-drafts/{begun['id']}"
    refused = phone.post(f"{path}/file").json()
    assert (refused["code"], refused["missing"]) == ("draft_incomplete", ["wish", "description"])
    content = {"store": scene.store.public_id, "category": "quality", "wish": "refund"}
    with clock.travel_to(scene.now):
        saved = phone.client.put(
            f"/api/v1/{path}",
            content | {"description": "漏水。", "receipt_no": "R1"},
            content_type="application/json",
            **phone.headers,
        )
    assert (saved.status_code, saved.json()["category"]) == (200, "quality")
    filed = phone.post(f"{path}/file", key="file")
    again = phone.post(f"{path}/file", key="file")

    assert (filed.status_code, filed.json()["is_verified"]) == (201, True)
    assert again.json() == filed.json()
    assert phone.post(f"{path}/file").json()["code"] == "draft_filed"
    kept = phone.get(path).json()
    assert (kept["case"], kept["description"]) == (filed.json()["id"], "")
    assert phone.get("me/complaint-drafts").json() == {"results": []}


def test_five_drafts_are_kept_for_a_month_and_anothers_are_nobodys(scene, phone):
    with clock.travel_to(scene.now):
        drafts = [
            complaints.begin_draft(
                member=scene.member, content=DraftContent(description=f"{n}"), key=fresh_key()
            )
            for n in range(5)
        ]
        with pytest.raises(TooManyDrafts):
            complaints.begin_draft(member=scene.member, content=DraftContent(), key=fresh_key())
        with pytest.raises(NotFound):
            complaints.delete_draft(member=make_member(), draft=drafts[0].public_id)
    with clock.travel_to(scene.now + timedelta(days=29)):
        complaints.save_draft(
            member=scene.member, draft=drafts[1].public_id, content=DraftContent(wish="repair")
        )
        assert complaints.clear_drafts() == 0
    with clock.travel_to(scene.now + timedelta(days=30)):
        assert (complaints.clear_drafts(), complaints.clear_drafts()) == (4, 0)

    assert ComplaintDraft.objects.get().wish == "repair"
    assert phone.client.delete(
        f"/api/v1/me/complaint-drafts/{drafts[1].public_id}", **phone.headers
    ).status_code == (204)


def test_what_is_refused_leaves_the_draft_as_it_was(scene):
    with clock.travel_to(scene.now):
        draft = complaints.begin_draft(
            member=scene.member, content=whole(scene, description=""), key=fresh_key()
        )
        with pytest.raises(DraftIncomplete):
            complaints.file_draft(member=scene.member, draft=draft.public_id, key=fresh_key())
    draft.refresh_from_db()

    assert (draft.case, draft.evidence, CaseFile.objects.count()) == (None, ["照片"], 0)


def test_the_database_keeps_a_filed_draft_to_its_case(scene):
    with clock.travel_to(scene.now):
        draft = complaints.begin_draft(member=scene.member, content=whole(scene), key=fresh_key())
        complaints.file_draft(member=scene.member, draft=draft.public_id, key=fresh_key())
        with pytest.raises(DraftFiled):
            complaints.save_draft(
                member=scene.member, draft=draft.public_id, content=DraftContent()
            )
    for change in ({"case": None}, {"description": "又写"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ComplaintDraft.objects.filter(pk=draft.pk).update(**change)


def test_the_drafts_of_a_merged_member_go_along(scene):
    other = make_member()
    with clock.travel_to(scene.now):
        complaints.begin_draft(member=other, content=whole(scene), key=fresh_key())
        complaints.begin_draft(member=scene.member, content=whole(scene), key=fresh_key())
    for _ in range(2):
        complaints.move_drafts(source=other.pk, into=scene.member.pk)

    assert sorted(
        ComplaintDraft.objects.filter(member=scene.member).values_list("slot", flat=True),
        key=str,
    ) == [1, None]
