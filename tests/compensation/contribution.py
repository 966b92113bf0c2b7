"""What the cross-cutting tests need to know of compensation; see tests/contributions.py."""

from datetime import datetime, timedelta

from credit.compensation import services as compensation
from credit.compensation.models import FundClaim
from credit.complaints.machine.words import CaseActor
from district.kernel import clock
from tests.admin.two_merchants import MerchantSide, TwoMerchants
from tests.factories.compensation import FundScene, join, make_terms
from tests.factories.complaints import REFUND, ComplaintScene
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member


def make_admin_rows(two_merchants: TwoMerchants) -> None:
    """At both a membership, a payment in every state and a debt that is disputed; a write-off that waits."""
    people = (two_merchants.operator, two_merchants.root)
    now = clock.now()
    make_terms(people, clock.business_day(now) - timedelta(days=60))
    compensation.propose_terms(
        effective_from=clock.business_day(now) + timedelta(days=3),
        case_cap_fen=20_000,
        year_cap_fen=90_000,
        least_contribution_fen=0,
        reason="提高上限",
        by=people[0],
        key=fresh_key(),
    )
    for side in two_merchants.sides:
        _make_rows(two_merchants, side)


def _make_rows(two_merchants: TwoMerchants, side: MerchantSide) -> None:
    by, other = two_merchants.operator, two_merchants.root
    clerk = side.clerks["owner"].user
    begun = clock.now() - timedelta(days=40)
    with clock.travel_to(begun):
        join(side.merchant, by, 50_000)
    claims = []
    for number in range(3):
        complaint = _missed_case(two_merchants, side, begun + timedelta(days=1))
        scene = FundScene.of(complaint, people=(by, other))
        attempt = scene.miss().proposed()
        if number == 0:
            continue
        compensation.approve_attempt(attempt=attempt, by=other)
        if number == 1:
            compensation.note_attempt_failed(attempt=attempt, note="退回", by=by)
            continue
        scene.succeed(attempt, f"网银{side.merchant.pk}")
        scene.do("confirm_remedy", member=complaint.member)
        claims.append(FundClaim.objects.get(case=scene.case))
        compensation.propose_write_off(
            claim=claims[0], reason=f"{side.merchant.name}撤场", by=by, key=fresh_key()
        )
    compensation.dispute_claim(
        claim=claims[0], reason=f"{side.merchant.name}已退", by=clerk, key=fresh_key()
    )


def _missed_case(two_merchants: TwoMerchants, side: MerchantSide, at: datetime) -> ComplaintScene:
    """A refund that was agreed and does not come, of a member without a purchase; by people there are."""
    scene = ComplaintScene.__new__(ComplaintScene)
    scene.store, scene.member, scene.now = side.store, make_member(), at
    scene.officer, scene.reviewer = two_merchants.operator, two_merchants.root
    scene.clerk = side.clerks["owner"].user
    scene.file(receipt_no="", anonymity=1).do("accept_case", by=scene.officer)
    scene.do("answer_case", by=scene.clerk, stance="agree", text="同意。")
    scene.do("propose_remedy", actor=CaseActor.MERCHANT, by=scene.clerk, remedy=REFUND)
    return scene.do("accept_proposal", actor=CaseActor.SHOPPER, by=scene.member.user)
