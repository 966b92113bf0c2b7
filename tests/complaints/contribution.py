"""What the cross-cutting tests need to know of complaints; see tests/contributions.py."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from credit.complaints import services as complaints
from credit.complaints.models import CaseFile
from district.kernel import clock
from district.members.models import Member
from district.merchants.models import Store
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.complaints import ComplaintScene, make_filing
from tests.factories.loyalty import fresh_key

_SPOKEN = (
    *("supply_to_complaint", "propose_remedy", "escalate_complaint", "deny_remedy"),
    *("withdraw_complaint", "appeal_complaint", "reopen_complaint", "evaluate_complaint"),
)
# What people write in their own words, and what may be left out.
ACCEPTED_VALUES = {
    *((operation, "text", "SQL") for operation in _SPOKEN),
    *(("transfer_complaint", field, "SQL") for field in ("authority", "reference")),
    *((operation, "description", "SQL") for operation in ("file_complaint", "file_tip_off")),
    *(
        (operation, "evidence", "list")
        for operation in (
            *("file_complaint", "file_tip_off", "supply_to_complaint", "reopen_complaint"),
        )
    ),
    ("propose_remedy", "due_on", "null"),
}
OPTIONAL_FIELDS = {
    ("file_complaint", "amount_fen"),
    *(("supply_to_complaint", field) for field in ("text", "receipt_no")),
    *((operation, "text") for operation in ("escalate_complaint", "withdraw_complaint")),
    ("propose_remedy", "amount_fen"),
}
_CASE = "/api/v1/me/complaints/{case}"
_TIP_OFF = "/api/v1/me/tip-offs/{case}"
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
        },
        ids={
            **{f"{_CASE}{act}": partial(_case, store_visit, act) for act in _SCENES},
            _TIP_OFF: partial(_tip_off, store_visit.member, store_visit.store),
        },
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    return AimedRequests(
        # A number of no purchase is refused, and would be nearly always.
        fresh={"POST /api/v1/me/complaints": {"receipt_no": str}},
        named={
            **{
                f"{_CASE}{act}": lambda act=act: {"case": _case(store_visit, act)}
                for act in _SCENES
            },
            _TIP_OFF: lambda: {"case": _tip_off(store_visit.member, store_visit.store)},
        },
    )


def _case(store_visit: StoreVisit, act: str) -> str:
    """Of another member who became this one: nobody files as many at once."""
    scene = _SCENES[act](ComplaintScene(now=clock.now() - timedelta(hours=12)))
    complaints.move_cases(source=scene.member.pk, into=store_visit.member.pk)
    return scene.case.public_id


def _tip_off(member: Member, store: Store) -> str:
    made: CaseFile = complaints.tip_off(
        member=member, filing=make_filing(store, receipt_no=""), key=fresh_key()
    )
    return made.public_id
