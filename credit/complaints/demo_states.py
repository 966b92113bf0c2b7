"""Cases of the last days in every state in which one may rest, and what stands beside them: messages, drafts, a report
of revenge, a label, a story; tip-offs in every state."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from credit.complaints import services as complaints
from credit.complaints.demo_play import CasePlay
from credit.complaints.machine.words import SIDES, CaseActor
from credit.complaints.models import CaseFile, CaseStory, WithdrawalCheck
from credit.complaints.queries.walk_ins import unheard_notices
from district.kernel import clock
from district.kernel.idempotency import Key
from loyalty.queries import receipts

SHOPPER, MERCHANT = CaseActor.SHOPPER, CaseActor.MERCHANT
_STORY_DAYS_AGO = 70
# The first ones where there are few purchases.
_STATES = (
    *("submitted", "negotiating", "mediation", "closed_abusive", "withdrawn", "awaiting_merchant"),
    *("decided", "under_review", "needs_info", "evidence_wait", "appraisal", "remedy_due"),
    *("awaiting_confirmation", "merged", "closed_unresolved"),
)


def play_every_state(context: Any) -> None:
    """A case in each state, with messages and drafts; a story of a case that ended long ago."""
    purchases = _purchases(context)
    plays: dict[str, CasePlay] = {}
    for number, (state, (counter, receipt)) in enumerate(zip(_STATES, purchases, strict=False)):
        play = CasePlay(context, counter, receipt, 100 + number, days_ago=1, pace=1)
        plays[state] = _bring_into(play, state, context, plays)
    _write_messages(context, plays)
    _begin_drafts(context, plays)
    _play_story(context)
    with context.travel_to(0, 19):
        complaints.find_patterns()


def play_walk_ins(context: Any) -> None:
    """Two people who are no members came to the counter: one with a paper receipt, whose case an officer brings to
    its end by phone; one without, who waits to be called."""
    by, counter = context.operator, context.main_merchants[0]
    people = (("13800009101", "王女士", 68_00, 0), ("13800009102", "", None, 1))
    for number, (phone, name, paid_fen, level) in enumerate(people):
        filing = complaints.Filing(
            store=counter.stores[0],
            category="quality",
            description="买的保温杯漏水，柜台不予更换。",
            wish="replace",
            receipt_no=f"PAPER-{number}" if paid_fen else "",
            anonymity=level,
        )
        with context.travel_to(3, 10):
            case = complaints.file_walk_in_case(
                person=complaints.WalkInPerson(phone, name),
                filing=filing,
                stated_by="counter",
                paper_paid_fen=paid_fen,
                by=by,
                key=_key(f"walk-in-{number}"),
            )
        with context.travel_to(3, 11):
            case = complaints.accept_case(case=case, by=by, key=_key(f"walk-in-{number}-accept"))
        if not name:
            continue
        clerk = context.owner_of(counter)
        with context.travel_to(2, 10):
            case = complaints.answer_case(
                case=case, by=clerk, stance="agree", text="可以更换。", key=_key("walk-in-answer")
            )
            complaints.record_call(
                case=case,
                last_notice=unheard_notices(case).latest("pk").public_id,
                is_reached=True,
                note="同意更换，周末到店。",
                by=by,
                key=_key("walk-in-call"),
            )


def play_tip_offs(context: Any) -> None:
    """Tip-offs in each state, at both of the demo's merchants."""
    by, member = context.operator, context.members[0]
    check = ("check_tip_off", {"note": "已到店查看。"})
    inspect: tuple[str, dict[str, Any]] = ("inspect_tip_off", {})
    dismiss = ("dismiss_tip_off", {"reason": "no_facts"})
    close = ("close_tip_off", {"result": "商户已当场清理。"})
    tip_offs = [(), (check,), (check, dismiss), (check, inspect), (check, inspect, close)]
    for number, steps in enumerate(tip_offs):
        counter = context.main_merchants[number % 2]
        filing = complaints.Filing(
            store=counter.stores[0],
            category="safety",
            description="消防通道堆放纸箱。",
            anonymity=CaseFile.Anonymity.HIDDEN,
        )
        with context.travel_to(9 - number, 15):
            case = complaints.tip_off(member=member, filing=filing, key=_key(f"tip-off-{number}"))
            for place, (verb, words) in enumerate(steps):
                act = getattr(complaints, verb)
                case = act(case=case, by=by, key=_key(f"tip-off-{number}-{place}"), **words)


def _purchases(context: Any) -> Iterator[tuple[Any, Any]]:
    """Later purchases than those of the older cases, one of each member, by turns at both merchants."""
    rows = receipts().filter(
        paid_at__gt=context.at(26, 9),
        paid_at__lt=context.at(4, 9),
        refunded_fen=0,
        paid_fen__gte=2_000,
    )
    used: set[int] = set()
    for counter in context.main_merchants:
        count = 0
        for receipt in rows.filter(store__in=counter.stores).order_by("pk")[:400]:
            if receipt.account_id not in used and count < (len(_STATES) + 1) // 2:
                used.add(receipt.account_id)
                count += 1
                yield counter, receipt


def _bring_into(play: CasePlay, state: str, context: Any, plays: dict[str, CasePlay]) -> CasePlay:
    if state == "merged":
        return play.do("merge_case", by=context.operator, master=plays["mediation"].case)
    _STEPS.get(state, _nothing)(play, context)
    return play


