"""What the cross-cutting tests need to know of complaints; see tests/contributions.py."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from itertools import count

from credit.complaints import services as complaints
from credit.complaints.machine.policy import DEFAULT_POLICY
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile, CasePattern
from credit.complaints.queries.policies import announced_policies
from district.kernel import clock
from district.members.models import Member
from district.merchants.models import Store
from tests.admin.two_merchants import TwoMerchants
from tests.contributions import LEFT_OUT, AimedRequests, RightRequests, StoreVisit
from tests.factories.complaints import REFUND, ComplaintScene, make_filing
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member

_SPOKEN = (
    *("supply_to_complaint", "propose_remedy", "escalate_complaint", "deny_remedy"),
    *("withdraw_complaint", "appeal_complaint", "reopen_complaint", "evaluate_complaint"),
)
_SPOKEN_BY_MERCHANT = (
    *("answer_complaint", "merchant_propose_remedy", "merchant_escalate_complaint"),
    *("merchant_supply_evidence", "mark_remedy_done", "merchant_appeal_complaint"),
)
_PROPOSALS = ("propose_remedy", "merchant_propose_remedy")
_WITH_EVIDENCE = ("answer_complaint", "mark_remedy_done", "merchant_appeal_complaint")
PERMISSIONS = {"handle_complaints": "owner manager cashier"}
_MESSAGES = ("send_complaint_message", "send_merchant_message")
_CONSENTS = ("consent_to_mediation", "merchant_consent_to_mediation", "consent_to_story")
_DRAFTS = ("begin_complaint_draft", "save_complaint_draft")
# What people write in their own words, and what may be left out.
ACCEPTED_VALUES = {
    *((operation, "text", "SQL") for operation in (*_SPOKEN, *_SPOKEN_BY_MERCHANT)),
    *(("transfer_complaint", field, "SQL") for field in ("authority", "reference")),
    *((operation, "description", "SQL") for operation in ("file_complaint", "file_tip_off")),
    *(
        (operation, field, "list")
        for field in ("evidence", "files")
        for operation in (
            *("file_complaint", "file_tip_off", "supply_to_complaint", "reopen_complaint"),
            *_WITH_EVIDENCE,
            "appeal_complaint",
        )
    ),
    *((operation, "due_on", "null") for operation in _PROPOSALS),
    *((operation, "text", "SQL") for operation in (*_MESSAGES, "report_retaliation")),
    *((operation, "agrees", "true") for operation in _CONSENTS),
    *((operation, "description", "SQL") for operation in _DRAFTS),
    *((operation, "evidence", "list") for operation in _DRAFTS),
    *((operation, "description", "blank") for operation in _DRAFTS),
    *(
        (operation, field, "empty")
        for operation in _DRAFTS
        for field in ("store", "code", "category", "wish", "description")
    ),
}
OPTIONAL_FIELDS = {
    ("file_complaint", "amount_fen"),
    *(("supply_to_complaint", field) for field in ("text", "receipt_no")),
    *((operation, "text") for operation in ("escalate_complaint", "withdraw_complaint")),
    *((operation, "amount_fen") for operation in _PROPOSALS),
    ("merchant_escalate_complaint", "text"),
    ("merchant_supply_evidence", "text"),
    *(("mark_remedy_done", field) for field in ("evidence", "refund_fen")),
    *(
        (operation, field)
        for operation in _DRAFTS
        for field in ("store", "category", "wish", "amount_fen", "description")
    ),
}
_CASE = "/api/v1/me/complaints/{case}"
_DRAFT = "/api/v1/me/complaint-drafts/{draft}"
_TIP_OFF = "/api/v1/me/tip-offs/{case}"
_OF_MERCHANT = "/api/v1/till/complaints/{case}"
_receipts = count(1)
_REMEDY = {"kind": "refund", "amount_fen": 6_000}
_FILING = {"category": "quality", "description": "漏水。"}


def _resolved(scene: ComplaintScene) -> ComplaintScene:
    return scene.done().do("confirm_remedy", member=scene.member)


def _rejected(scene: ComplaintScene) -> ComplaintScene:
    return scene.file().do("refuse_case", by=scene.officer, reason="no_facts")


def _asked(scene: ComplaintScene) -> ComplaintScene:
    return scene.file().do("ask_for_info", by=scene.officer, questions="哪一天？")


# The state in which a right request of each act finds its case.
_SCENES: dict[str, Callable[[ComplaintScene], ComplaintScene]] = {
    "": ComplaintScene.file,
    "/supply": _asked,
    "/propose": ComplaintScene.negotiating,
    "/accept": ComplaintScene.proposed,
    "/escalate": ComplaintScene.negotiating,
    "/confirm": ComplaintScene.done,
    "/deny": ComplaintScene.done,
    "/withdraw": ComplaintScene.file,
    "/appeal": _rejected,
    "/reopen": _resolved,
    "/transfer": ComplaintScene.file,
    "/evaluate": _resolved,
    "/messages": ComplaintScene.accepted,
    "/messages/read": ComplaintScene.accepted,
    "/retaliation": ComplaintScene.accepted,
    "/mediation-consent": ComplaintScene.negotiating,
    "/bundle": ComplaintScene.accepted,
    "/story-consent": _resolved,
}


def _shopper_proposed(scene: ComplaintScene) -> ComplaintScene:
    user = scene.member.user
    return scene.negotiating().do("propose_remedy", actor=CaseActor.SHOPPER, by=user, remedy=REFUND)


def _asked_for_evidence(scene: ComplaintScene) -> ComplaintScene:
    return scene.in_mediation().do("request_evidence", by=scene.officer, sides=[CaseActor.MERCHANT])


def _long_negotiating(scene: ComplaintScene) -> ComplaintScene:
    """Terms by which a merchant waits an hour and not five working days for mediation."""
    with clock.travel_to(scene.now - timedelta(days=1)):
        starts_on = clock.business_day(clock.now()) + timedelta(days=1)
        if not announced_policies().filter(effective_from=starts_on).exists():
            hour = {"merchant_escalation": {"amount": 1, "unit": "hours"}}
            document = DEFAULT_POLICY | {
                "version": f"hour-{starts_on}",
                "effective_from": starts_on.isoformat(),
                "terms": DEFAULT_POLICY["terms"] | hour,
            }
            proposal = complaints.propose_policy(
                document=document, reason="试行", by=scene.officer, key=fresh_key()
            )
            complaints.approve_policy(proposal=proposal, by=scene.reviewer)
    return scene.negotiating()


_MERCHANT_SCENES: dict[str, Callable[[ComplaintScene], ComplaintScene]] = {
    "": ComplaintScene.accepted,
    "/answer": ComplaintScene.accepted,
    "/propose": ComplaintScene.negotiating,
    "/accept": _shopper_proposed,
    "/escalate": _long_negotiating,
    "/evidence": _asked_for_evidence,
    "/done": ComplaintScene.remedy_due,
    "/appeal": ComplaintScene.decided,
    "/messages": ComplaintScene.accepted,
    "/messages/read": ComplaintScene.accepted,
    "/mediation-consent": ComplaintScene.negotiating,
}


def right_requests(store_visit: StoreVisit) -> RightRequests:
    """A case of the member in the state that each act needs."""
    filing = _FILING | {"store": store_visit.store.public_id}
    marks = {"speed": 4, "fairness": 5, "result": 4, "resolved": "yes"}
    text = {"text": "说明"}
    return RightRequests(
        bodies={
            "file_complaint": filing | {"wish": "refund", "amount_fen": 8_000},
            "file_tip_off": filing,
            "supply_to_complaint": text,
            "propose_remedy": _REMEDY,
            "escalate_complaint": text,
            "deny_remedy": text,
            "withdraw_complaint": text,
            "appeal_complaint": text,
            "reopen_complaint": text,
            "transfer_complaint": {"authority": "12315", "reference": "7"},
            "evaluate_complaint": marks,
            "answer_complaint": text | {"stance": "offer"},
            "merchant_propose_remedy": _REMEDY,
            "merchant_escalate_complaint": text,
            "merchant_supply_evidence": text | {"evidence": ["照片"]},
            "mark_remedy_done": {"evidence": ["退款单"], "refund_fen": 6_000},
            "merchant_appeal_complaint": text,
            **dict.fromkeys(_MESSAGES, text),
            "merchant_consent_to_mediation": {"agrees": True},
            "report_retaliation": text,
            "consent_to_mediation": {"agrees": True},
            "consent_to_story": {"agrees": True},
            "read_case_notices": {"notices": ["ntc_" + "0" * 22]},
            **dict.fromkeys(_DRAFTS, filing | {"wish": "refund", "amount_fen": 8_000}),
        },
        ids={
            **{f"{_CASE}{act}": partial(_case, store_visit, act) for act in _SCENES},
            **{
                f"{_OF_MERCHANT}{act}": partial(_case_of_merchant, store_visit.store, act)
                for act in _MERCHANT_SCENES
            },
            **{f"{_DRAFT}{act}": partial(_draft, store_visit) for act in ("", "/file")},
            _TIP_OFF: partial(_tip_off, store_visit.member, store_visit.store),
        },
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    def left_out() -> object:
        return LEFT_OUT

    def store_of_free_member() -> str:
        """The store; the member's open cases give up their places, as those of one who was merged do."""
        member = store_visit.member.pk
        complaints.move_cases(source=member, into=member)
        return store_visit.store.public_id

    store = {"store": store_of_free_member}
    return AimedRequests(
        fresh={
            "POST /api/v1/me/complaints": store
            | dict.fromkeys(("receipt_no", "files", "code"), left_out),
            "POST /api/v1/me/tip-offs": store | dict.fromkeys(("files", "code"), left_out),
        },
        named={
            **{
                f"{_CASE}{act}": lambda act=act: {"case": _case(store_visit, act)}
                for act in _SCENES
            },
            **{
                f"{_OF_MERCHANT}{act}": lambda act=act: {
                    "case": _case_of_merchant(store_visit.store, act)
                }
                for act in _MERCHANT_SCENES
            },
            **{f"{_DRAFT}{act}": lambda: {"draft": _draft(store_visit)} for act in ("", "/file")},
            _TIP_OFF: lambda: {"case": _tip_off(store_visit.member, store_visit.store)},
        },
    )


