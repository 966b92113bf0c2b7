"""What happens at a counter, in both districts: shown, redeemed, reversed, brought back."""

from datetime import timedelta

from hypothesis import strategies as some
from hypothesis.stateful import precondition, rule

from coupons import codes
from coupons import services as coupons
from coupons.engine.bill import Bill, BillLine
from coupons.models import Coupon, CouponBill, Redemption
from coupons.services import ReturnedGoods
from district.kernel import clock
from district.kernel.idempotency import Key
from tests.coupons.model.machine import money, where, which, who
from tests.coupons.model.naive_types import NaiveBill
from tests.coupons.model.wallet_steps import WalletSteps
from tests.factories.coupons import fresh_key

some_money = some.tuples(money, money).map(lambda pair: (pair[0], min(pair)))
picked = some.lists(which, min_size=1, max_size=3)


def bill_lines(lines):
    """The lines of the model's bills, (fen, product), as a till reports them."""
    return tuple(BillLine(*line) for line in lines)


class CounterSteps(WalletSteps):
    """Redeemed on bills, by codes fresh and old; undone again."""

    @rule(
        member=who,
        picks=picked,
        store=where,
        amount=some_money,
        then=some.sampled_from(["nothing", "nothing", "reversed", "reversed late", "bit by bit"]),
    )
    def what_was_just_issued_is_used(self, member, picks, store, amount, then):
        """And perhaps comes back at once."""
        made = [self.get("issue", member, index) for index in picks]
        before = len(self.model.redemptions)
        bill = self.bill(store, *amount)
        self.use([coupon for coupon in made if coupon], store, bill)
        if then == "bit by bit" and (store, bill.no) in self.model.bills:
            for how in ("third", "rest"):
                self.refund(self.model.bills[store, bill.no], how, tea=None, twice=1)
        elif then.startswith("reversed"):
            for redemption in self.model.redemptions[before:]:
                if then == "reversed late":
                    self.model.now = max(self.model.now, redemption.coupon.ends)
                self.reverse(redemption, operator=True)

    @precondition(lambda self: self.model.coupons)
    @rule(picks=picked, store=where, amount=some_money)
    def some_are_used(self, picks, store, amount):
        self.use(self.live(picks), store, self.bill(store, *amount))

    @precondition(lambda self: self.model.bills)
    @rule(
        picks=picked,
        index=which,
        wrong=some.sampled_from([0, 0, 0, 1]),
        used=some.sampled_from([False, False, True]),
    )
    def more_are_used_on_a_bill(self, picks, index, wrong, used):
        """Perhaps with a number of a request that was made before, or the bill reported otherwise."""
        known = self.any_bill(index)
        numbers = sorted(no for at, no in self.model.requests if at == known.store)
        number = self.pick(numbers, index) if used else None
        bill = NaiveBill(known.store, known.no, known.fen + wrong, known.tea)
        self.use(self.live(picks), known.store, bill, number)

    @precondition(lambda self: self.model.coupons)
    @rule(index=which, store=where, amount=some_money)
    def any_coupon_is_shown(self, index, store, amount):
        """Whatever state it is in."""
        coupon = self.pick(self.model.coupons, index)
        self.use([coupon], store, self.bill(store, *amount))

    @precondition(lambda self: self.presented)
    @rule(picks=picked, store=where, amount=some_money)
    def what_was_shown_before_is_shown_again(self, picks, store, amount):
        """A code of an earlier step that is still good by its age."""
        presented = [self.pick(self.presented, at) for at in picks]
        self.use(presented, store, self.bill(store, *amount), fresh=False)

    def bill(self, store, fen, tea):
        return NaiveBill(store, self.fresh(), fen, tea)

    def live(self, picks):
        held = [coupon for coupon in self.model.coupons if coupon.state == "live"]
        return list({self.pick(held, at): None for at in picks}) if held else []

    def use(self, held, store, bill, number=None, *, fresh=True):
        """Coupons, or where they are not shown afresh what was shown of them."""
        if not held:
            return
        no = number or self.fresh()
        lines = ((bill.tea, "tea"), (bill.fen - bill.tea, "cake"))
        key, presented = fresh_key(), []

        def in_model():
            presented.extend(map(self.model.show, held) if fresh else held)
            return self.model.redeem(store, bill, presented, no)

        def texts():
            if fresh:
                rows = [Coupon.objects.get(pk=coupon.pk) for coupon in held]
                passes = [coupons.show_coupon(coupon=row).code for row in rows]
                # The pass of a leased one ends by the real clock, which nobody moves.
                if not any(coupon.is_leased(self.model.now) for coupon in held):
                    return passes
            now = clock.real_now()
            return [
                codes.code_of(codes.PresentedCode(coupon.pk, self.members[holder].pk, *left), now)
                for coupon, holder, left in presented
            ]

        def post(key, presented=None):
            return coupons.redeem_coupons(
                store=self.stores[store],
                reported_bill=Bill(bill.fen, bill_lines(lines), bill.no),
                codes=texts() if presented is None else presented,
                request_no=no,
                actor="till:1",
                key=key,
            )

        made = self.both(in_model, lambda: post(key))
        self.presented += presented if fresh else []
        if made:
            # Whatever is shown by then: the key is answered.
            self.done.append((lambda key: post(key, ["-"]), key, made[1]))

    @precondition(lambda self: self.done)
    @rule(index=which, other=some.booleans())
    def an_act_is_repeated(self, index, other):
        """The same key is answered the same, and with other terms refused; nothing happens either way."""
        act, key, row = self.pick(self.done, index)
        with clock.travel_to(self.model.now):
            if not other:
                assert act(key).pk == row.pk
                return
        self.both(
            lambda: self.refuse("idempotency_key_reused"),
            lambda: act(Key.of(key.scope, key.key, other=1)),
        )

    # -- undoing ---------------------------------------------------------------------------------

    @precondition(lambda self: self.model.redemptions)
    @rule(index=which, operator=some.booleans())
    def the_latest_are_reversed(self, index, operator):
        self.reverse(self.model.redemptions[-1 - index % 3 % len(self.model.redemptions)], operator)

    @precondition(lambda self: self.model.redemptions)
    @rule(index=which, operator=some.booleans())
    def any_is_reversed(self, index, operator):
        self.reverse(self.pick(self.model.redemptions, index), operator)

    @precondition(lambda self: self.model.redemptions)
    @rule(index=which, late=some.booleans())
    def one_is_reversed_about_its_end(self, index, late):
        """In the last instant of its coupon, or when it is just over."""
        standing = [use for use in self.model.redemptions if not use.reversed]
        redemption = self.pick(standing or self.model.redemptions, index)
        about = redemption.coupon.ends - timedelta(microseconds=not late)
        self.model.now = max(self.model.now, about)
        self.reverse(redemption, operator=True)

    def reverse(self, redemption, operator):
        row = Redemption.objects.order_by("pk")[self.model.redemptions.index(redemption)]
        key = fresh_key()

        def again(key):
            return coupons.reverse_redemption(
                redemption=row, reason="扫错券", actor="till:1", key=key, operator=operator
            )

        made = self.both(
            lambda: self.model.reverse(redemption, operator=operator), lambda: again(key)
        )
        if made:
            self.done.append((again, key, made[1]))

    @precondition(lambda self: self.model.rewards)
    @rule(index=which, store=where, amount=some_money, undo=some.booleans())
    def a_gift_is_used_before_its_purchase_comes_back(self, index, store, amount, undo):
        """And perhaps its use is undone when nothing brings it any more."""
        gift = self.pick(list(self.model.rewards.values()), index)
        self.use([gift], store, self.bill(store, *amount))
        self.bring_back(gift.purchase, "rest")
        uses = [redemption for redemption in self.model.redemptions if redemption.coupon is gift]
        if uses and undo:
            self.reverse(uses[-1], operator=True)

    @precondition(lambda self: self.model.bills)
    @rule(index=which, hows=some.lists(some.sampled_from(["one", "half", "third"]), max_size=3))
    def a_bill_comes_back_bit_by_bit(self, index, hows):
        bill = self.any_bill(index)
        for how in [*hows, "rest"]:
            self.refund(bill, how, tea=None, twice=1)

    @precondition(lambda self: self.model.bills)
    @rule(
        index=which,
        how=some.sampled_from(["one", "half", "rest", "rest", "more", "third"]),
        tea=some.sampled_from([None, 0, 1, 2]),
        twice=some.integers(0, 7),
    )
    def goods_come_back(self, index, how, tea, twice):
        self.refund(self.any_bill(index), how, tea, twice, index)

    def any_bill(self, index):
        return self.pick(list(self.model.bills.values()), index)

    def refund(self, bill, how, tea, twice, index=0):
        left = bill.fen - bill.refunded
        fen = {
            "one": 1,
            "half": max(left // 2, 1),
            "third": max(left // 3, 1),
            "rest": max(left, 1),
            "more": left + 1,
        }[how]
        tea = None if tea is None else min(bill.tea, fen * tea // 2)
        lines = (
            ()
            if tea is None
            else tuple(line for line in ((tea, "tea"), (fen - tea, "cake")) if line[0])
        )
        no = self.pick(list(bill.refunds), index) if not twice and bill.refunds else self.fresh()
        row = CouponBill.objects.get(bill_no=bill.no)
        goods, key = ReturnedGoods(no, fen, bill_lines(lines)), fresh_key()

        def again(key):
            return coupons.refund_bill(bill=row, goods=goods, actor="till:1", key=key)

        def post():
            preview = coupons.preview_bill_refund(bill=row, goods=goods)
            made = again(key)
            assert preview.discount_fen == made.discount_fen
            return made

        made = self.both(lambda: self.model.refund(bill, no, fen, tea), post)
        if made:
            self.done.append((again, key, made[1]))
