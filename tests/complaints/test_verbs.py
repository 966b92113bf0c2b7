"""The life of complaints by verbs: what is stored, told and counted."""

from datetime import datetime

import pytest

from credit.charter import services as charter
from credit.complaints import services as complaints
from credit.complaints.errors import (
    CaseActRefused,
    CaseNotInState,
    CaseNotYours,
    PurchaseHasOpenCase,
    PurchaseUnknown,
    TooManyOpenCases,
)
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseBreach, CaseFile, CaseNotice
from credit.complaints.queries.cases import events_of, machine_case
from credit.models import CaseOutcomeVersion
from district.kernel import clock
from tests.factories.charter import publish_charter
from tests.factories.complaints import PAID_FEN, START, decision, make_filing
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member
from tests.factories.merchants import make_clerk

SHOPPER, MERCHANT = CaseActor.SHOPPER, CaseActor.MERCHANT


def outcomes(case: CaseFile) -> list[tuple]:
    rows = CaseOutcomeVersion.objects.filter(case=case.public_id).order_by("version")
    return [(row.uncounted_reason, row.outcome, row.is_on_time, row.stars) for row in rows]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=clock.SHANGHAI)


def test_a_complaint_that_is_settled_and_confirmed_counts_with_the_shoppers_mark(scene):
    scene.done().do("confirm_remedy", member=scene.member)
    marks = {"speed": 4, "fairness": 5, "result": 4, "resolved": "yes"}
    scene.do("evaluate_case", member=scene.member, **marks)

    case = scene.case
    case.refresh_from_db()
    assert (case.state, case.outcome, case.refunded_fen) == (
        "closed_resolved",
        "settled_direct",
        6_000,
    )
    assert (case.paid_fen, case.filing_slot, case.next_due_at) == (PAID_FEN, None, None)
    assert [row.action for row in case.events.all()] == [
        *("submit", "accept", "answer", "propose", "accept_proposal"),
        *("mark_done", "confirm", "evaluate"),
    ]
    assert outcomes(case) == [
        ("", "settled_direct", True, None),
        ("", "settled_direct", True, 4),
    ]
    notices = CaseNotice.objects.filter(case=case, kind="event").order_by("pk")
    assert [row.code for row in notices.filter(audience="merchant")] == [
        *("accept", "accept_proposal", "confirm", "evaluate")
    ]
    assert [row.code for row in notices.filter(audience="officer")] == ["submit"]


def test_the_row_says_what_the_events_say(scene):
    case = machine_case(events_of(scene.decided().case))

    assert (case.finding, case.deciders) == ("upheld", (str(scene.officer.pk),))
    assert scene.case.finding == "upheld"


def test_a_key_acts_once(scene):
    scene.accepted()
    key = fresh_key(stance="offer")
    for _ in range(2):
        with clock.travel_to(scene.now):
            answered = complaints.answer_case(
                case=scene.case, by=scene.clerk, stance="offer", text="可以退款。", key=key
            )

    assert (answered.state, answered.seq) == ("negotiating", 3)


def test_who_has_no_part_in_a_case_does_nothing_to_it(scene):
    scene.accepted()
    stranger = make_clerk().user
    answer = {"stance": "offer", "text": "可以退款。"}
    for by in (stranger, scene.member.user, scene.officer):
        with pytest.raises(CaseNotYours):
            scene.do("answer_case", by=by, **answer)
    with pytest.raises(CaseNotYours):
        scene.do("withdraw_case", member=make_member())
    with pytest.raises(CaseNotYours):
        scene.do("end_mediation", by=scene.clerk)

    assert scene.case.events.count() == 2


def test_what_the_table_does_not_allow_is_refused_and_changes_nothing(scene):
    scene.accepted()
    with pytest.raises(CaseNotInState) as state:
        scene.do("end_mediation", by=scene.officer)
    with pytest.raises(CaseActRefused) as stance:
        scene.do("answer_case", by=scene.clerk, stance="shrug", text="")

    assert (state.value.facts["problem"], stance.value.facts["problem"]) == (
        "wrong_state",
        "stance_known",
    )
    assert scene.case.events.count() == 2


def test_a_shopper_has_three_open_complaints_and_one_per_purchase(scene):
    scene.file()
    with pytest.raises(PurchaseHasOpenCase):
        scene.file()
    first = scene.case
    for _ in range(2):
        scene.file(receipt_no="")
    with pytest.raises(TooManyOpenCases):
        scene.file(receipt_no="")
    with pytest.raises(PurchaseUnknown):
        scene.file(receipt_no="R2")
    scene.case = first
    scene.do("withdraw_case", member=scene.member).file()

    slots = CaseFile.objects.exclude(filing_slot=None).values_list("filing_slot", "state")
    assert sorted(slots) == [(slot, "submitted") for slot in (1, 2, 3)]


