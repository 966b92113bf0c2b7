"""What the demo has of complaints: some settled, some decided, one that nobody answered, some under way; and after
them the merchants' standing night by night."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from credit.complaints import services as complaints
from credit.complaints.demo_play import DAYS_AGO, CasePlay
from credit.complaints.demo_states import play_every_state, play_tip_offs, play_walk_ins
from credit.complaints.machine.policy import DEFAULT_POLICY
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import ComplaintPolicy
from credit.demo_history import play_history
from district.kernel import clock
from district.kernel.idempotency import Key
from loyalty.queries import receipts

_TEMPLATES = (
    ("ask_info", "补充购物凭证", "请补充购物日期、柜台与小票照片，以便核实。"),
    ("refuse", "不属于消费争议", "您反映的情况不属于消费争议，可向相应主管部门反映。"),
    (
        "end_without_result",
        "告知其他途径",
        "双方未能达成一致。您可以拨打 12315、申请仲裁或向法院起诉。",
    ),
)
SHOPPER = CaseActor.SHOPPER


def play_complaints(context: Any) -> None:
    """Cases at the demo's merchants and at some others, tip-offs, and the weeks' snapshots."""
    for number, (counter, receipt) in enumerate(_purchases(context)):
        play = CasePlay(context, counter, receipt, number)
        if play.clerk is None:
            play.accepted()
        else:
            _play(play, number, context)
    play_every_state(context)
    play_tip_offs(context)
    play_walk_ins(context)
    _office_texts(context)
    with context.travel_to(0, 20):
        complaints.run_timers()
    play_history(context)


def _purchases(context: Any) -> Iterator[tuple[Any, Any]]:
    """A purchase each of several members: six at each of the demo's merchants, one at some others."""
    before = context.at(DAYS_AGO + 6, 9)
    rows = receipts().filter(paid_at__lt=before, paid_at__gt=before - timedelta(days=30))
    rows = rows.filter(refunded_fen=0, paid_fen__gte=2_000)
    used: set[int] = set()
    counters = [*context.main_merchants, *context.other_merchants[:6]]
    for counter, most in zip(counters, (8, 6, *(1,) * 6), strict=False):
        count = 0
        for receipt in rows.filter(store__in=counter.stores).order_by("pk")[:200]:
            if receipt.account_id not in used and count < most:
                used.add(receipt.account_id)
                count += 1
                yield counter, receipt


def _play(play: CasePlay, number: int, context: Any) -> None:
    """One of twelve stories, by the number."""
    by = context.operator
    match number % 12:
        case 0:
            play.resolved(stars=5)
        case 1:
            play.decided("upheld")
        case 2:
            play.accepted()
        case 3:
            play.do("refuse_case", by=by, reason="no_facts", note="请补充购物凭证后再次提交。")
        case 4:
            play.do("withdraw_case", member=play.member, note="已自行解决。")
        case 5:
            play.done()
        case 6:
            play.resolved(stars=4)
        case 7:
            play.decided("not_upheld").do(
                "appeal", actor=SHOPPER, by=play.member.user, reasons="监控角度看不到裂痕。"
            )
        case 8:
            play.do("ask_for_info", by=by, questions="请说明购买日期和柜台。")
        case 9:
            play.in_mediation()
        case 10:
            play.in_mediation().do(
                "transfer_case",
                actor=CaseActor.OFFICER,
                by=by,
                authority="12315",
                reference="330100202611290001",
            )
        case _:
            play.proposed()


def _office_texts(context: Any) -> None:
    """Answers that officers take over, and shorter terms from next month on."""
    for action, title, text in _TEMPLATES:
        complaints.add_answer_template(
            action=action,
            title=title,
            text=text,
            by=context.operator,
            key=Key.of("demo:complaints", f"template:{title}"),
        )
    starts_on = clock.business_day(context.at(0, 9)) + timedelta(days=30)
    if not ComplaintPolicy.objects.exists():
        terms = DEFAULT_POLICY["terms"] | {"triage": {"amount": 1, "unit": "working_days"}}
        document = DEFAULT_POLICY | {
            "version": f"complaints-{starts_on:%Y-%m}",
            "effective_from": starts_on.isoformat(),
            "terms": terms,
        }
        with context.travel_to(0, 9):
            proposal = complaints.propose_policy(
                document=document,
                reason="受理提速：一个工作日内受理。",
                by=context.operator,
                key=Key.of("demo:complaints", "policy"),
            )
            complaints.approve_policy(proposal=proposal, by=context.second_operator)


CHAPTERS = [("complaints", play_complaints)]
