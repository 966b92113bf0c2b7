"""What keeps the fund from paying more than it holds, taken away."""

from credit.compensation import services as compensation
from credit.compensation.models import FundAccount, FundPayment
from district.kernel import clock
from tests.factories.compensation import FundScene
from tests.factories.loyalty import fresh_key
from tests.mutations.invariant_tests import (  # noqa: F401 - collected here
    attempt,
    test_each_protection_holds_alone,
    test_with_every_protection_the_promise_holds,
    test_without_any_protection_the_race_breaks_the_promise,
)
from tests.mutations.protections import Protection, drop_constraint
from tests.race import race


class NoMoreThanItHolds:
    """Of two cases that are promised the fund's last sixty yuan, one gets them."""

    protections = (
        Protection(
            "an account of money is never below zero",
            drop_constraint("compensation_fundaccount", "fund_account_on_its_side"),
        ),
    )

    def __init__(self):
        # Each of the two merchants gives ten yuan more.
        self.scene = FundScene(fund_fen=4_000)

    def holds_under_attack(self):
        scene = self.scene
        second = scene.another_case()
        for fund in (scene, second):
            fund.complaint.remedy_due()
        for fund in (scene, second):
            fund.complaint.run_timers(fund.complaint.now.replace(day=15))
        payments = [fund.follow().payment for fund in (scene, second)]

        def propose(payment: FundPayment) -> None:
            with clock.travel_to(scene.complaint.now):
                compensation.propose_attempt(
                    payment=payment, method="bank", by=scene.zhang, key=fresh_key()
                )

        race(*[lambda payment=payment: attempt(lambda: propose(payment)) for payment in payments])
        holds = FundAccount.objects.get(kind="cash").balance_fen == 0
        # What is still promised would leave nothing for the next attack.
        for fund in (scene, second):
            if fund.payment.state == "due":
                fund.do("withdraw_case", member=fund.complaint.member)
        return holds


INVARIANTS = [NoMoreThanItHolds]
