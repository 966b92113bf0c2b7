"""What was done to a complaint at WeChat is done to its case, where the table of cases allows it."""

from collections.abc import Callable
from typing import NamedTuple

from django.db import transaction

from credit.complaints import services as complaints
from credit.complaints.models import CaseFile
from credit.complaints.models.case_file import OPEN_NAMES
from credit.wechat_complaints.models import WechatComplaint, WechatItem
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key

State = WechatItem.State
# What we or WeChat's own machine did, and a word of praise: nothing follows from it here.
_WITHOUT_CONSEQUENCE = frozenset(
    {
        "USER_CREATE_COMPLAINT",
        "MERCHANT_RESPONSE",
        "MERCHANT_CONFIRM_COMPLETE",
        "MERCHANT_APPROVE_REFUND",
        "MERCHANT_REFUSE_RERUND",
        "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE",
        "USER_SUBMIT_SATISFACTION",
        "PLATFORM_SERVICE_FINISHED",
    }
)


class _Move(NamedTuple):
    """An act of the case that a line of the history asks for."""

    states: frozenset[str]
    act: Callable[[CaseFile, WechatItem, Key], CaseFile]


def _supply(case: CaseFile, item: WechatItem, key: Key) -> CaseFile:
    return complaints.supply_info(case=case, member=case.shopper, text=item.words, key=key)


def _deny(case: CaseFile, item: WechatItem, key: Key) -> CaseFile:
    return complaints.deny_remedy(case=case, member=case.shopper, missing=item.words, key=key)


def _withdraw(case: CaseFile, item: WechatItem, key: Key) -> CaseFile:
    return complaints.withdraw_case(case=case, member=case.shopper, note=item.words, key=key)


def _reopen(case: CaseFile, item: WechatItem, key: Key) -> CaseFile:
    return complaints.reopen_case(case=case, member=case.shopper, facts=item.words, key=key)


_REOPENABLE = frozenset(
    {"closed_resolved", "closed_deemed", "closed_unresolved", "closed_not_upheld"}
)
_MOVES: dict[str, tuple[_Move, ...]] = {
    "USER_RESPONSE": (_Move(frozenset({"needs_info"}), _supply),),
    "USER_CONTINUE_COMPLAINT": (
        _Move(_REOPENABLE, _reopen),
        _Move(frozenset({"awaiting_confirmation"}), _deny),
    ),
    "USER_REVOKE_COMPLAINT": (_Move(frozenset(OPEN_NAMES), _withdraw),),
}


@transaction.atomic
def take_items(*, complaint: WechatComplaint) -> int:
    """Do in the case what the lines of the history say that were not taken up yet, in their order; how many.

    What the case refuses, what it has no act for, and kinds that nobody knows are left to a person. Without a case the
    lines wait; of a complaint that is over before it was a case nothing follows. The caller holds the complaint's row.
    """
    waiting = complaint.items.filter(state=State.WAITING).order_by("position", "pk")
    if complaint.state == WechatComplaint.State.OVER:
        return waiting.update(state=State.NOTED)
    if complaint.case is None:
        return 0
    found = list(waiting)
    for item in found:
        _take(complaint.case, item)
        item.save(update_fields=["state", "case_seq", "problem"])
    return len(found)


def _take(case: CaseFile, item: WechatItem) -> None:
    if item.operate_type in _WITHOUT_CONSEQUENCE:
        item.state = State.NOTED
        return
    moves = _MOVES.get(item.operate_type, ())
    case.refresh_from_db()
    if item.operate_type == "USER_REVOKE_COMPLAINT" and not case.is_open:
        item.state = State.NOTED
        return
    move = next((move for move in moves if case.state in move.states), None)
    if move is None:
        item.state = State.FOR_PERSON
        return
    key = Key.of("wechat_complaint_item", f"{item.complaint_id}:{item.log_id}")
    try:
        moved = move.act(case, item, key)
    except DomainError as refusal:
        item.state, item.problem = State.FOR_PERSON, str(refusal.facts.get("problem", refusal.code))
        return
    item.state, item.case_seq = State.ACTED, moved.seq
