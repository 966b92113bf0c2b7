"""Which events of a case WeChat and the payer hear of, and in which words; pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.events import CaseEvent
from credit.complaints.machine.words import (
    CLOSED_STATES,
    MONEY_REMEDIES,
    CaseAction,
    CaseActor,
    CaseState,
)
from credit.wechat_complaints import texts
from credit.wechat_complaints.models import WechatReply

A, S = CaseAction, CaseState
Kind = WechatReply.Kind
_PAID = frozenset({S.CLOSED_RESOLVED, S.CLOSED_DEEMED})
# What a case that ends like this says to a wish for a refund.
_NOT_REFUNDED = frozenset(
    {S.REJECTED, S.CLOSED_UNRESOLVED, S.CLOSED_NOT_UPHELD, S.CLOSED_ABUSIVE, S.TRANSFERRED}
)


@dataclass(frozen=True, slots=True)
class PlannedReply:
    """A reply that is to be written."""

    case_seq: int
    kind: WechatReply.Kind
    words: str = ""
    awaits_money: bool = False


@dataclass(frozen=True, slots=True)
class RefundWish:
    """What the payer wants back by WeChat's form: whether it is still to be decided, and what was paid."""

    is_undecided: bool
    amount_fen: int


def replies_of(
    event: CaseEvent, case: ComplaintCase, number: str, wish: RefundWish
) -> Iterator[PlannedReply]:
    """The replies to an event; `case` is the case after it, `number` what people call it.

    A reply says nothing that the payer did alone: that stands in WeChat already.
    """
    if event.to_state in CLOSED_STATES and event.from_state not in CLOSED_STATES:
        yield from _ending(event, case, wish)
        return
    words = _words_of(event, case, number)
    if words:
        yield PlannedReply(event.seq, Kind.RESPONSE, texts.fitting(words))
    if event.to_state is S.REMEDY_DUE and _is_money(case) and wish.is_undecided:
        yield PlannedReply(event.seq, Kind.APPROVE_REFUND)


def _ending(event: CaseEvent, case: ComplaintCase, wish: RefundWish) -> Iterable[PlannedReply]:
    if event.to_state is S.WITHDRAWN and event.actor is CaseActor.SHOPPER:
        return
    words = texts.CLOSED[event.to_state.value].format(words=event.note or "")
    if event.to_state in _NOT_REFUNDED and wish.is_undecided:
        # A refusal ends it at WeChat too.
        yield PlannedReply(event.seq, Kind.REJECT_REFUND, texts.fitting(words))
        return
    yield PlannedReply(event.seq, Kind.RESPONSE, texts.fitting(words))
    if event.to_state is S.MERGED:
        return
    is_whole = case.remedy is not None and case.remedy.amount_fen >= wish.amount_fen > 0
    awaits_money = event.to_state in _PAID and _is_money(case) and is_whole
    yield PlannedReply(event.seq, Kind.COMPLETE, awaits_money=awaits_money)


def _words_of(event: CaseEvent, case: ComplaintCase, number: str) -> str:
    note = event.note or ""
    remedy = texts.remedy_text(case.remedy)
    words = {
        A.ASK_INFO: texts.ASKED.format(words=note),
        A.ANSWER: texts.ANSWERED.format(words=note) if note else "",
        A.PROPOSE: _proposal_words(event, case),
        A.ACCEPT_PROPOSAL: texts.AGREED.format(remedy=remedy),
        A.AGREE: texts.AGREED.format(remedy=remedy),
        A.DECIDE: texts.DECIDED.format(words=note),
        A.MARK_DONE: texts.DONE.format(remedy=remedy),
        A.PAY: texts.DONE.format(remedy=remedy),
    }
    if event.action in words:
        return words[event.action]
    if event.to_state is event.from_state or event.actor is CaseActor.SHOPPER:
        return ""
    if event.to_state is S.AWAITING_MERCHANT:
        return texts.ACCEPTED.format(number=number)
    is_silence = event.action in {A.TIMEOUT, A.ESCALATE}
    return texts.MEDIATION if event.to_state is S.MEDIATION and is_silence else ""


def _proposal_words(event: CaseEvent, case: ComplaintCase) -> str:
    if event.actor is not CaseActor.MERCHANT or case.proposal is None:
        return ""
    return texts.PROPOSED.format(remedy=texts.remedy_text(case.proposal.remedy))


def _is_money(case: ComplaintCase) -> bool:
    return case.remedy is not None and case.remedy.kind in MONEY_REMEDIES
