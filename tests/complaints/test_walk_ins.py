"""People who are no members: their cases, the calls, what the merchant sees, and the member who takes them over."""

import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from credit.complaints import services as complaints
from credit.complaints.case_posting.verification import broken_cases
from credit.complaints.errors import (
    CaseActRefused,
    CaseNotYours,
    PurchaseHasOpenCase,
    TooManyOpenCases,
)
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import (
    CaseEventRow,
    CaseFile,
    CaseToCall,
    ContactCall,
    WalkIn,
    WithdrawalCheck,
)
from credit.complaints.queries.merchant_view import shopper_as_allowed
from credit.complaints.queries.messages import shopper_notices
from credit.complaints.queries.walk_ins import person_of, unheard_notices
from credit.complaints.walk_in_sealing import read_person
from credit.models import CaseOutcomeVersion
from district.kernel import clock, invariants
from district.members import personal, phones
from district.members.errors import AccountClosed
from tests.admin.action_forms import act
from tests.admin.two_merchants import signed_in
from tests.factories.complaints import REFUND, WalkInScene
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member, make_operator
from tests.race import race

PHONE = "13800002468"


@pytest.fixture
def walk_in(db) -> WalkInScene:
    return WalkInScene()


def with_phone(member, number=PHONE):
    """Verified, as WeChat says."""
    e164 = phones.normalised(number)
    member.phone_hash = phones.phone_hash(e164)
    member.phone_sealed = personal.seal(member, "phone", e164)
    member.save()
    return member


def resolved(scene: WalkInScene) -> WalkInScene:
    scene.file().do("accept_case", by=scene.officer)
    scene.do("answer_case", by=scene.clerk, stance="offer", text="可以退款。")
    scene.do("propose_remedy", actor=CaseActor.MERCHANT, by=scene.clerk, remedy=REFUND)
    scene.stated_act("accept_proposal")
    scene.do("mark_remedy_done", by=scene.clerk, evidence=["退款单"], refund_fen=6_000)
    return scene.stated_act("confirm")


def test_a_case_of_no_member_runs_to_its_end_and_counts(walk_in):
    case = resolved(walk_in).case
    walk_in.stated_act(
        "evaluate", details={"speed": 5, "fairness": 5, "result": 4, "resolved": "yes"}
    )
    case.refresh_from_db()
    assert (case.member_id, case.state, case.paid_fen, case.channel) == (
        None,
        "closed_resolved",
        9_900,
        "staff",
    )
    written = CaseEventRow.objects.filter(case=case, actor="shopper")
    assert {row.by for row in written} == {walk_in.officer}
    ways = written.order_by("seq").values_list("payload__details__stated_by", flat=True)
    assert list(ways) == ["counter", "phone", "phone", "phone"]
    counted = CaseOutcomeVersion.objects.order_by("-version").first()
    assert (counted.uncounted_reason, counted.stars, counted.outcome) == ("", 4, "settled_direct")
    assert broken_cases() == (1, [])


def test_without_a_purchase_it_counts_nothing_and_without_a_word_of_it_nobody_acts(walk_in):
    walk_in.file(paper_paid_fen=None).do("accept_case", by=walk_in.officer)
    assert not walk_in.case.is_paper_proof
    with pytest.raises(CaseActRefused), clock.travel_to(walk_in.now):
        complaints.act_on_case(
            case=walk_in.case,
            request=complaints.CaseRequest("withdraw", CaseActor.SHOPPER, walk_in.officer),
            key=fresh_key(),
        )
    with pytest.raises(CaseNotYours):
        walk_in.do("withdraw_case", member=walk_in.member)
    walk_in.stated_act("withdraw")
    assert CaseOutcomeVersion.objects.get().uncounted_reason == "unverified"


def test_name_and_contact_are_sealed_and_the_merchant_sees_what_the_level_allows(walk_in):
    walk_in.file()
    row = WalkIn.objects.get()
    assert PHONE.encode() not in bytes(row.sealed)
    assert "王".encode() not in bytes(row.sealed)
    assert person_of(walk_in.case).contact == f"+86{PHONE}"
    names = []
    for number, level in enumerate((0, 1, 2)):
        walk_in.person = complaints.WalkInPerson(f"1380000111{number}", "王女士")
        walk_in.file(anonymity=level, receipt_no=f"P{number}").do("accept_case", by=walk_in.officer)
        names.append(shopper_as_allowed(walk_in.case)["nickname"])
        page = signed_in(walk_in.clerk).get(
            f"/admin/complaints/complaint/{walk_in.case.pk}/change/"
        )
        assert f"1380000111{number}" not in page.content.decode()
        assert ("王女士" in page.content.decode()) is (level == 0)
    assert names == ["王女士", "王*", ""]


