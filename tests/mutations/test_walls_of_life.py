"""The walls of holds, refunds, bills and budgets, taken down one by one; see test_walls.py."""

from district.kernel import clock
from district.kernel.models import OutboxRow
from district.merchants import services as merchants
from loyalty import services as loyalty
from loyalty.ledger import Bill
from loyalty.models import (
    Hold,
    IssueBudgetSlot,
    Lot,
    PointsAccount,
    Receipt,
    Refund,
    Restore,
    Transfer,
)
from tests.factories.loyalty import (
    buy,
    capture,
    fresh_key,
    give_back,
    make_counter,
    pay,
    return_goods,
    set_aside,
    undo,
    void,
)
from tests.factories.members import make_member
from tests.mutations.proof import (
    CALLERS,
    attempt,
    test_each_wall_holds_alone,  # noqa: F401 - collected here
    test_with_every_wall_the_promise_holds,  # noqa: F401
    test_without_any_wall_the_race_breaks_the_promise,  # noqa: F401
)
from tests.mutations.walls import Wall, constraint, rewritten
from tests.race import race

ACCOUNT = "loyalty/sql/account.sql"
BUDGET = "loyalty/sql/budget.sql"
HOLD = "loyalty/sql/hold.sql"
REVERSE = "loyalty/sql/reverse.sql"
CLAIM = "district/kernel/sql/claim.sql"

A_KEY = Wall(
    "a key is claimed once",
    rewritten(CLAIM, ("if found then return null; end if;", "return null;")),
)


class NothingHeldTwice:
    """Of many holds of a whole wallet, one is placed."""

    walls = (
        Wall(
            "the balance is checked while its row is locked",
            rewritten(
                ACCOUNT,
                ("and available + p_available >= 0 and debt = 0", ""),
                ("if v_account.available + p_available < 0 then return null; end if;", ""),
            ),
        ),
        Wall(
            "no balance below zero",
            constraint("loyalty_pointsaccount", "account_not_overdrawn")
            + constraint("loyalty_transfer", "transfer_fits_its_kind"),
        ),
        Wall(
            "lots must cover what is held",
            rewritten(HOLD, ("if v_left > 0 then", "if false then")),
        ),
    )

    def attacked(self):
        member, store = make_member(), make_counter()
        buy(member, store, fen=10_000)
        race(*[lambda: attempt(lambda: set_aside(member, store, points=100))] * CALLERS)
        return Hold.objects.filter(account=member.pk).count() == 1


class OneHoldForOneKey:
    """Of many holds with one key and one request number, one is placed."""

    walls = (
        A_KEY,
        Wall(
            "a request number is a hold once",
            constraint("loyalty_hold", "hold_once_per_request_number"),
        ),
        Wall(
            "a request number is a spending or a hold once",
            constraint("loyalty_transfer", "transfer_once_per_request_number"),
        ),
    )

    def attacked(self):
        member, store, key = make_member(), make_counter(), fresh_key()
        buy(member, store, fen=100_000)
        call = lambda: set_aside(member, store, points=10, no="H-1", key=key)  # noqa: E731
        race(*[lambda: attempt(call)] * CALLERS)
        return Hold.objects.filter(account=member.pk).count() == 1


