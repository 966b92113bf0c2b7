"""The protections of holds and of prefunds, removed one by one; see test_protections_of_points.py."""

from district.kernel.models import OutboxRow
from district.merchants import services as merchants
from loyalty import services as loyalty
from loyalty.models import (
    Hold,
    IssueBudgetSlot,
    Lot,
    PointsAccount,
    Transfer,
)
from tests.factories.loyalty import (
    buy,
    capture,
    fresh_key,
    make_earning_store,
    make_hold,
    pay_points,
    void,
)
from tests.factories.members import make_member
from tests.mutations.invariant_tests import (
    CALLERS,
    attempt,
    test_each_protection_holds_alone,  # noqa: F401 - collected here
    test_with_every_protection_the_promise_holds,  # noqa: F401
    test_without_any_protection_the_race_breaks_the_promise,  # noqa: F401
)
from tests.mutations.protections import (
    ONE_CLAIM_OF_A_KEY,
    Protection,
    drop_constraint,
    rewrite_functions,
)
from tests.race import race

ACCOUNT = "loyalty/sql/account.sql"
BUDGET = "loyalty/sql/budget.sql"
HOLD = "loyalty/sql/hold.sql"


class NothingHeldTwice:
    """Of many holds of a whole wallet, one is placed."""

    protections = (
        Protection(
            "the balance is checked while its row is locked",
            rewrite_functions(
                ACCOUNT,
                ("and available + p_available >= 0 and debt = 0", ""),
                ("if v_account.available + p_available < 0 then return null; end if;", ""),
            ),
        ),
        Protection(
            "no balance below zero",
            drop_constraint("loyalty_pointsaccount", "account_not_overdrawn")
            + drop_constraint("loyalty_transfer", "transfer_fits_its_kind"),
        ),
        Protection(
            "lots must cover what is held",
            rewrite_functions(HOLD, ("if v_left > 0 then", "if false then")),
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        buy(member, store, fen=10_000)
        race(*[lambda: attempt(lambda: make_hold(member, store, points=100))] * CALLERS)
        return Hold.objects.filter(account=member.pk).count() == 1


class OneHoldForOneKey:
    """Of many holds with one key and one request number, one is placed."""

    protections = (
        ONE_CLAIM_OF_A_KEY,
        Protection(
            "a request number is a hold once",
            drop_constraint("loyalty_hold", "hold_once_per_request_number"),
        ),
        Protection(
            "a request number is a spending or a hold once",
            drop_constraint("loyalty_transfer", "transfer_once_per_request_number"),
        ),
    )

    def holds_under_attack(self):
        member, store, key = make_member(), make_earning_store(), fresh_key()
        buy(member, store, fen=100_000)
        call = lambda: make_hold(member, store, points=10, no="H-1", key=key)  # noqa: E731
        race(*[lambda: attempt(call)] * CALLERS)
        return Hold.objects.filter(account=member.pk).count() == 1


class OneRequestOneAct:
    """Of holds and spendings with one request number and keys of their own, one is posted."""

    protections = (
        Protection(
            "a request number is a spending or a hold once",
            drop_constraint("loyalty_transfer", "transfer_once_per_request_number"),
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        buy(member, store, fen=100_000)
        calls = [
            lambda: attempt(lambda: make_hold(member, store, points=10, no="P-1")),
            lambda: attempt(lambda: pay_points(member, store, points=10, no="P-1")),
        ]
        race(*calls * (CALLERS // 2))
        acts = Transfer.objects.filter(account=member.pk, kind__in=["hold", "spend"])
        return acts.count() == 1


class AHoldEndsOnce:
    """Of many captures and voids of one hold, one ends it."""

    protections = (
        Protection(
            "the state is asked under the account's lock",
            rewrite_functions(HOLD, ("if v_hold.state <> 'open' then", "if false then")),
        ),
        Protection(
            "only an open hold is ended",
            rewrite_functions(
                HOLD,
                ("where id = p_hold and state = 'open' returning", "where id = p_hold returning"),
            ),
        ),
        Protection(
            "nobody holds less than nothing",
            drop_constraint("loyalty_pointsaccount", "account_not_overdrawn"),
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        buy(member, store, fen=10_000)
        held = make_hold(member, store, points=60)
        calls = [lambda: attempt(lambda: capture(held)), lambda: attempt(lambda: void(held))]
        race(*calls * (CALLERS // 2))
        ends = OutboxRow.objects.filter(name="HoldEnded", payload__hold=held.pk)
        return ends.count() == 1 and PointsAccount.objects.get(pk=member.pk).held == 0


class NoMoreIssuedThanPrefunded:
    """Of many receipts at a merchant whose prefund holds three, three are at its own expense."""

    protections = (
        Protection(
            "a slot gives only what it holds",
            rewrite_functions(
                BUDGET,
                ("and remaining_milli_fen >= p_cost", ""),
            ),
        ),
        Protection(
            "a budget is never overdrawn",
            drop_constraint("loyalty_issuebudgetslot", "budget_never_overdrawn"),
        ),
    )

    def holds_under_attack(self):
        store = make_earning_store()
        merchants.alliance_party()
        budget = {"merchant": store.merchant, "fen": 300, "reference": "B-1", "slots": 1}
        loyalty.open_budget(**budget, by=None, key=fresh_key())
        members = [make_member() for _ in range(CALLERS)]
        race(
            *[
                lambda member=member: attempt(lambda: buy(member, store, fen=10_000))
                for member in members
            ]
        )
        left = IssueBudgetSlot.objects.filter(budget=store.merchant_id)
        own = Lot.objects.filter(issuer=store.merchant_id, budgeted=True).count()
        return own <= 3 and all(slot.remaining_milli_fen >= 0 for slot in left)


INVARIANTS = [
    NothingHeldTwice,
    OneHoldForOneKey,
    OneRequestOneAct,
    AHoldEndsOnce,
    NoMoreIssuedThanPrefunded,
]
