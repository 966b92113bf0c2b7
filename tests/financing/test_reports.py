"""A report is the owner's to give, for one institution and purpose; whoever has it can tell whether it holds."""

import importlib.util
import json
import sys
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, transaction
from django.test import Client

from credit.financing import services as financing
from credit.financing.access_codes import access_code
from credit.financing.errors import (
    InstitutionStopped,
    NothingToReport,
    OwnerNeeded,
    ReferralDone,
    ReferralOpen,
    ReportEnded,
    ReportLive,
    ReportTermsInvalid,
)
from credit.financing.models import FinancingReport, ReportView
from credit.financing.printing import file_response, page_response
from credit.financing.report_text import digest_of
from credit.models import CreditSnapshot
from district.kernel import clock
from district.kernel.errors import TokenInvalid
from tests.factories.credit import fresh_key
from tests.factories.financing import FinancingScene
from tests.factories.members import make_operator
from tests.factories.merchants import make_clerk
from tests.race import race

SCRIPT = django_settings.ROOT / "docs" / "verify_financing_report.py"
ADDRESS = "/api/v1/financing/reports"
NEW_KEY, OLD_KEY = b"n" * 32, b"o" * 32


def status(report, digest=None, at=None):
    with clock.travel_to(at or clock.now()):
        parameters = {"digest": digest or report.digest}
        answer = Client().get(f"{ADDRESS}/{report.public_id}/status", parameters)
        return answer.json()["status"]  # of a problem it is the number


def view(report, institution):
    return Client().post(
        f"{ADDRESS}/{report.public_id}/view",
        {"access_code": access_code(institution)},
        content_type="application/json",
    )


