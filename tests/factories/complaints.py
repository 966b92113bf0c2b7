"""The smallest valid complaints: filed, accepted, in any state further on by verbs alone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from credit.complaints import services as complaints
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseAction, CaseActor, RemedyKind
from credit.complaints.models import CaseFile
from district.kernel import clock
from district.members.models import Member, User
from district.merchants.models import Store
from tests.factories.loyalty import buy, fresh_key, make_earning_store
from tests.factories.members import make_member, make_operator, make_staff
from tests.factories.merchants import make_clerk

# Monday, 1 June 2026.
START = datetime(2026, 6, 1, 9, tzinfo=clock.SHANGHAI)
PAID_FEN = 9_900
REFUND = CaseRemedy(RemedyKind.REFUND, 6_000)
REPAIR = CaseRemedy(RemedyKind.REPAIR)
HOUR = timedelta(hours=1)


def make_filing(store: Store, **changes: Any) -> complaints.Filing:
    smallest = {
        "category": "quality",
        "wish": "refund",
        "amount_fen": 8_000,
        "description": "咖啡机漏水，店员不予处理。",
    }
    return complaints.Filing(store=store, **smallest | changes)


@dataclass
class ComplaintScene:
    """A store of the alliance, its clerk, a shopper with a purchase, officer and reviewer; a case that goes on by
    an hour with each act."""

    store: Store = field(default_factory=make_earning_store)
    member: Member = field(default_factory=make_member)
    now: datetime = START
    receipt_no: str = "R1"
    case: CaseFile = field(init=False)

    def __post_init__(self) -> None:
        number = User.objects.count()
        self.officer = make_operator(f"officer{number}")
        self.reviewer = make_operator(f"reviewer{number}")
        clerk_user = make_staff(f"clerk{number}")
        self.clerk = make_clerk(user=clerk_user, merchant=self.store.merchant).user
        with clock.travel_to(self.now - timedelta(days=2)):
            buy(self.member, self.store, fen=PAID_FEN, no=self.receipt_no)

    def file(self, **changes: Any) -> "ComplaintScene":
        filing = make_filing(self.store, **{"receipt_no": self.receipt_no} | changes)
        with clock.travel_to(self.now):
            self.case = complaints.file_case(member=self.member, filing=filing, key=fresh_key())
        return self

    def do(self, verb: str, *, after: timedelta = HOUR, **arguments: Any) -> "ComplaintScene":
        self.now += after
        with clock.travel_to(self.now):
            act = getattr(complaints, verb)
            self.case = act(case=self.case, key=fresh_key(), **arguments)
        return self

    def side(self, actor: CaseActor) -> User:
        return self.member.user if actor is CaseActor.SHOPPER else self.clerk

    def run_timers(self, until: datetime) -> "ComplaintScene":
        self.now = until
        with clock.travel_to(until):
            complaints.run_timers()
        self.case.refresh_from_db()
        return self

    def accepted(self) -> "ComplaintScene":
        return self.file().do("accept_case", by=self.officer)

    def negotiating(self) -> "ComplaintScene":
        return self.accepted().do("answer_case", by=self.clerk, stance="offer", text="可以退款。")

    def proposed(self, remedy: CaseRemedy = REFUND) -> "ComplaintScene":
        return self.negotiating().do(
            "propose_remedy", actor=CaseActor.MERCHANT, by=self.clerk, remedy=remedy
        )

    def remedy_due(self) -> "ComplaintScene":
        return self.proposed().do("accept_proposal", actor=CaseActor.SHOPPER, by=self.member.user)

    def done(self) -> "ComplaintScene":
        return self.remedy_due().do(
            "mark_remedy_done", by=self.clerk, evidence=["退款单 88"], refund_fen=6_000
        )

    def in_mediation(self) -> "ComplaintScene":
        return self.negotiating().do("escalate_case", actor=CaseActor.SHOPPER, by=self.member.user)

    def decided(self, finding: str = "upheld") -> "ComplaintScene":
        return self.in_mediation().do("decide_case", by=self.officer, decision=decision(finding))


def decision(finding: str = "upheld", **changes: Any) -> complaints.CaseDecision:
    remedy = None if finding == "not_upheld" else REFUND
    smallest = {
        "finding": finding,
        "severity": "ordinary",
        "rule": "公约第 4 条",
        "reasons": "商户未按约定退款。",
        "remedy": remedy,
    }
    return complaints.CaseDecision(**smallest | changes)


@dataclass
class WalkInScene(ComplaintScene):
    """As the other one, of somebody who is no member and gave a mobile number at the counter."""

    person: complaints.WalkInPerson = field(
        default_factory=lambda: complaints.WalkInPerson("13800002468", "王女士")
    )
    stated: dict[str, str] = field(default_factory=lambda: {"stated_by": "phone"})

    def file(self, *, paper_paid_fen: int | None = PAID_FEN, **changes: Any) -> "WalkInScene":
        filing = make_filing(self.store, **{"receipt_no": "P77"} | changes)
        with clock.travel_to(self.now):
            self.case = complaints.file_walk_in_case(
                person=self.person,
                filing=filing,
                stated_by="counter",
                paper_paid_fen=paper_paid_fen if filing.receipt_no else None,
                by=self.officer,
                key=fresh_key(),
            )
        return self

    def stated_act(self, action: str, **more: Any) -> "WalkInScene":
        """The officer writes what the person said."""
        request = complaints.CaseRequest(
            CaseAction(action),
            CaseActor.SHOPPER,
            self.officer,
            **{"details": more.pop("details", {}) | self.stated} | more,
        )
        self.now += HOUR
        with clock.travel_to(self.now):
            self.case = complaints.act_on_case(case=self.case, request=request, key=fresh_key())
        return self
