"""The protections of coupons, removed one by one; see test_protections_of_points.py."""

from django.db.models import Sum

from coupons import services as coupons
from coupons.models import (
    BudgetSlot,
    Coupon,
    CouponBill,
    FundingPart,
    Redemption,
    StockSlot,
)
from coupons.queries.counter import coupon_states
from district.kernel import clock
from tests.factories.coupons import (
    claim,
    fresh_key,
    issue,
    make_version,
    redeem,
    reported_bill,
)
from tests.factories.members import make_member
from tests.factories.merchants import allied_store
from tests.mutations.invariant_tests import (
    CALLERS,
    attempt,
    test_each_protection_holds_alone,  # noqa: F401 - collected here
    test_with_every_protection_the_promise_holds,  # noqa: F401
    test_without_any_protection_the_race_breaks_the_promise,  # noqa: F401
)
from tests.mutations.protections import Protection, drop_constraint, rewrite_functions
from tests.race import race

CLAIM, BUDGET = "coupons/sql/claim.sql", "coupons/sql/budget.sql"
REDEEM, UNDO = "coupons/sql/redeem.sql", "coupons/sql/undo.sql"

UNLOCKED_COUPON = (
    "select * into v_coupon from coupons_coupon where id = p_coupon for no key update;",
    "select * into v_coupon from coupons_coupon where id = p_coupon; perform pg_sleep(0.01);",
)


def fresh_coupons(count=1, **fields):
    version = make_version(stacking="free", **fields)
    member = make_member()
    return [issue(version, member) for _ in range(count)]


class RedeemedOnce:
    """Of many redemptions of one coupon, each on a bill of its own, one stands."""

    protections = (
        Protection(
            "the coupon is asked while its row is locked",
            rewrite_functions(REDEEM, UNLOCKED_COUPON),
        ),
        Protection(
            "of one coupon one redemption is live",
            drop_constraint("coupons_redemption", "coupon_redeemed_once"),
        ),
        Protection(
            "no coupon has fewer uses left than none",
            drop_constraint("coupons_coupon", "coupon_never_overused"),
        ),
    )

    def holds_under_attack(self):
        (coupon,), store = fresh_coupons(), allied_store()
        code = coupons.show_coupon(coupon=coupon).code

        def use(number):
            bill = reported_bill(5_000)
            return lambda: attempt(
                lambda: coupons.redeem_coupons(
                    store=store,
                    reported_bill=bill,
                    codes=[code],
                    request_no=f"{bill.bill_no}-{number}",
                    actor="till:1",
                    key=fresh_key(),
                )
            )

        race(*[use(number) for number in range(CALLERS)])
        return Redemption.objects.filter(coupon=coupon).count() == 1


class LimitOfAPerson:
    """Of many claims of one member with a limit of two, two succeed."""

    protections = (
        Protection(
            "the n-th of a member is one",
            drop_constraint("coupons_coupon", "coupon_nth_of_its_member_once"),
        ),
        Protection(
            "the n-th of a member on a day is one",
            drop_constraint("coupons_coupon", "coupon_nth_of_a_day_once"),
        ),
    )

    def holds_under_attack(self):
        version, member = make_version(per_member=2), make_member()
        race(*[lambda: attempt(lambda: claim(version, member))] * CALLERS)
        return Coupon.objects.filter(version=version).count() == 2


class NeverOversold:
    """Of many claims of three units, three succeed."""

    protections = (
        Protection(
            "a unit is taken only where one is left",
            rewrite_functions(
                CLAIM,
                (
                    "and slot = p_member % p_slots and remaining > 0",
                    "and slot = p_member % p_slots",
                ),
                (
                    "if v_of_stock and not coupons_has_stock",
                    "if false and not coupons_has_stock",
                ),
            ),
        ),
        Protection(
            "what is left is never below nothing",
            drop_constraint("coupons_stockslot", "stock_never_oversold"),
        ),
    )

    def holds_under_attack(self):
        version = make_version(stock=3, slots=1)
        people = [make_member() for _ in range(CALLERS)]

        def ask(member):
            return lambda: attempt(lambda: claim(version, member))

        race(*map(ask, people))
        left = StockSlot.objects.filter(version=version).aggregate(left=Sum("remaining"))["left"]
        return Coupon.objects.filter(version=version).count() + left == 3 and left >= 0