@pytest.fixture
def check(tmp_path, monkeypatch, capsys):
    """The script over a report's file: its exit code and its line."""
    spec = importlib.util.spec_from_file_location("verify_financing_report", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def run(document, keys, *arguments):
        for name, content in (("report.json", document), ("keys.json", keys)):
            (tmp_path / name).write_text(json.dumps(content))
        paths = [str(tmp_path / "report.json"), "--keys", str(tmp_path / "keys.json")]
        monkeypatch.setattr(sys, "argv", ["verify", *paths, *arguments])
        return module.main(), capsys.readouterr().out.strip()

    return run


def test_a_report_freezes_what_credit_says_and_is_for_one_institution_and_purpose(scene):
    report = scene.issue()
    content = json.loads(report.text)
    snapshot = CreditSnapshot.objects.get(merchant=scene.merchant)

    assert content["institution"]["name"] == "湖滨银行"
    assert content["purpose"] == "流动资金贷款"
    assert "湖滨银行" in content["consent"]
    assert content["credit"]["score"] == str(snapshot.score)
    assert content["credit"]["inputs_digest"] == snapshot.inputs_digest
    assert "不是征信报告" in content["note"]
    assert [(row["purchases"], row["paid_fen"]) for row in content["transactions"]] == [(1, 20_00)]
    assert status(report) == "valid"


def test_without_that_consent_no_transactions_leave(scene):
    assert json.loads(scene.issue(with_transactions=False).text)["transactions"] is None


def test_nobody_but_the_owner_gives_or_takes_back(scene):
    manager = make_clerk(merchant=scene.merchant, role="manager").user
    stranger, operator = make_clerk().user, make_operator("yunying")
    for by in (manager, stranger, operator):
        with pytest.raises(OwnerNeeded):
            scene.issue(by=by)
    report = scene.issue()
    for by in (manager, stranger, operator):
        with pytest.raises(OwnerNeeded):
            financing.revoke_report(report=report, by=by)


def test_verification_says_valid_expired_revoked_altered_or_unknown(scene):
    report = scene.issue(valid_days=1)
    other = scene.issue(institution=scene.other)
    financing.revoke_report(report=other, by=scene.owner)

    assert status(report) == "valid"
    assert status(report, at=report.expires_at) == "expired"
    assert status(report, at=report.expires_at - timedelta(seconds=1)) == "valid"
    assert status(report, digest="0" * 64) == "altered"
    assert status(other) == "revoked"
    assert status(FinancingReport(public_id="frp_" + "0" * 22), digest="0" * 64) == 404
    page = Client().get(f"/financing/{report.public_id}", {"digest": report.digest})
    assert "有效" in page.content.decode()
    assert scene.merchant.name not in page.content.decode()
    assert Client().get(f"/financing/{other.public_id}").status_code == 200


def test_the_institution_alone_reads_it_while_it_holds_and_each_time_is_kept(scene):
    report = scene.issue()
    answer = view(report, scene.bank)
    assert answer.status_code == 200
    assert answer.json()["text"] == report.text
    assert view(report, scene.other).json()["code"] == "token_invalid"
    before = access_code(scene.bank)
    bank = financing.rotate_access_code(institution=scene.bank, by=None, key=fresh_key())
    with pytest.raises(TokenInvalid):
        financing.view_report(public_id=report.public_id, access_code=before)
    assert view(report, bank).status_code == 200
    financing.revoke_report(report=report, by=scene.owner)
    assert view(report, bank).json()["code"] == "financing_report_ended"

    assert ReportView.objects.filter(report=report).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        ReportView.objects.all().delete()


def test_an_institution_that_was_stopped_opens_nothing_and_is_given_nothing(scene):
    report = scene.issue()
    financing.set_institution_active(institution=scene.bank, is_active=False, by=None)

    assert view(report, scene.bank).status_code == 404
    with pytest.raises(InstitutionStopped):
        scene.issue()


def test_one_live_report_for_each_institution(scene):
    report = scene.issue()
    with pytest.raises(ReportLive):
        scene.issue(purpose="装修贷款")
    scene.issue(institution=scene.other)
    financing.revoke_report(report=report, by=scene.owner)
    assert financing.revoke_report(report=report, by=scene.owner).revoked_at
    again = scene.issue(valid_days=1)
    with clock.travel_to(again.expires_at):
        with pytest.raises(ReportEnded):
            financing.revoke_report(report=again, by=scene.owner)
        assert scene.issue() != again


def test_terms_out_of_bounds_and_a_merchant_without_a_grade_are_refused(scene):
    for changes in ({"valid_days": 0}, {"valid_days": 91}, {"purpose": " "}):
        with pytest.raises(ReportTermsInvalid):
            scene.issue(**changes)
    other = make_clerk()
    with pytest.raises(NothingToReport):
        financing.issue_report(
            merchant=other.merchant,
            institution=scene.bank,
            purpose="贷款",
            valid_days=1,
            with_transactions=False,
            by=other.user,
            key=fresh_key(),
        )


def test_the_tables_keep_what_was_signed_and_one_live_report(scene):
    report = scene.issue()
    with pytest.raises(IntegrityError), transaction.atomic():
        FinancingReport.objects.update(text="{}")
    report.pk, report.public_id = None, "frp_" + "0" * 22
    with pytest.raises(IntegrityError, match="financing_report_one_live"), transaction.atomic():
        report.save(force_insert=True)


def test_of_many_requests_at_once_one_report_comes(real_db):
    scene = FinancingScene()
    race(scene.issue, scene.issue, scene.issue)

    assert FinancingReport.objects.count() == 1


def test_anybody_checks_the_file_offline(scene, check):
    report = scene.issue()
    document = json.loads(file_response(report).content)
    keys = Client().get("/api/v1/financing/keys").json()
    assert check(document, keys)[0] == 0
    late = (report.expires_at + timedelta(days=1)).isoformat()
    changed = document | {"text": document["text"].replace("流动", "固定")}
    digest = "9" * 64

    assert "expired" in check(document, keys, "--at", late)[1]
    assert "digest" in check(changed, keys)[1]
    assert "digest" in check(document | {"digest": digest}, keys)[1]
    forged = changed | {"digest": digest_of(changed["text"])}
    assert "signature" in check(forged, keys)[1]
    assert "no key" in check(document | {"key": 9}, keys)[1]
    assert "unreadable" in check({}, keys)[1]


def test_a_report_outlives_the_change_of_keys_while_the_old_one_is_kept(scene, check, settings):
    settings.TOKEN_KEYS = {1: OLD_KEY}
    report = scene.issue()
    settings.TOKEN_KEYS = {2: NEW_KEY, 1: OLD_KEY}
    later = scene.issue(institution=scene.other)
    keys = Client().get("/api/v1/financing/keys").json()
    files = [json.loads(file_response(row).content) for row in (report, later)]

    assert [row["version"] for row in keys["results"]] == [2, 1]
    assert (report.key_version, later.key_version) == (1, 2)
    assert [check(document, keys)[0] for document in files] == [0, 0]
    # The newest key is not the one that signed the first.
    assert check(files[0] | {"key": 2}, keys)[0] == 1
    settings.TOKEN_KEYS = {2: NEW_KEY}
    assert check(files[0], Client().get("/api/v1/financing/keys").json())[0] == 1


def test_the_printed_page_says_what_was_signed_and_where_to_verify(scene, rf):
    report = scene.issue()
    text = page_response(rf.get("/"), report).content.decode()

    for word in (
        "湖滨银行",
        "流动资金贷款",
        report.digest,
        f"/financing/{report.public_id}",
        "<svg",
    ):
        assert word in text
    assert "<script" not in text


def test_a_referral_is_open_once_and_has_one_outcome(scene):
    def ask():
        return financing.ask_referral(
            merchant=scene.merchant,
            institution=scene.bank,
            wish="周转",
            by=scene.owner,
            key=fresh_key(),
        )

    referral, operator = ask(), make_operator("yunying")
    with pytest.raises(ReferralOpen):
        ask()
    outcome = {"referral": referral, "outcome": "granted", "note": "已放款", "by": operator}
    assert financing.record_referral_outcome(**outcome) == referral
    assert financing.record_referral_outcome(**outcome).outcome == "granted"
    with pytest.raises(ReferralDone):
        financing.record_referral_outcome(**outcome | {"outcome": "declined"})

    assert ask() != referral
