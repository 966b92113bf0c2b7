"""Revenge, withdrawals under pressure, consent to mediation, files of cases, merged cases, stories."""

import io
import subprocess
import sys
import zipfile
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from credit.complaints import services as complaints
from credit.complaints.case_posting.bundles import bundle_content
from credit.complaints.errors import (
    CaseNotInState,
    ConsentGiven,
    RetaliationReported,
    RetaliationTooEarly,
    StoryNotAgreed,
    StoryTooEarly,
    WithdrawalChecked,
)
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import (
    CaseBundle,
    CaseFile,
    CaseNotice,
    CaseStory,
    MediationConsent,
    WithdrawalCheck,
)
from credit.complaints.queries.stories import public_stories
from district.kernel import clock
from tests.complaints.test_api import Phone
from tests.factories.loyalty import fresh_key
from tests.factories.members import bearer, make_member

SHOPPER, MERCHANT = CaseActor.SHOPPER, CaseActor.MERCHANT


def report(scene, case=None):
    with clock.travel_to(scene.now):
        return complaints.report_retaliation(
            case=case or scene.case, member=scene.member, text="店员威胁我。", key=fresh_key()
        )


def test_revenge_is_a_priority_case_that_the_merchant_hears_of_when_it_is_accepted(scene):
    with pytest.raises(RetaliationTooEarly):
        report(scene.file())
    scene.do("accept_case", by=scene.officer)
    for _ in range(2):
        scene.file(receipt_no="")
    scene.case = CaseFile.objects.first()
    filed = report(scene)
    with pytest.raises(RetaliationReported):
        report(scene)
    with pytest.raises(RetaliationTooEarly):
        report(scene, filed)

    assert (filed.category, filed.is_priority, filed.filing_slot) == ("retaliation", True, None)
    assert not CaseNotice.objects.filter(case=filed, audience="merchant").exists()
    with clock.travel_to(scene.now):
        complaints.accept_case(case=filed, by=scene.officer, key=fresh_key())
    assert CaseNotice.objects.filter(case=filed, audience="merchant").exists()
    with clock.travel_to(scene.now):
        complaints.withdraw_case(case=filed, member=scene.member, key=fresh_key())
    assert report(scene).pk != filed.pk


def test_revenge_is_reported_until_180_days_after_the_end(scene):
    scene.accepted().do("withdraw_case", member=scene.member)
    scene.now += timedelta(days=180)
    with pytest.raises(RetaliationTooEarly):
        report(scene)
    scene.now -= timedelta(seconds=1)
    assert report(scene).retaliation_of == scene.case


def test_a_plain_filing_cannot_pose_as_revenge(scene):
    phone = Phone(scene)
    filing = {"store": scene.store.public_id, "description": "x", "wish": "none"}
    refused = phone.post("me/complaints", **filing, category="retaliation")
    assert refused.status_code == 400
    with pytest.raises(IntegrityError, match="case_of_retaliation_iff"), transaction.atomic():
        scene.file(category="retaliation")


def test_a_withdrawal_after_the_merchants_word_is_asked_about(scene):
    scene.file().do("withdraw_case", member=scene.member)
    assert not WithdrawalCheck.objects.exists()
    scene.negotiating().do("withdraw_case", member=scene.member)
    check = WithdrawalCheck.objects.get()
    assert CaseNotice.objects.filter(code="check_withdrawal", audience="officer").count() == 1
    with clock.travel_to(scene.now):
        complaints.check_withdrawal(
            check=check, is_pressure=True, note="店员要求撤诉。", by=scene.officer
        )
        with pytest.raises(WithdrawalChecked):
            complaints.check_withdrawal(check=check, is_pressure=False, note="", by=scene.officer)

    filed = CaseFile.objects.get(retaliation_of=scene.case)
    assert (filed.channel, filed.entered_by, filed.member) == (
        "staff",
        scene.officer,
        scene.member,
    )


def test_each_side_says_once_whether_it_takes_part_in_mediation(scene):
    scene.in_mediation()
    consent = {"case": scene.case, "actor": MERCHANT, "by": scene.clerk}
    complaints.consent_to_mediation(**consent, agrees=False, key=fresh_key())
    with pytest.raises(ConsentGiven):
        complaints.consent_to_mediation(**consent, agrees=True, key=fresh_key())

    rows = MediationConsent.objects.values_list("side", "agrees")
    assert sorted(rows) == [("merchant", False), ("shopper", True)]
    with pytest.raises(IntegrityError), transaction.atomic():
        MediationConsent.objects.update(agrees=True)
    scene.do("end_mediation", by=scene.officer)
    with pytest.raises(CaseNotInState):
        complaints.consent_to_mediation(
            case=scene.case, actor=SHOPPER, by=scene.member.user, agrees=True, key=fresh_key()
        )