def _nothing(play: CasePlay, context: Any) -> None:
    """It stays as it was filed."""


def _send_to_appraisal(play: CasePlay, context: Any) -> None:
    play.in_mediation().do(
        "send_to_appraisal",
        by=context.operator,
        body="市质检院",
        cost_bearer="merchant",
        due_on=clock.business_day(context.at(0, 12)) + timedelta(days=10),
    )


def _label(play: CasePlay, context: Any) -> None:
    """Two people: what one proposes the other one confirms; another proposal still waits."""
    with context.travel_to(0, 10):
        proposal = complaints.propose_abuse(
            case=play.case,
            reasons="同一内容投诉多家门店并索要高额赔偿。",
            evidence="近三个月内容雷同的投诉五件。",
            by=context.operator,
            key=_key("abuse"),
        )
    with context.travel_to(0, 15):
        complaints.confirm_abuse(proposal=proposal, by=context.second_operator, note="核对无误")


def _report_pressure(play: CasePlay, context: Any) -> None:
    """The shopper gave up and reports why; the officer's question about the withdrawal still waits."""
    play.answered().do("withdraw_case", member=play.member, note="店员让我撤回。")
    assert WithdrawalCheck.objects.filter(case=play.case).exists()
    with context.travel_to(0, 10):
        complaints.report_retaliation(
            case=play.case,
            member=play.member,
            text="店员多次要求我撤诉，否则不再提供售后。",
            key=_key("retaliation"),
        )


def _write_messages(context: Any, plays: dict[str, CasePlay]) -> None:
    talks = [
        (MERCHANT, "您好，您方便什么时候到店？"),
        (SHOPPER, "周六下午可以，电话 13800001234。"),
        (MERCHANT, "好的，到店请找值班经理。"),
    ]
    for state in ("negotiating", "mediation"):
        play = plays.get(state)
        if play is None or play.case.anonymity == CaseFile.Anonymity.HIDDEN:
            continue
        for number, (actor, text) in enumerate(talks):
            with context.travel_to(0, 11 + number):
                complaints.send_message(
                    case=play.case,
                    actor=actor,
                    by=play.side(actor),
                    text=text,
                    key=_key(f"message-{state}-{number}"),
                )
    play = plays.get("evidence_wait")
    if play is not None:
        with context.travel_to(0, 12):
            complaints.propose_abuse(
                case=play.case,
                reasons="索赔明显超过实付。",
                evidence="索赔与实付的比例。",
                by=context.operator,
                key=_key("abuse-waits"),
            )


def _begin_drafts(context: Any, plays: dict[str, CasePlay]) -> None:
    play = plays.get("submitted")
    if play is None:
        return
    for number, text in enumerate(("蛋糕有异味", "")):
        with context.travel_to(0, 18):
            complaints.begin_draft(
                member=play.member,
                content=complaints.DraftContent(
                    store=play.case.store, category="quality", description=text
                ),
                key=_key(f"draft-{number}"),
            )


def _play_story(context: Any) -> None:
    """A case that was settled long ago, of which its shopper lets anybody read."""
    counter = context.main_merchants[0]
    rows = receipts().filter(
        store__in=counter.stores,
        paid_at__lt=context.at(_STORY_DAYS_AGO, 0),
        refunded_fen=0,
        paid_fen__gte=2_000,
    )
    receipt = rows.order_by("-pk").first()
    if receipt is None:
        return
    play = CasePlay(context, counter, receipt, 200, days_ago=_STORY_DAYS_AGO).resolved(stars=5)
    with context.travel_to(3, 10):
        complaints.agree_to_story(case=play.case, member=play.member, agrees=True)
    with context.travel_to(2, 10):
        complaints.publish_story(
            story=CaseStory.objects.get(case=play.case),
            title="外壳有裂痕，三天退款",
            text="一位顾客买回家发现商品外壳有裂痕，经平台协商，商户三天内退还了货款并检查了同批商品。",
            by=context.operator,
        )


def _key(name: str) -> Key:
    return Key.of("demo:complaints", name)


_STEPS: dict[str, Callable[[CasePlay, Any], object]] = {
    "needs_info": lambda play, context: play.do(
        "ask_for_info", by=context.operator, questions="请说明购买日期和柜台。"
    ),
    "awaiting_merchant": lambda play, _context: play.accepted(),
    "negotiating": lambda play, _context: play.proposed(),
    "mediation": lambda play, _context: play.in_mediation(),
    "evidence_wait": lambda play, context: play.in_mediation().do(
        "request_evidence", by=context.operator, sides=SIDES, note="请提供照片。"
    ),
    "appraisal": _send_to_appraisal,
    "decided": lambda play, _context: play.decided("upheld"),
    "under_review": lambda play, _context: play.decided("upheld").do(
        "appeal", actor=MERCHANT, by=play.clerk, reasons="标价牌当天已更正。"
    ),
    "remedy_due": lambda play, _context: play.settled(),
    "awaiting_confirmation": lambda play, _context: play.done(),
    "closed_unresolved": lambda play, context: play.in_mediation().do(
        "end_mediation", by=context.operator, note="双方未能达成一致。"
    ),
    "closed_abusive": _label,
    "withdrawn": _report_pressure,
}
