"""What keeps policies of the score to one a day and repairs right, taken away one by one."""

from datetime import timedelta
from itertools import count

from credit import services as credit
from credit.models import ScorePolicyVersion
from credit.queries.policies import policies_by_day
from credit.score.values import PenaltyLevel
from district.kernel import clock
from tests.factories.credit import propose_policy
from tests.factories.members import make_staff
from tests.mutations.invariant_tests import (  # noqa: F401 - collected here
    attempt,
    test_each_protection_holds_alone,
    test_with_every_protection_the_promise_holds,
    test_without_any_protection_the_race_breaks_the_promise,
)
from tests.mutations.protections import Protection, drop_constraint, rewrite_functions
from tests.race import race

_NUMBERS = count(1)
POLICY = "credit_scorepolicyversion"
LOCK = Protection(
    "policies change one after the other",
    rewrite_functions(
        "credit/sql/locks.sql",
        ("select pg_advisory_xact_lock(hashtextextended('credit score policies', 0))", "select"),
    ),
)


class PolicyScene:
    """Two people, and proposals that are approved at the same instant."""

    def __init__(self):
        number = next(_NUMBERS)
        self.people = [make_staff(f"{name}{number}") for name in ("jia", "yi")]

    def propose(self, days, **changes):
        day = clock.business_day(clock.now()) + timedelta(days=days)
        return propose_policy(f"credit-r{next(_NUMBERS)}", day, self.people[0], **changes)

    def approve_at_once(self, *proposals):
        race(
            *(
                lambda row=row: attempt(
                    lambda: credit.approve_score_policy(proposal=row, by=self.people[1])
                )
                for row in proposals
            )
        )


class OnePolicyBeginsADay(PolicyScene):
    """Of two policies of the same day one is announced."""

    protections = (
        LOCK,
        Protection("one begins a day", drop_constraint(POLICY, "score_policy_one_begins_a_day")),
    )

    def holds_under_attack(self):
        days = 20 + next(_NUMBERS)
        rows = [self.propose(days) for _ in range(4)]
        self.approve_at_once(*rows)
        found = ScorePolicyVersion.objects.filter(pk__in=[row.pk for row in rows])
        return found.filter(state="approved").count() == 1


class RepairsStayRight(PolicyScene):
    """No policy demands more days before a repair than one that is announced before it."""

    protections = (LOCK,)

    def holds_under_attack(self):
        least = policies_by_day()[-1][1].penalties[PenaltyLevel.SERIOUS].repair_after_days - 1
        sooner = next(_NUMBERS)
        lower = self.propose(20 + sooner, penalties={"serious": {"repair_after_days": least}})
        same = self.propose(200 + sooner, penalties={"serious": {"repair_after_days": least + 1}})
        self.approve_at_once(lower, same)
        terms = [
            policy.penalties[PenaltyLevel.SERIOUS].repair_after_days
            for _day, policy in policies_by_day()
        ]
        ScorePolicyVersion.objects.filter(pk=same.pk, state="approved").update(
            withdrawn_at=clock.now(), withdrawn_by=self.people[0], withdrawn_for="试"
        )
        return terms == sorted(terms, reverse=True)


INVARIANTS = [OnePolicyBeginsADay, RepairsStayRight]
