"""One complaint of the demo, played act by act."""

from datetime import timedelta
from typing import Any

from credit.complaints import services as complaints
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseActor, RemedyKind
from credit.complaints.models import CaseFile
from credit.evidence.demo_pictures import hand_in_picture, judge_picture
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import User

DAYS_AGO = 21
_DESCRIPTIONS = (
    ("quality", "买回家发现外壳有裂痕，要求退款。"),
    ("service", "排队一小时后被告知卖完，店员态度差。"),
    ("price", "结账价格和货架标价不一致。"),
    ("quality", "食物不新鲜，吃完不舒服。"),
)
SHOPPER, MERCHANT = CaseActor.SHOPPER, CaseActor.MERCHANT


class CasePlay:
    """Each act comes some hours after the one before: `pace`, where it is not said otherwise."""

    def __init__(
        self,
        context: Any,
        counter: Any,
        receipt: Any,
        number: int,
        *,
        days_ago: int | None = None,
        pace: int = 5,
    ) -> None:
        self._pace = pace
        self._context, self._number, self._acts = context, number, 0
        self.member = receipt.account.member
        # Of the other merchants nobody has an account: they stay silent, and the clocks run out.
        is_staffed = counter in context.main_merchants
        self.clerk = context.owner_of(counter) if is_staffed else None
        days_ago = DAYS_AGO - number % 5 if days_ago is None else days_ago
        self._now = context.at(days_ago, 9) + timedelta(hours=number % 7)
        self.refund = CaseRemedy(RemedyKind.REFUND, min(receipt.paid_fen, 5_000))
        category, description = _DESCRIPTIONS[number % len(_DESCRIPTIONS)]
        files = self._hand_in() if number % 3 == 0 else ()
        filing = complaints.Filing(
            store=receipt.store,
            category=category,
            description=description,
            wish="refund",
            amount_fen=self.refund.amount_fen,
            receipt_no=receipt.receipt_no,
            anonymity=number % 3,
            files=files,
        )
        with clock.travel_to(self._now):
            self.case: CaseFile = complaints.file_case(
                member=self.member, filing=filing, key=self._key()
            )

    def _hand_in(self) -> tuple[str, ...]:
        """A photograph; every second of them an officer has looked at."""
        with clock.travel_to(self._now):
            file = hand_in_picture(self.member.user, self._number, self._key())
            if self._number % 2 == 0:
                judge_picture(file, self._context.operator)
        return (file.public_id,)

    def do(self, verb: str, *, hours: int | None = None, **arguments: Any) -> "CasePlay":
        self._now += timedelta(hours=self._pace if hours is None else hours)
        with clock.travel_to(self._now):
            self.case = getattr(complaints, verb)(case=self.case, key=self._key(), **arguments)
        return self

    def side(self, actor: CaseActor) -> User:
        """Who acts for a side."""
        person = self.member.user if actor is SHOPPER else self.clerk
        assert isinstance(person, User)
        return person

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
