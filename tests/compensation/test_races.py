"""Payments of the fund at the same instant, each over a connection of its own."""

from credit.compensation import services as compensation
from credit.compensation.models import FundAccount, FundClaim, FundPayment
from district.kernel import clock, invariants
from district.kernel.errors import DomainError
from tests.factories.compensation import FundScene
from tests.factories.loyalty import fresh_key
from tests.race import race


def test_of_many_who_pay_one_case_one_does(real_db):
    scene = FundScene().waiting()
    at, payment = scene.complaint.now, scene.payment

    def pay():
        with clock.travel_to(at):
            attempt = compensation.propose_attempt(
                payment=payment, method="bank", by=scene.zhang, key=fresh_key()
            )
            compensation.approve_attempt(attempt=attempt, by=scene.wang)
            return compensation.note_attempt_succeeded(
                attempt=attempt, reference="B1", proof="", by=scene.zhang, key=fresh_key()
            )

    def follow():
        with clock.travel_to(at):
            compensation.follow_case(case=payment.case_id)

    results = race(*[pay] * 4, follow, follow)

    refusals = [result for result in results if isinstance(result, Exception)]
    assert all(isinstance(refusal, DomainError) for refusal in refusals)
    assert len(refusals) == 3
    assert FundClaim.objects.count() == FundPayment.objects.filter(state="paid").count() == 1
    assert list(invariants.offences()) == []


def test_the_last_fen_of_the_fund_are_set_apart_once(real_db):
    scene = FundScene(fund_fen=4_000)
    second = scene.another_case()
    # Both cases are promised the same sixty yuan: no one had been told of the other.
    for each in (scene, second):
        each.complaint.remedy_due()
    for each in (scene, second):
        each.complaint.run_timers(each.complaint.now.replace(day=15))
    payments = [each.follow().payment for each in (scene, second)]

    def propose(payment):
        with clock.travel_to(scene.complaint.now):
            return compensation.propose_attempt(
                payment=payment, method="bank", by=scene.zhang, key=fresh_key()
            )

    race(*[lambda payment=payment: propose(payment) for payment in payments * 2])

    cash, under_way = (FundAccount.objects.get(kind=kind) for kind in ("cash", "under_way"))
    assert (cash.balance_fen, under_way.balance_fen) == (0, 6_000)
    assert list(invariants.offences()) == []