def test_three_open_cases_for_a_contact_and_one_for_a_paper_receipt(walk_in):
    walk_in.file()
    with pytest.raises(PurchaseHasOpenCase):
        walk_in.file()
    walk_in.person = complaints.WalkInPerson("+86 138 0000 2468")
    for _ in range(2):
        walk_in.file(receipt_no="")
    with pytest.raises(TooManyOpenCases):
        walk_in.file(receipt_no="")
    assert WalkIn.objects.count() == 1
    # A name that was given once stays where none is said.
    assert read_person(WalkIn.objects.get()).name == "王女士"


def test_what_the_ledger_knows_of_a_receipt_stands(walk_in):
    walk_in.file(receipt_no="R1", paper_paid_fen=50_000)
    assert (walk_in.case.paid_fen, walk_in.case.receipt_id) == (9_900, None)


def test_notices_are_told_on_the_phone_up_to_the_one_that_was_seen(walk_in):
    walk_in.file().do("accept_case", by=walk_in.officer)
    seen = unheard_notices(walk_in.case).last().public_id
    walk_in.do("answer_case", by=walk_in.clerk, stance="offer", text="可以退款。")
    key = fresh_key()

    def call(reached, key):
        return complaints.record_call(
            case=walk_in.case,
            last_notice=seen,
            is_reached=reached,
            note="",
            by=walk_in.officer,
            key=key,
        )

    before = unheard_notices(walk_in.case).count()
    call(False, fresh_key())
    assert unheard_notices(walk_in.case).count() == before
    assert call(True, key) == call(True, key)
    assert [notice.code for notice in unheard_notices(walk_in.case)] == ["answer"]
    assert CaseToCall.objects.get().pk == walk_in.case.pk
    seen = unheard_notices(walk_in.case).last().public_id
    call(True, fresh_key())
    assert not CaseToCall.objects.exists()