def _case(store_visit: StoreVisit, act: str) -> str:
    """Of another member who became this one: nobody files as many at once."""
    scene = _SCENES[act](ComplaintScene(now=clock.now() - timedelta(hours=12)))
    complaints.move_cases(source=scene.member.pk, into=store_visit.member.pk)
    return scene.case.public_id


def _case_of_merchant(store: Store, act: str) -> str:
    """About a purchase of its own at the store."""
    scene = ComplaintScene(
        store=store, now=clock.now() - timedelta(hours=12), receipt_no=f"MC-{next(_receipts)}"
    )
    return _MERCHANT_SCENES[act](scene).case.public_id


def _draft(store_visit: StoreVisit) -> str:
    """Of another member who became this one: nobody keeps as many at once."""
    other = make_member()
    filing = make_filing(store_visit.store, receipt_no="")
    content = {name: getattr(filing, name) for name in asdict(complaints.DraftContent())}
    draft = complaints.begin_draft(
        member=other, content=complaints.DraftContent(**content), key=fresh_key()
    )
    complaints.move_drafts(source=other.pk, into=store_visit.member.pk)
    return draft.public_id


def _tip_off(member: Member, store: Store) -> str:
    made: CaseFile = complaints.tip_off(
        member=member, filing=make_filing(store, receipt_no=""), key=fresh_key()
    )
    return made.public_id


