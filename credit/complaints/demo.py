"""What the demo has of complaints: some settled, some decided, one that nobody answered, some under way; and after
them the merchants' standing night by night."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from credit.complaints import services as complaints
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.policy import DEFAULT_POLICY
from credit.complaints.machine.words import CaseActor, RemedyKind
from credit.complaints.models import CaseFile, ComplaintPolicy
from credit.demo_history import play_history
from district.kernel import clock
from district.kernel.idempotency import Key
from loyalty.queries import receipts

_DAYS_AGO = 21
_DESCRIPTIONS = (
    ("quality", "买回家发现外壳有裂痕，要求退款。"),
    ("service", "排队一小时后被告知卖完，店员态度差。"),
    ("price", "结账价格和货架标价不一致。"),
    ("quality", "食物不新鲜，吃完不舒服。"),
)
_TEMPLATES = (
    ("ask_info", "补充购物凭证", "请补充购物日期、柜台与小票照片，以便核实。"),
    ("refuse", "不属于消费争议", "您反映的情况不属于消费争议，可向相应主管部门反映。"),
    (
        "end_without_result",
        "告知其他途径",
        "双方未能达成一致。您可以拨打 12315、申请仲裁或向法院起诉。",
    ),
)
SHOPPER, MERCHANT = CaseActor.SHOPPER, CaseActor.MERCHANT


class CasePlay:
    """One complaint of the demo; each act comes some hours after the one before."""

    def __init__(self, context: Any, counter: Any, receipt: Any, number: int) -> None:
        self._context, self._number, self._acts = context, number, 0
        self.member = receipt.account.member
        # Of the other merchants nobody has an account: they stay silent, and the clocks run out.
        is_staffed = counter in context.main_merchants
        self.clerk = context.owner_of(counter) if is_staffed else None
        self._now = context.at(_DAYS_AGO - number % 5, 9) + timedelta(hours=number % 7)
        self.refund = CaseRemedy(RemedyKind.REFUND, min(receipt.paid_fen, 5_000))
        category, description = _DESCRIPTIONS[number % len(_DESCRIPTIONS)]
        filing = complaints.Filing(
            store=receipt.store,
            category=category,
            description=description,
            wish="refund",
            amount_fen=self.refund.amount_fen,
            receipt_no=receipt.receipt_no,
            anonymity=number % 3,
        )
        with clock.travel_to(self._now):
            self.case: CaseFile = complaints.file_case(
                member=self.member, filing=filing, key=self._key()
            )

    def do(self, verb: str, *, hours: int = 5, **arguments: Any) -> "CasePlay":
        self._now += timedelta(hours=hours)
        with clock.travel_to(self._now):
            self.case = getattr(complaints, verb)(case=self.case, key=self._key(), **arguments)
        return self

    def accepted(self) -> "CasePlay":
        return self.do("accept_case", by=self._context.operator)

    def answered(self, stance: str = "offer") -> "CasePlay":
        text = {"offer": "可以为您退款。", "dispute": "商品售出时完好。"}[stance]
        return self.accepted().do("answer_case", by=self.clerk, stance=stance, text=text)

    def proposed(self) -> "CasePlay":
        return self.answered().do(
            "propose_remedy", actor=MERCHANT, by=self.clerk, remedy=self.refund
        )

    def settled(self) -> "CasePlay":
        return self.proposed().do("accept_proposal", actor=SHOPPER, by=self.member.user)

    def done(self) -> "CasePlay":
        return self.settled().do(
            "mark_remedy_done",
            by=self.clerk,
            evidence=["退款凭证"],
            refund_fen=self.refund.amount_fen,
        )

    def resolved(self, stars: int) -> "CasePlay":
        return (
            self.done()
            .do("confirm_remedy", member=self.member)
            .do(
                "evaluate_case",
                member=self.member,
                speed=stars,
                fairness=stars,
                result=stars,
                resolved="yes",
                text="处理得很快。",
            )
        )

    def in_mediation(self) -> "CasePlay":
        return self.answered("dispute").do(
            "escalate_case", actor=SHOPPER, by=self.member.user, note="商户不同意退款。"
        )

    def decided(self, finding: str) -> "CasePlay":
        decision = complaints.CaseDecision(
            finding=finding,
            severity="ordinary",
            rule="公约第四条",
            reasons="货架标价与收银价格不一致。" if finding == "upheld" else "监控显示商品完好。",
            remedy=self.refund if finding == "upheld" else None,
        )
        return self.in_mediation().do("decide_case", by=self._context.operator, decision=decision)

    def _key(self) -> Key:
        self._acts += 1
        return Key.of("demo:complaints", f"{self._number}-{self._acts}")


def play_complaints(context: Any) -> None:
    """Cases at the demo's merchants and at some others, tip-offs, and the weeks' snapshots."""
    for number, (counter, receipt) in enumerate(_purchases(context)):
        play = CasePlay(context, counter, receipt, number)
        if play.clerk is None:
            play.accepted()
        else:
            _play(play, number, context)
    _tip_off(context)
    _office_texts(context)
    with context.travel_to(0, 20):
        complaints.run_timers()
    play_history(context)


def _purchases(context: Any) -> Iterator[tuple[Any, Any]]:
    """A purchase each of several members: six at each of the demo's merchants, one at some others."""
    before = context.at(_DAYS_AGO + 6, 9)
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
        complaints.publish_policy(
            document=document, reason="受理提速：一个工作日内受理。", by=context.operator
        )


def _tip_off(context: Any) -> None:
    member = context.members[0]
    for number, counter in enumerate(context.main_merchants):
        filing = complaints.Filing(
            store=counter.stores[0],
            category="safety",
            description="消防通道堆放纸箱。",
            anonymity=CaseFile.Anonymity.HIDDEN,
        )
        with context.travel_to(9 - number, 15):
            complaints.tip_off(
                member=member, filing=filing, key=Key.of("demo:complaints", f"tip-off-{number}")
            )


CHAPTERS = [("complaints", play_complaints)]
