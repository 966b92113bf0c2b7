"""Whatever happens to coupons, in whatever order: they are what a naive model of them says.

After every step no audit query finds anything, and every wallet, stock, budget and bill, and what each
party owes each merchant, equal the model, before any sweep and after one.
"""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from coupons import codes
from coupons import services as coupons
from coupons.models import Coupon, CouponBill, Redemption
from coupons.services import Goods, Told
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants import services as merchants
from district.merchants.models import Merchant
from loyalty import services as loyalty
from tests.coupons.model.driving import (
    BEGIN,
    JUMPS,
    LONG,
    POINTS,
    Driving,
    fields_of,
    money,
    terms,
    where,
    which,
    who,
)
from tests.coupons.model.things import Bill, days_on
from tests.factories.coupons import fresh_key, make_draft
from tests.factories.loyalty import buy, make_counter
from tests.factories.members import make_member, make_operator, make_staff
from tests.factories.merchants import make_merchant, till_of, visit_of


class Life(Driving):
    """Everything that can happen to coupons, in any order."""

    # -- versions --------------------------------------------------------------------------------

    @initialize(first=terms, second=terms, owner=some.sampled_from([None, "x"]))
    def begin(self, first, second, owner):
        self.publish(first, owner, template=None)
        self.publish(second, None, template=None)

    @rule(said=terms, owner=some.sampled_from([None, "x"]), template=some.sampled_from([None, 0]))
    def publish(self, said, owner, template):
        """A version of a new template, or a newer one of the first."""
        fresh = template is None
        if fresh:
            with clock.moved_to(self.model.now):
                self.templates.append(
                    coupons.create_template(
                        name=self.fresh(), merchant=self.parties_of.get(owner), by=self.people[0]
                    )
                )
            self.owners.append(owner)
        number = len(self.templates) - 1 if fresh else template
        row = self.templates[number]

        def post():
            fields = fields_of(said, self.stores, self.parties_of)
            draft = make_draft(template=row, **fields)
            coupons.submit_version(version=draft, by=self.people[0])
            return coupons.approve_version(version=draft, by=self.people[1])

        version, made = self.both(
            lambda: self.model.publish(number, self.owners[number], said), post
        )
        self.versions[version] = made

    @rule(index=which, seldom=some.integers(0, 3))
    def stop(self, index, seldom):
        if seldom:
            return
        version = self.any_version(index)
        self.both(
            lambda: self.model.stop(version),
            lambda: coupons.stop_version(version=self.versions[version], by=self.people[1]),
        )

    @rule(index=which, by=some.sampled_from([-2, -1, 0, 3]), wrong=some.integers(0, 4))
    def resize(self, index, by, wrong):
        version = self.any_version(index)
        was = version.stock or 1
        stock = max(was + by, 1)
        if not wrong:
            was += 1
        self.both(
            lambda: self.model.resize(version, was, stock),
            lambda: coupons.resize_stock(
                version=self.versions[version], stock_was=was, stock=stock, by=self.people[1]
            ),
        )

    # -- time ------------------------------------------------------------------------------------

    @rule(jump=some.sampled_from(list(JUMPS)))
    def time_passes(self, jump):
        self.model.now += JUMPS[jump]

    @rule(early=some.sampled_from([0, 1]))
    def midnight_comes(self, early):
        """The very instant, or the last moment before it."""
        self.model.now = max(
            self.model.now, days_on(self.model.now, 1) - timedelta(microseconds=early)
        )

    @rule()
    def the_sweep_runs(self):
        ended, counted = self.both(self.model.expire, coupons.expire_coupons)
        assert counted == ended

    @rule()
    def a_warning_goes_out(self):
        told, counted = self.both(self.model.warn, coupons.warn_of_expiring)
        assert counted == told

    # -- getting one -----------------------------------------------------------------------------

    @rule(member=who, index=which)
    def claim(self, member, index):
        self.get(
            self.model.claim,
            lambda version, member, key: coupons.claim_coupon(
                version=version, member=member, key=key
            ),
            member,
            index,
        )

    @rule(member=who, index=which)
    def issue(self, member, index):
        self.get(
            self.model.issue,
            lambda version, member, key: coupons.issue_coupon(
                version=version, member=member, source="issue", key=key, limited=False
            ),
            member,
            index,
        )

    @rule(member=who, index=which)
    def exchange(self, member, index):
        self.get(
            self.model.exchange,
            lambda version, member, key: coupons.exchange_coupon(
                version=version, member=member, key=key
            ),
            member,
            index,
        )

    @rule(member=who, index=which, store=where)
    def hand_out(self, member, index, store):
        def post(version, member, key):
            visit = visit_of(member, self.tills[store], self.stores[store]).visit
            return coupons.hand_out_coupon(version=version, visit=visit, actor="clerk:1", key=key)

        def in_model(version, member):
            return self.model.hand_out(version, member, store)

        self.get(in_model, post, member, index)

    def get(self, in_model, post, member, index):
        if member in self.model.closed:
            return
        version, key = self.any_version(index), fresh_key()

        def again(key):
            return post(self.versions[version], self.members[member], key)

        made = self.both(lambda: in_model(version, member), lambda: again(key))
        if made:
            self.done.append((again, key, made[1]))

    # -- at the counter --------------------------------------------------------------------------

    @rule(
        picks=some.lists(which, min_size=1, max_size=3),
        store=where,
        known=some.sampled_from([False, False, True]),
        index=which,
        fen=money,
        tea=money,
        number=some.sampled_from(["new"] * 5 + ["used"]),
        wrong=some.sampled_from([0] * 7 + [1]),
    )
    def redeem(self, picks, store, known, index, fen, tea, number, wrong):
        """Live coupons, shown on a new bill or on one of before."""
        held = [one for one in self.model.coupons if one.state == "live"]
        held = list({self.pick(held or self.model.coupons, at): None for at in picks if held})
        self.use(held, store, known, index, fen, tea, number, wrong, fresh=True)

    @rule(index=which, store=where, fen=money)
    def any_coupon_is_shown(self, index, store, fen):
        """Whatever state it is in."""
        if self.model.coupons:
            coupon = self.pick(self.model.coupons, index)
            self.use([coupon], store, False, 0, fen, fen, "new", 0, fresh=True)

    @rule(picks=some.lists(which, min_size=1, max_size=2), store=where, fen=money)
    def what_was_shown_before_is_shown_again(self, picks, store, fen):
        """A code of an earlier step that is still good by its age."""
        if self.shown:
            shown = [self.pick(self.shown, at) for at in picks]
            self.use(shown, store, False, 0, fen, fen, "new", 0, fresh=False)

    def use(self, held, store, known, index, fen, tea, number, wrong, *, fresh):  # noqa: PLR0917
        if not held:
            return
        here = [bill for bill in self.model.bills.values() if bill.store == store]
        bill = Bill(store, self.fresh(), fen, min(tea, fen))
        if known and here:
            one = self.pick(here, index)
            bill = Bill(store, one.no, one.fen + wrong, one.tea)
        numbers = [no for at, no in self.model.requests if at == store]
        no = self.pick(sorted(numbers), index) if number == "used" and numbers else self.fresh()
        lines = ((bill.tea, "tea"), (bill.fen - bill.tea, "cake"))
        key, shown = fresh_key(), []

        def in_model():
            shown.extend(map(self.model.show, held) if fresh else held)
            return self.model.redeem(store, bill, shown, no)

        def texts():
            if fresh:
                rows = [Coupon.objects.get(pk=one.pk) for one in held]
                return [coupons.show_coupon(coupon=row).code for row in rows]
            now = clock.real_now()
            return [
                codes.code_of(codes.Shown(one.pk, self.members[holder].pk, *left), now)
                for one, holder, left in held
            ]

        def post(key, told=None):
            return coupons.redeem_coupons(
                store=self.stores[store],
                told=Told(bill.no, bill.fen, lines),
                shown=texts() if told is None else told,
                request_no=no,
                actor="till:1",
                key=key,
            )

        made = self.both(in_model, lambda: post(key))
        self.shown += shown if fresh else []
        if made:
            # Whatever is shown by then: the key is answered.
            self.done.append((lambda key: post(key, ["-"]), key, made[1]))

    @precondition(lambda self: self.done)
    @rule(index=which, other=some.booleans())
    def an_act_is_repeated(self, index, other):
        """The same key is answered the same, and with other terms refused; nothing happens either way."""
        act, key, row = self.pick(self.done, index)
        with clock.moved_to(self.model.now):
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
    def reverse(self, index, operator):
        redemption = self.pick(self.model.redemptions, index)
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

    @precondition(lambda self: self.model.bills)
    @rule(
        index=which,
        how=some.sampled_from(["one", "half", "rest", "rest", "more", "third"]),
        tea=some.sampled_from([None, 0, 1, 2]),
        twice=some.integers(0, 7),
    )
    def refund(self, index, how, tea, twice):
        bill = self.pick(list(self.model.bills.values()), index)
        left = bill.fen - bill.refunded
        fen = {
            "one": 1,
            "half": max(left // 2, 1),
            "third": max(left // 3, 1),
            "rest": max(left, 1),
            "more": left + 1,
        }[how]
        tea = None if tea is None else min(bill.tea, fen * tea // 2)
        lines = () if tea is None else tuple(
            line for line in ((tea, "tea"), (fen - tea, "cake")) if line[0]
        )
        no = self.pick(list(bill.refunds), index) if not twice and bill.refunds else self.fresh()
        row = CouponBill.objects.get(bill_no=bill.no)
        goods, key = Goods(no, fen, lines), fresh_key()

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

    # -- hands -----------------------------------------------------------------------------------

    @precondition(lambda self: self.model.coupons)
    @rule(index=which)
    def offer(self, index):
        coupon = self.pick(self.model.coupons, index)
        made = self.both(
            lambda: self.model.offer(coupon),
            lambda: coupons.offer_coupon(coupon=Coupon.objects.get(pk=coupon.pk)),
        )
        if made:
            self.offers.append(made)

    @precondition(lambda self: self.offers)
    @rule(index=which, member=who)
    def accept(self, index, member):
        if member in self.model.closed:
            return
        offered, code = self.pick(self.offers, index)
        self.both(
            lambda: self.model.accept(offered, member),
            lambda: coupons.accept_coupon(
                code=code, member=self.members[member], key=fresh_key()
            ),
        )

    @precondition(lambda self: self.model.coupons)
    @rule(index=which)
    def revoke(self, index):
        coupon = self.pick(self.model.coupons, index)
        self.both(
            lambda: self.model.revoke(coupon),
            lambda: coupons.revoke_coupon(
                coupon=Coupon.objects.get(pk=coupon.pk), reason="误发", by=self.people[1]
            ),
        )

    @rule(member=who, into=who, seldom=some.integers(0, 4))
    def merge(self, member, into, seldom):
        if member == into or seldom:
            return

        def post():
            source, target = self.members[member], self.members[into]
            loyalty.merge_members(
                source=Member.objects.get(pk=source.pk),
                into=Member.objects.get(pk=target.pk),
                reason="同一个人",
                by=self.people[1],
                key=fresh_key(),
            )
            # As the outbox does it, soon after.
            coupons.move_coupons(source=source.pk, into=target.pk)

        self.both(lambda: self.model.merge(member, into), post)

    # -- what must hold ----------------------------------------------------------------------------

    @invariant()
    def coupons_are_what_the_model_says(self):
        self.compare_all()


def life_with(machine):
    """A machine with its people and shops, which every example shares."""
    with clock.moved_to(BEGIN):
        members_ = {name: make_member(name) for name in "abc"}
        stores_ = {name: make_counter() for name in "xy"}
        for one in members_.values():
            buy(one, stores_["x"], fen=POINTS * 100)
    named = {
        "alliance": merchants.alliance_party(),
        "fund": make_merchant(kind=Merchant.Kind.FUND),
        **{name: store.merchant for name, store in stores_.items()},
    }

    class Bound(machine):
        members, stores = members_, stores_
        tills = {name: till_of(store) for name, store in stores_.items()}
        people = (make_staff("tichu"), make_operator("fuhe"))
        parties_of = named
        parties = {party.pk: name for name, party in named.items()}

    return Bound


@pytest.fixture
def life(db):
    return life_with(Life)


COMMON = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
# The same examples at every run. Shrinking takes minutes; the long test does it.
SOME = settings(
    COMMON,
    max_examples=12,
    stateful_step_count=25,
    derandomize=True,
    phases=[Phase.generate],
)


def test_some_lives(life):
    """The same examples at every run; many more below."""
    run_state_machine_as_test(life, settings=SOME)


@pytest.mark.slow
def test_many_lives(life):
    run_state_machine_as_test(
        life, settings=settings(COMMON, max_examples=LONG, stateful_step_count=40, print_blob=True, phases=[Phase.generate])
    )