def test_a_case_that_is_handed_over_has_a_file_that_anybody_can_check(scene, tmp_path):
    scene.done().do(
        "transfer_case", actor=SHOPPER, by=scene.member.user, authority="12315", reference="7"
    )
    bundle = CaseBundle.objects.get(purpose="transfer")
    phone = Phone(scene)
    scene.now += timedelta(hours=1)
    answer = phone.post(f"me/complaints/{scene.case.public_id}/bundle")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    downloaded = CaseBundle.objects.get(purpose="shopper")
    assert answer["Digest"] == f"sha-256={downloaded.sha256}"
    assert (bundle.head, downloaded.seq) == (scene.case.head, scene.case.seq)
    assert len(bundle_content(scene.case, bundle.made_at, until=bundle.seq)) == bundle.size_bytes
    file = tmp_path / "case.zip"
    file.write_bytes(answer.content)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        assert sorted(parts.namelist()) == ["README.txt", "case.json", "verify_case.py"]
    script = [sys.executable, settings.ROOT / "docs" / "verify_case.py"]
    assert subprocess.run([*script, file], check=False, capture_output=True).returncode == 0
    stranger = Phone(scene)
    stranger.headers = bearer(make_member())
    assert stranger.post(f"me/complaints/{scene.case.public_id}/bundle").status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseBundle.objects.update(sha256="0" * 64)


def test_the_shopper_of_a_merged_case_follows_the_other_one(scene):
    scene.file()
    master, first = scene.case, scene.member
    scene.member = make_member()
    scene.file(receipt_no="", description="同一台机器。").do(
        "merge_case", master=master, by=scene.officer
    )
    merged, follower = scene.case, Phone(scene)
    scene.case, scene.member = master, first
    scene.do("accept_case", by=scene.officer)
    scene.do("answer_case", by=scene.clerk, stance="dispute", text="只对第一位说的话。")
    body = follower.get(f"me/complaints/{merged.public_id}").json()

    assert body["master"]["state"] == "negotiating"
    assert [step["action"] for step in body["master"]["steps"]] == ["accept", "answer"]
    assert "只对第一位说的话" not in str(body)
    notices = follower.get("me/case-notices").json()["results"]
    assert [row["text"] for row in notices] == [
        "案件有新进展：答复",
        "案件有新进展：受理",
        "案件有新进展：并案",
    ]


def test_a_story_is_public_with_consent_thirty_days_after_the_end_and_without_names(scene):
    scene.done().do("confirm_remedy", member=scene.member)
    phone = Phone(scene)
    path = f"/api/v1/me/complaints/{scene.case.public_id}/story-consent"

    def consent(*, agrees):
        with clock.travel_to(scene.now):
            return phone.client.put(
                path, {"agrees": agrees}, content_type="application/json", **phone.headers
            ).json()

    assert consent(agrees=True) == {"agrees": True, "published_at": None}
    story = CaseStory.objects.get()
    words = {
        "title": "漏水的机器",
        "text": f"{scene.store.name}的店员给 13800001234 打了电话。",
        "by": scene.officer,
    }

    def publish():
        with clock.travel_to(scene.now):
            return complaints.publish_story(story=story, **words)

    scene.now += timedelta(days=29)
    with pytest.raises(StoryTooEarly):
        publish()
    scene.now += timedelta(days=1)
    for _ in range(2):
        publish()
    stories = phone.get("complaints/stories").json()["results"]
    assert [row["text"] for row in stories] == ["〔已隐去〕的店员给 〔已隐去〕 打了电话。"]
    assert consent(agrees=False) == {"agrees": False, "published_at": None}
    with pytest.raises(StoryNotAgreed):
        publish()
    consent(agrees=True)
    publish()
    assert public_stories().count() == 1
    complaints.unpublish_story(story=story, reason="有误", by=scene.officer)
    assert public_stories().count() == 0


def test_a_case_that_was_reopened_has_no_public_story(scene):
    scene.done().do("confirm_remedy", member=scene.member)
    complaints.agree_to_story(case=scene.case, member=scene.member, agrees=True)
    CaseStory.objects.update(
        title="x",
        text="y",
        closed_at=scene.case.closed_at,
        published_at=scene.now + timedelta(days=31),
        published_by=scene.officer,
    )
    assert public_stories().count() == 1
    scene.do("reopen_case", member=scene.member, facts="又坏了。")
    assert public_stories().count() == 0
    with pytest.raises(CaseNotInState):
        complaints.agree_to_story(
            case=scene.file(receipt_no="").case, member=scene.member, agrees=True
        )