class OneRequestOneAct:
    """Of holds and spendings with one request number and keys of their own, one is posted."""

    walls = (
        Wall(
            "a request number is a spending or a hold once",
            constraint("loyalty_transfer", "transfer_once_per_request_number"),
        ),
    )

    def attacked(self):
        member, store = make_member(), make_counter()
        buy(member, store, fen=100_000)
        calls = [
            lambda: attempt(lambda: set_aside(member, store, points=10, no="P-1")),
            lambda: attempt(lambda: pay(member, store, points=10, no="P-1")),
        ]
        race(*calls * (CALLERS // 2))
        acts = Transfer.objects.filter(account=member.pk, kind__in=["hold", "spend"])
        return acts.count() == 1


class AHoldEndsOnce:
    """Of many captures and voids of one hold, one ends it."""

    walls = (
        Wall(
            "the state is asked under the account's lock",
            rewritten(HOLD, ("if v_hold.state <> 'open' then", "if false then")),
        ),
        Wall(
            "only an open hold is ended",
            rewritten(
                HOLD,
                ("where id = p_hold and state = 'open' returning", "where id = p_hold returning"),
            ),
        ),
        Wall(
            "nobody holds less than nothing",
            constraint("loyalty_pointsaccount", "account_not_overdrawn"),
        ),
    )

    def attacked(self):
        member, store = make_member(), make_counter()
        buy(member, store, fen=10_000)
        held = set_aside(member, store, points=60)
        calls = [lambda: attempt(lambda: capture(held)), lambda: attempt(lambda: void(held))]
        race(*calls * (CALLERS // 2))
        ends = OutboxRow.objects.filter(name="HoldEnded", payload__hold=held.pk)
        return ends.count() == 1 and PointsAccount.objects.get(pk=member.pk).held == 0


class NoMoreRefundedThanPaid:
    """Of many whole refunds of one receipt, one is posted."""

    walls = (
        Wall(
            "what is left of a receipt is asked under the account's lock",
            rewritten(
                ACCOUNT,
                ("return (loyalty_lock_heir(p_member, p_at)).member_id;", "return p_member;"),
            ),
        ),
        Wall(
            "a receipt gives back at most what it took",
            constraint("loyalty_receipt", "receipt_gives_back_at_most_what_it_took"),
        ),
    )

    def attacked(self):
        member, store = make_member(), make_counter()
        receipt = buy(member, store, fen=10_000)
        race(*[lambda: attempt(lambda: give_back(receipt, fen=10_000))] * CALLERS)
        return Refund.objects.filter(receipt=receipt).count() == 1


class OneRefundForOneKey:
    """Of many refunds with one key and one number, one is posted."""

    walls = (
        A_KEY,
        Wall(
            "a refund's number is posted once",
            constraint("loyalty_refund", "refund_once_per_number"),
        ),
    )

    def attacked(self):
        member, store, key = make_member(), make_counter(), fresh_key()
        receipt = buy(member, store, fen=10_000)
        call = lambda: give_back(receipt, fen=100, no="R-1", key=key)  # noqa: E731
        race(*[lambda: attempt(call)] * CALLERS)
        return Refund.objects.filter(receipt=receipt).count() == 1


class OneParkedRefund:
    """Of many refunds of an unknown receipt with one key and one number, one waits."""

    walls = (
        A_KEY,
        Wall(
            "a parked refund's number is parked once",
            constraint("loyalty_parkedrefund", "parked_refund_once_per_number"),
        ),
    )

    def attacked(self):
        store, key = make_counter(), fresh_key()
        call = lambda: return_goods(store, "B-1", fen=100, no="R-1", key=key)  # noqa: E731
        race(*[lambda: attempt(call)] * CALLERS)
        return store.merchant.parkedrefund_set.count() == 1


class NoMoreReturnedThanSpent:
    """Of many returns of a third of a spending, three give points back."""

    walls = (
        Wall(
            "what was given back is asked under the account's lock, in all and of each draw",
            rewritten(
                REVERSE,
                ("and kind in ('reverse_spend', 'return_spend')", "and false"),
                ("loyalty_restore where draw_id = draw.id", "loyalty_restore where false"),
            ),
        ),
        Wall(
            "pieces given back of a draw follow one another",
            constraint("loyalty_restore", "restore_one_after_another"),
        ),
        Wall(
            "a lot never holds more than was granted",
            constraint("loyalty_lot", "lot_never_overdrawn"),
        ),
    )

    def attacked(self):
        member, store = make_member(), make_counter()
        buy(member, store, fen=10_000)
        spent = pay(member, store, points=100)
        race(*[lambda: attempt(lambda: undo(spent, store, points=30))] * CALLERS)
        back = sum(Restore.objects.filter(draw__transfer=spent).values_list("points", flat=True))
        return 0 < back <= 100


class OneBillOnce:
    """Of many tellings of a bill that was undone, one earns."""

    walls = (
        Wall(
            "one receipt of a number stands",
            constraint("loyalty_receipt", "receipt_once_per_number"),
        ),
        Wall("a bill earns once", constraint("loyalty_receipt", "receipt_once_per_bill")),
    )

    def attacked(self):
        member, store = make_member(), make_counter()
        at = clock.now()
        bill = Bill(receipt_no="B-1", paid_fen=700, paid_at=at, source="till")

        def tell():
            return loyalty.earn_points(
                store=store, member=member, bill=bill, actor="till:1", key=fresh_key()
            )

        undo(tell().transfer, store)
        race(*[lambda: attempt(tell)] * CALLERS)
        return Receipt.objects.filter(account=member.pk, freed=False).count() == 1


class NoMoreIssuedThanPrefunded:
    """Of many receipts at a merchant whose prefund holds three, three are at its own expense."""

    walls = (
        Wall(
            "a slot gives only what it holds",
            rewritten(
                BUDGET,
                ("and remaining_milli_fen >= p_cost", ""),
            ),
        ),
        Wall(
            "a budget is never overdrawn",
            constraint("loyalty_issuebudgetslot", "budget_never_overdrawn"),
        ),
    )

    def attacked(self):
        store = make_counter()
        merchants.alliance_party()
        asked = {"merchant": store.merchant, "fen": 300, "reference": "B-1", "slots": 1}
        loyalty.open_budget(**asked, by=None, key=fresh_key())
        members = [make_member() for _ in range(CALLERS)]
        race(*[lambda one=one: attempt(lambda: buy(one, store, fen=10_000)) for one in members])
        left = IssueBudgetSlot.objects.filter(budget=store.merchant_id)
        own = Lot.objects.filter(issuer=store.merchant_id, budgeted=True).count()
        return own <= 3 and all(slot.remaining_milli_fen >= 0 for slot in left)


INVARIANTS = [
    NothingHeldTwice,
    OneHoldForOneKey,
    OneRequestOneAct,
    AHoldEndsOnce,
    NoMoreRefundedThanPaid,
    OneRefundForOneKey,
    OneParkedRefund,
    NoMoreReturnedThanSpent,
    OneBillOnce,
    NoMoreIssuedThanPrefunded,
]