def make_admin_rows(two_merchants: TwoMerchants) -> None:
    """At both a complaint that nobody answered, one that is reviewed, a tip-off; terms to come, a template.

    The shoppers are masked: the walks over scope look for names that a merchant may not read.
    """
    member, operator = two_merchants.member, two_merchants.operator
    for side in two_merchants.sides:
        filing = make_filing(
            side.store, receipt_no="", anonymity=1, description=f"{side.merchant.name}的壶漏水。"
        )
        with clock.travel_to(clock.now() - timedelta(days=10)):
            complaints.file_case(member=member, filing=filing, key=fresh_key())
        refused = complaints.file_case(member=member, filing=filing, key=fresh_key())
        complaints.refuse_case(case=refused, by=operator, reason="no_facts", key=fresh_key())
        complaints.appeal(
            case=refused,
            actor=CaseActor.SHOPPER,
            by=member.user,
            reasons="有照片。",
            key=fresh_key(),
        )
        complaints.tip_off(member=member, filing=filing, key=fresh_key())
    complaints.run_timers()
    complaints.add_answer_template(
        action="refuse", title="缺凭证", text="请补充购物凭证。", by=operator, key=fresh_key()
    )
    starts_on = clock.business_day(clock.now()) + timedelta(days=20)
    document = DEFAULT_POLICY | {"version": "complaints-2", "effective_from": starts_on.isoformat()}
    proposal = complaints.propose_policy(
        document=document, reason="试行", by=operator, key=fresh_key()
    )
    complaints.approve_policy(proposal=proposal, by=two_merchants.root)
    later = {
        "version": "complaints-3",
        "effective_from": (starts_on + timedelta(days=1)).isoformat(),
    }
    complaints.propose_policy(
        document=document | later, reason="试行", by=operator, key=fresh_key()
    )
    other = make_member("另一位客")
    for side in two_merchants.sides:
        filing = make_filing(
            side.store, receipt_no="", anonymity=1, description=f"在{side.merchant.name}买的。"
        )
        case = complaints.file_case(member=other, filing=filing, key=fresh_key())
        complaints.accept_case(case=case, by=two_merchants.operator, key=fresh_key())
        complaints.send_message(
            case=case,
            actor=CaseActor.MERCHANT,
            by=side.clerks["owner"].user,
            text=f"{side.merchant.name}收到",
            key=fresh_key(),
        )
    for side in two_merchants.sides:
        complaints.file_walk_in_case(
            person=complaints.WalkInPerson("13800007531", "来访的客人"),
            filing=make_filing(
                side.store, receipt_no="", anonymity=1, description=f"在{side.merchant.name}买的。"
            ),
            stated_by="counter",
            by=two_merchants.operator,
            key=fresh_key(),
        )
        complaints.accept_case(
            case=CaseFile.objects.latest("pk"), by=two_merchants.operator, key=fresh_key()
        )
    complaints.export_bundle(case=case, by=two_merchants.operator)
    CasePattern.objects.create(case=case, kind="high_demand", found_at=clock.now())
    complaints.withdraw_case(case=case, member=other, key=fresh_key())
    complaints.agree_to_story(case=case, member=other, agrees=True)
    case = complaints.file_case(member=other, filing=filing, key=fresh_key())
    proposal = complaints.propose_abuse(
        case=case, reasons="雷同", evidence="三家", by=two_merchants.operator, key=fresh_key()
    )
    complaints.confirm_abuse(proposal=proposal, by=two_merchants.root)
    case = complaints.file_case(member=other, filing=filing, key=fresh_key())
    complaints.propose_abuse(
        case=case, reasons="雷同", evidence="三家", by=two_merchants.operator, key=fresh_key()
    )