def test_the_file_of_the_case_says_how_it_was_stated_and_verifies(walk_in, tmp_path):
    walk_in.file().do("accept_case", by=walk_in.officer)
    _bundle, content = complaints.export_bundle(case=walk_in.case, by=walk_in.officer)
    path = tmp_path / "case.zip"
    path.write_bytes(content)
    script = Path(__file__).resolve().parents[2] / "docs" / "verify_case.py"
    checked = subprocess.run(
        [sys.executable, script, path], check=False, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout
    with zipfile.ZipFile(path) as file:
        first = json.loads(file.read("case.json"))["events"][0]
        assert PHONE not in file.read("case.json").decode()
    assert first["payload"]["details"]["stated_by"] == "counter"


def test_a_message_for_the_person_goes_at_once_and_masked(walk_in):
    walk_in.file(anonymity=1).do("accept_case", by=walk_in.officer)
    with clock.travel_to(walk_in.now):
        message = complaints.send_message(
            case=walk_in.case,
            actor=CaseActor.SHOPPER,
            by=walk_in.officer,
            text=f"王女士 {PHONE} 周六来",
            key=fresh_key(),
        )
    assert (message.state, message.text) == ("sent", "〔已隐去〕 〔已隐去〕 周六来")


def test_a_member_takes_the_cases_over_once_and_goes_on_in_the_app(walk_in):
    walk_in.file().do("accept_case", by=walk_in.officer)
    assert complaints.take_over_cases(member=walk_in.member) == 0
    member = with_phone(walk_in.member)
    assert complaints.take_over_cases(member=member) == 1
    assert complaints.take_over_cases(member=member) == 0
    row, case = WalkIn.objects.get(), CaseFile.objects.get()
    assert (row.contact_hash, row.sealed, row.taken_by) == (None, None, member)
    assert (case.member, case.walk_in, case.filing_slot) == (member, None, None)
    assert shopper_notices(member).exists()
    walk_in.case = case
    with pytest.raises(CaseNotYours):
        walk_in.stated_act("withdraw")
    walk_in.do("withdraw_case", member=member)
    assert broken_cases() == (1, [])
    # Somebody who comes with the number again is a new row, and no case is given away.
    walk_in.file()
    assert WalkIn.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        CaseFile.objects.filter(pk=case.pk).update(member=None, walk_in=walk_in.case.walk_in)


def test_a_member_who_was_merged_takes_nothing_and_the_other_one_does(walk_in):
    walk_in.file()
    other = make_member("新会员")
    with_phone(walk_in.member)
    complaints.take_over_cases(member=walk_in.member)
    complaints.move_cases(source=walk_in.member.pk, into=other.pk)
    assert CaseFile.objects.get().member == other
    walk_in.member.closed_at = clock.now()
    walk_in.member.save()
    with pytest.raises(AccountClosed):
        complaints.take_over_cases(member=walk_in.member)


def test_a_contact_is_forgotten_180_days_after_the_last_end(walk_in, settings):
    settings.MASTER_KEYS = {7: bytes(32)} | settings.MASTER_KEYS
    resolved(walk_in)
    settings.MASTER_KEYS = {9: bytes(32)} | settings.MASTER_KEYS
    with clock.travel_to(walk_in.case.closed_at + timedelta(days=180, minutes=-1)):
        assert complaints.forget_contacts() == 0
    assert WalkIn.objects.get().master_version == 9
    assert read_person(WalkIn.objects.get()).name == "王女士"
    with clock.travel_to(walk_in.case.closed_at + timedelta(days=180, seconds=1)):
        assert (complaints.forget_contacts(), complaints.forget_contacts()) == (1, 0)
    assert person_of(CaseFile.objects.select_related("walk_in").get()) is None
    assert not CaseToCall.objects.exists()


def test_pressure_on_a_person_who_is_no_member_is_a_case_of_the_same_person(walk_in):
    walk_in.file().do("accept_case", by=walk_in.officer)
    walk_in.do("answer_case", by=walk_in.clerk, stance="dispute", text="没有问题。")
    walk_in.stated_act("withdraw")
    check = WithdrawalCheck.objects.get()
    with clock.travel_to(walk_in.now):
        complaints.check_withdrawal(
            check=check, is_pressure=True, note="被威胁", by=walk_in.officer
        )
    revenge = CaseFile.objects.get(retaliation_of=walk_in.case)
    assert revenge.walk_in == walk_in.case.walk_in


def test_the_office_enters_acts_and_calls_on_its_screens(walk_in):
    client = signed_in(walk_in.officer)
    admin = "/admin/complaints"
    answer = act(
        client,
        f"{admin}/complaint/add/",
        kind="phone",
        contact="1380000",
        stated_by="counter",
        store=walk_in.store.pk,
        category="quality",
        wish="refund",
        anonymity="0",
        description="漏水。",
    )
    assert answer.status_code == 422
    answer = act(
        client,
        f"{admin}/complaint/add/",
        kind="phone",
        contact=PHONE,
        name="王女士",
        stated_by="counter",
        store=walk_in.store.pk,
        category="quality",
        wish="refund",
        anonymity="0",
        receipt_no="P1",
        paper_paid_fen="99.00",
        description="漏水。",
    )
    assert answer.status_code == 302
    case = CaseFile.objects.get()
    page = client.get(f"{admin}/complaint/{case.pk}/change/")
    names = {action.name for action, _url in page.context["row_actions"]}
    assert {"shopper-withdraw", "shopper-transfer", "accept"} <= names
    assert "138****2468" in page.content.decode()
    assert "非会员" in client.get(f"{admin}/complaint/").content.decode()
    assert (
        act(
            client, f"{admin}/complaint/{case.pk}/accept/", seen_seq=1, severity="ordinary"
        ).status_code
        == 302
    )
    address = f"{admin}/casetocall/{case.pk}/call/"
    page = client.get(address)
    assert f"+86{PHONE}" in page.content.decode()
    last_seen = page.context["form"].initial["last_notice"]
    answer = act(client, address, is_reached="yes", last_notice=last_seen)
    assert answer.status_code == 302
    assert ContactCall.objects.get().is_reached
    seen = client.get(f"{admin}/complaint/{case.pk}/shopper-withdraw/").context["form"]
    act(
        client,
        f"{admin}/complaint/{case.pk}/shopper-withdraw/",
        seen_seq=seen.initial["seen_seq"],
        stated_by="phone",
        note="不追究了。",
    )
    case.refresh_from_db()
    assert case.state == "withdrawn"


def test_filings_of_a_contact_at_once_are_three_and_of_one_row(real_db):
    scene = WalkInScene()
    other = make_operator("officer-b")

    def file():
        with clock.travel_to(scene.now):
            return complaints.file_walk_in_case(
                person=scene.person,
                filing=scene_filing(scene),
                stated_by="counter",
                by=other,
                key=fresh_key(),
            )

    results = race(*[file] * 5)
    assert sorted(type(result).__name__ for result in results) == [
        *["CaseFile"] * 3,
        *["TooManyOpenCases"] * 2,
    ]
    assert WalkIn.objects.count() == 1
    assert list(invariants.offences()) == []


def test_taking_over_at_once_and_beside_a_filing_leaves_nothing_between(real_db):
    scene = WalkInScene().file()
    member = with_phone(scene.member)

    def file():
        with clock.travel_to(scene.now):
            return complaints.file_walk_in_case(
                person=scene.person,
                filing=scene_filing(scene),
                stated_by="counter",
                by=scene.officer,
                key=fresh_key(),
            )

    results = race(*[lambda: complaints.take_over_cases(member=member)] * 3, file, file)
    taken = sum(result for result in results if isinstance(result, int))
    assert taken == CaseFile.objects.filter(member=member).count()
    assert list(invariants.offences()) == []


def scene_filing(scene):
    return complaints.Filing(
        store=scene.store, category="quality", description="漏水。", wish="refund"
    )
