"""A fund with money and terms, a merchant in its scheme, and complaints whose remedy the merchant misses."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from credit.compensation import services as compensation
from credit.compensation.models import (
    FundClaim,
    FundEntry,
    FundMembership,
    FundPayment,
    FundTerms,
    PaymentAttempt,
)
from district.kernel import clock
from district.members.models import User
from district.merchants.models import Merchant
from district.merchants.services import alliance_party
from tests.factories.complaints import START, ComplaintScene
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_operator

PAID_FEN = 6_000
FUND_FEN = 50_000


def make_terms(by: tuple[User, User], effective_from: date, **changes):
    """Terms that two people agreed on the day before they begin."""
    smallest = {
        "case_cap_fen": 10_000,
        "year_cap_fen": 30_000,
        "least_contribution_fen": 1_000,
        "reason": "联盟章程第 9 条",
    }
    with clock.travel_to(clock.start_of_day(effective_from) - timedelta(hours=9)):
        proposal = compensation.propose_terms(
            effective_from=effective_from, by=by[0], key=fresh_key(), **smallest | changes
        )
        return compensation.approve_terms(proposal=proposal, by=by[1])


def join(merchant: Merchant, by: User, fen: int = 1_000) -> FundMembership:
    reference = f"{merchant.pk}{FundMembership.objects.count():05}"
    return compensation.join_fund(
        merchant=merchant, amount_fen=fen, reference=reference, by=by, key=fresh_key()
    )


@dataclass
class FundScene:
    """The fund holds 500 yuan of the alliance and 10 of the merchant; a case waits for 60 of it."""

    complaint: ComplaintScene = field(default_factory=ComplaintScene)
    fund_fen: int = FUND_FEN
    is_member: bool = True

    def __post_init__(self) -> None:
        scene = self.complaint
        # Finance: one proposes, the other lets go.
        number = FundEntry.objects.count()
        self.zhang, self.wang = make_operator(f"zhang{number}"), make_operator(f"wang{number}")
        self.merchant = scene.store.merchant
        if not FundTerms.objects.exists():
            make_terms((self.zhang, self.wang), date(2026, 5, 1))
        with clock.travel_to(START - timedelta(days=10)):
            if self.fund_fen:
                compensation.record_contribution(
                    merchant=alliance_party(),
                    amount_fen=self.fund_fen,
                    reference=f"ALLIANCE{number}",
                    by=self.zhang,
                    key=fresh_key(),
                )
            if self.is_member:
                self.membership = join(self.merchant, self.zhang)

    @classmethod
    def of(cls, complaint: ComplaintScene, people: tuple[User, User]) -> "FundScene":
        """A complaint at a merchant for which there are terms and a membership already."""
        scene = cls.__new__(cls)
        scene.complaint, scene.merchant = complaint, complaint.store.merchant
        scene.zhang, scene.wang = people
        return scene

    def another_case(self) -> "FundScene":
        """A complaint at another merchant of the scheme, which gave ten yuan too."""
        other = FundScene.of(ComplaintScene(), (self.zhang, self.wang))
        with clock.travel_to(START - timedelta(days=10)):
            other.membership = join(other.merchant, self.zhang)
        return other

    @property
    def case(self):
        return self.complaint.case

    @property
    def payment(self) -> FundPayment:
        return FundPayment.objects.filter(case=self.case).latest("pk")

    @property
    def claim(self) -> FundClaim:
        return FundClaim.objects.filter(case=self.case).latest("pk")

    def miss(self) -> "FundScene":
        """The term of the agreed remedy runs out."""
        self.complaint.run_timers(self.complaint.now + timedelta(days=14))
        return self.follow()

    def waiting(self) -> "FundScene":
        self.complaint.remedy_due()
        return self.miss()

    def follow(self) -> "FundScene":
        """What the listener does."""
        with clock.travel_to(self.complaint.now):
            compensation.follow_case(case=self.case.pk)
        self.case.refresh_from_db()
        return self

    def proposed(self) -> PaymentAttempt:
        with clock.travel_to(self.complaint.now):
            return compensation.propose_attempt(
                payment=self.payment,
                method="bank",
                payee_hint="尾号 1234",
                by=self.zhang,
                key=fresh_key(),
            )

    def sent(self) -> PaymentAttempt:
        attempt = self.proposed()
        with clock.travel_to(self.complaint.now):
            return compensation.approve_attempt(attempt=attempt, by=self.wang)

    def succeed(self, attempt: PaymentAttempt, reference: str = "B1", key=None) -> PaymentAttempt:
        with clock.travel_to(self.complaint.now):
            result = compensation.note_attempt_succeeded(
                attempt=attempt,
                reference=reference,
                proof="网银回单",
                by=self.wang,
                key=key or fresh_key(),
            )
        return self.follow() and result

    def paid(self) -> "FundScene":
        self.waiting()
        self.succeed(self.sent(), reference=f"B{self.case.pk}")
        return self

    def do(self, verb: str, **arguments) -> "FundScene":
        """An act on the case, and what the fund makes of it."""
        self.complaint.do(verb, **arguments)
        return self.follow()

    def confirmed(self) -> "FundScene":
        return self.paid().do("confirm_remedy", member=self.complaint.member)
