"""The protections of refunds and receipts, removed one by one; see test_protections_of_points.py."""

from district.kernel import clock
from loyalty import services as loyalty
from loyalty.models import (
    Receipt,
    Refund,
    Restore,
    Transfer,
)
from loyalty.values import ReportedPurchase
from tests.factories.loyalty import (
    buy,
    fresh_key,
    make_earning_store,
    make_refund,
    pay_points,
    return_goods,
    undo,
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
REVERSE = "loyalty/sql/reverse.sql"


class NoMoreRefundedThanPaid:
    """Of many whole refunds of one receipt, one is posted."""

    protections = (
        Protection(
            "what is left of a receipt is asked under the account's lock",
            rewrite_functions(
                ACCOUNT,
                (
                    "return (loyalty_lock_surviving_account(p_member, p_at)).member_id;",
                    "return p_member;",
                ),
            ),
        ),
        Protection(
            "a receipt gives back at most what it took",
            drop_constraint("loyalty_receipt", "receipt_gives_back_at_most_what_it_took"),
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        receipt = buy(member, store, fen=10_000)
        race(*[lambda: attempt(lambda: make_refund(receipt, fen=10_000))] * CALLERS)
        return Refund.objects.filter(receipt=receipt).count() == 1


class OneRefundForOneKey:
    """Of many refunds with one key and one number, one is posted."""

    protections = (
        ONE_CLAIM_OF_A_KEY,
        Protection(
            "a refund's number is posted once",
            drop_constraint("loyalty_refund", "refund_once_per_number"),
        ),
    )

    def holds_under_attack(self):
        member, store, key = make_member(), make_earning_store(), fresh_key()
        receipt = buy(member, store, fen=10_000)
        call = lambda: make_refund(receipt, fen=100, no="R-1", key=key)  # noqa: E731
        race(*[lambda: attempt(call)] * CALLERS)
        return Refund.objects.filter(receipt=receipt).count() == 1


class OneParkedRefund:
    """Of many refunds of an unknown receipt with one key and one number, one waits."""

    protections = (
        ONE_CLAIM_OF_A_KEY,
        Protection(
            "a parked refund's number is parked once",
            drop_constraint("loyalty_parkedrefund", "parked_refund_once_per_number"),
        ),
    )

    def holds_under_attack(self):
        store, key = make_earning_store(), fresh_key()
        call = lambda: return_goods(store, "B-1", fen=100, no="R-1", key=key)  # noqa: E731
        race(*[lambda: attempt(call)] * CALLERS)
        return store.merchant.parkedrefund_set.count() == 1


class NoMoreReturnedThanSpent:
    """Of many returns of a third of a spending, three give points back."""

    protections = (
        Protection(
            "what was given back is asked under the account's lock, in all and of each draw",
            rewrite_functions(
                REVERSE,
                ("and kind in ('reverse_spend', 'return_spend')", "and false"),
                ("loyalty_restore where draw_id = draw.id", "loyalty_restore where false"),
            ),
        ),
        Protection(
            "pieces given back of a draw follow one another",
            drop_constraint("loyalty_restore", "restore_one_after_another"),
        ),
        Protection(
            "a lot never holds more than was granted",
            drop_constraint("loyalty_lot", "lot_never_overdrawn"),
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        buy(member, store, fen=10_000)
        spent = pay_points(member, store, points=100)
        race(*[lambda: attempt(lambda: undo(spent, store, points=30))] * CALLERS)
        back = sum(Restore.objects.filter(draw__transfer=spent).values_list("points", flat=True))
        return 0 < back <= 100


class OneBillOnce:
    """Of many tellings of a bill that was undone, one earns."""

    protections = (
        Protection(
            "one receipt of a number stands",
            drop_constraint("loyalty_receipt", "receipt_once_per_number"),
        ),
        Protection(
            "a bill earns once", drop_constraint("loyalty_receipt", "receipt_once_per_purchase")
        ),
    )

    def holds_under_attack(self):
        member, store = make_member(), make_earning_store()
        at = clock.now()
        purchase = ReportedPurchase(receipt_no="B-1", paid_fen=700, paid_at=at, source="till")

        def tell():
            return loyalty.earn_points(
                store=store, member=member, purchase=purchase, actor="till:1", key=fresh_key()
            )

        undo(Transfer.objects.get(pk=tell().transfer.pk), store)
        race(*[lambda: attempt(tell)] * CALLERS)
        return Receipt.objects.filter(account=member.pk, freed=False).count() == 1


INVARIANTS = [
    NoMoreRefundedThanPaid,
    OneRefundForOneKey,
    OneParkedRefund,
    NoMoreReturnedThanSpent,
    OneBillOnce,
]