class BudgetNeverOverdrawn:
    """Of many claims of ¥5 each within a budget of ¥15, three succeed."""

    protections = (
        Protection(
            "fen are reserved only where enough are left",
            rewrite_functions(
                BUDGET,
                (
                    "and slot = p_member % p_slots and remaining_fen >= p_fen",
                    "and slot = p_member % p_slots",
                ),
            ),
        ),
        Protection(
            "a budget is never below nothing",
            drop_constraint("coupons_budgetslot", "coupon_budget_never_overdrawn"),
        ),
    )

    def holds_under_attack(self):
        version = make_version(budget_fen=1_500, slots=1)
        people = [make_member() for _ in range(CALLERS)]

        def ask(member):
            return lambda: attempt(lambda: claim(version, member))

        race(*map(ask, people))
        left = BudgetSlot.objects.get(version=version).remaining_fen
        return left >= 0 and Coupon.objects.filter(version=version).count() * 500 + left == 1_500


class ReversedOnce:
    """Of many reversals of one redemption, one gives back."""

    protections = (
        Protection(
            "only a live redemption is reversed",
            rewrite_functions(
                UNDO, ("where id = p_redemption and reversed_at is null", "where id = p_redemption")
            ),
        ),
        Protection(
            "what is reversed stays reversed",
            ("drop trigger coupons_redemption_reversed_once on coupons_redemption",),
        ),
        Protection(
            "nothing leaves a bill that was not on it",
            drop_constraint("coupons_couponbill", "coupon_bill_bears_its_discounts_and_refunds"),
        ),
    )

    def holds_under_attack(self):
        (coupon,), store = fresh_coupons(payers=[(None, 10_000)]), allied_store()
        redemption = redeem(coupon, store=store).redemptions.get()

        def reverse():
            attempt(
                lambda: coupons.reverse_redemption(
                    redemption=redemption, reason="扫错券", actor="till:1", key=fresh_key()
                )
            )

        race(*[reverse] * CALLERS)
        coupon.refresh_from_db()
        parts = FundingPart.objects.filter(redemption=redemption)
        return coupon.uses_left == 1 and parts.aggregate(sum=Sum("fen"))["sum"] == 0


class WithinTheBill:
    """Of many coupons of ¥5 on a bill of ¥10, shown one by one, two take something off."""

    protections = (
        Protection(
            "who saw the bill as it no longer is judges again",
            rewrite_functions(REDEEM, ("if v_bill.seq <> p_bill_seq then", "if false then")),
        ),
        Protection(
            "discounts are never more than the bill",
            drop_constraint("coupons_couponbill", "coupon_bill_bears_its_discounts_and_refunds"),
        ),
    )

    def holds_under_attack(self):
        held = fresh_coupons(CALLERS, kind="cash_off", face_fen=500, threshold_fen=0)
        store, bill = allied_store(), reported_bill(1_000)

        def use(coupon):
            return lambda: attempt(lambda: redeem(coupon, store=store, bill=bill))

        race(*map(use, held))
        return CouponBill.objects.get(store=store).discount_fen == 1_000


class OpenPassOnce:
    """Of many uses of one open pass, at tills without a network, one stands, however many are left."""

    protections = (
        Protection(
            "a pass is asked for while its coupon is locked",
            rewrite_functions(REDEEM, ("if v_use.shown_by_pass is not null", "if false")),
        ),
        Protection(
            "by one pass one redemption is live",
            drop_constraint("coupons_redemption", "open_pass_redeemed_once"),
        ),
    )

    def holds_under_attack(self):
        (coupon,) = fresh_coupons(offline="allowance", uses=CALLERS)
        state = coupon_states([coupon.pk])[coupon.pk]
        pass_made_at = clock.real_now().replace(microsecond=0)

        def use(store):
            bill = reported_bill(5_000)
            return lambda: attempt(
                lambda: coupons.redeem_offline(
                    store=store,
                    reported_bill=bill,
                    coupon=state,
                    discount_fen=500,
                    request_no=bill.bill_no,
                    actor="till:1",
                    key=fresh_key(),
                    at=clock.now(),
                    pass_made_at=pass_made_at,
                )
            )

        race(*[use(allied_store()) for _ in range(CALLERS)])
        return Redemption.objects.filter(coupon=coupon).count() == 1


INVARIANTS = [
    RedeemedOnce,
    OpenPassOnce,
    LimitOfAPerson,
    NeverOversold,
    BudgetNeverOverdrawn,
    ReversedOnce,
    WithinTheBill,
]