def test_whoever_decided_does_not_review(scene):
    scene.decided().do("appeal", actor=MERCHANT, by=scene.clerk, reasons="证据不足。")
    with pytest.raises(CaseActRefused) as refused:
        scene.do("confirm_review", by=scene.officer, reasons="维持。")
    assert refused.value.facts["problem"] == "reviewer_is_another"
    scene.do("confirm_review", by=scene.reviewer, reasons="维持。")

    assert scene.case.state == "remedy_due"


def test_a_reopened_case_counts_again_when_it_ends(scene):
    scene.done().do("confirm_remedy", member=scene.member)
    scene.do("reopen_case", member=scene.member, facts="又坏了。")
    scene.do("end_mediation", by=scene.officer)

    assert outcomes(scene.case) == [
        ("", "settled_direct", True, None),
        ("open", None, None, None),
        ("", "not_upheld", True, None),
    ]


def test_a_case_that_nobody_touches_ends_by_itself_however_late_the_timers_are(scene):
    scene.file(receipt_no="R1").run_timers(instant("2026-08-09"))

    case = scene.case
    assert [
        (row.action, row.at.astimezone(clock.SHANGHAI).isoformat()[:16])
        for row in case.events.all()
    ] == [
        ("submit", "2026-06-01T09:00"),
        ("timeout", "2026-06-04T00:00"),
        ("timeout", "2026-06-06T00:00"),
        ("end_without_result", "2026-08-04T00:00"),
    ]
    assert [(row.kind, row.party) for row in case.breaches.order_by("at")] == [
        ("late_triage", "officer"),
        ("late_first_answer", "merchant"),
        ("late_mediation", "officer"),
    ]
    assert outcomes(case) == [("", "not_upheld", False, None)]
    scene.run_timers(instant("2026-08-12"))
    assert (case.events.count(), CaseBreach.objects.count()) == (4, 3)


def test_who_must_act_is_reminded_once(scene):
    scene.accepted()
    for at in ("2026-06-02T12:00", "2026-06-02T13:00", "2026-06-03T07:00", "2026-06-03T08:00"):
        scene.run_timers(instant(at))
    reminders = CaseNotice.objects.filter(kind="reminder", audience="merchant").order_by("at")

    assert [row.code for row in reminders] == ["first_answer:before_24h", "first_answer:before_4h"]


def test_a_purchase_named_later_makes_the_complaint_a_verified_one(scene):
    scene.file(receipt_no="").do("ask_for_info", by=scene.officer, questions="哪一单？")
    scene.do("supply_info", member=scene.member, text="R1", receipt_no="R1")

    assert (scene.case.paid_fen, scene.case.receipt.receipt_no) == (PAID_FEN, "R1")
    assert scene.case.state == "submitted"


def test_a_merged_case_follows_the_one_it_went_into(scene):
    master = scene.file().case
    scene.file(receipt_no="").do("merge_case", master=master, by=scene.officer)

    assert (scene.case.state, scene.case.merged_into) == ("merged", master)


def test_a_tip_off_has_its_own_short_life(scene):
    with clock.travel_to(START):
        scene.case = complaints.tip_off(
            member=scene.member, filing=make_filing(scene.store, category="safety"), key=fresh_key()
        )
    scene.do("check_tip_off", by=scene.officer).do("inspect_tip_off", by=scene.officer)
    scene.do("close_tip_off", by=scene.officer, result="已责令改正。")

    assert (scene.case.state, scene.case.closed_at) == ("closed", None)
    assert not CaseNotice.objects.filter(audience="merchant").exists()
    assert outcomes(scene.case) == []


def test_an_erased_note_leaves_the_chain_whole(scene):
    event = scene.file().case.events.get()
    complaints.erase_note(event=event, reason="本人申请", by=scene.officer)
    event.refresh_from_db()

    assert (event.note, len(event.note_sha256)) == (None, 64)


def test_nothing_is_decided_against_a_merchant_that_left_a_published_charter_unsigned(scene):
    scene.in_mediation()
    with clock.travel_to(scene.now):
        version = publish_charter(by=(scene.officer, scene.reviewer))
    with pytest.raises(CaseActRefused) as refused:
        scene.do("decide_case", by=scene.officer, decision=decision())
    with clock.travel_to(scene.now):
        charter.sign_charter(
            merchant=scene.store.merchant, version=version, pledge="不欺客", by=scene.clerk
        )
    scene.do("decide_case", by=scene.officer, decision=decision())

    assert refused.value.facts["problem"] == "under_charter"
    assert scene.case.state == "decided"
