"""What happens to versions and to the coupons in people's hands, in both districts."""

from datetime import timedelta

from hypothesis import strategies as some
from hypothesis.stateful import initialize, precondition, rule

from coupons import services as coupons
from coupons.models import Coupon
from district.kernel import clock
from district.kernel.models import OutboxRow
from district.members.models import Member
from loyalty import services as loyalty
from loyalty.models import Receipt
from tests.coupons.model.machine import JUMPS, ModelMachine, fields_of, terms, where, which, who
from tests.coupons.model.naive_types import days_on
from tests.factories.coupons import agree_to_shares, fresh_key, make_draft
from tests.factories.loyalty import buy, return_goods
from tests.factories.merchants import visit_of

WAYS = ["claim", "claim", "issue", "exchange", "hand_out"]


class WalletSteps(ModelMachine):
    """Published, got, given, revoked, merged, expired."""

    # -- versions --------------------------------------------------------------------------------

    @initialize(first=terms, second=terms, owner=some.sampled_from([None, "x"]))
    def begin(self, first, second, owner):
        self.publish(first, owner, template=None)
        self.publish(second, None, template=None)
        # A run in which nobody gets anything shows little.
        for member in "ab":
            for index in (0, 1):
                self.get("claim", member, index)

    @precondition(lambda self: len(self.model.versions) < 6)
    @rule(terms=terms, owner=some.sampled_from([None, "x"]), template=some.sampled_from([None, 0]))
    def publish(self, terms, owner, template):
        """A version of a new template, or a newer one of the first."""
        fresh = template is None
        if fresh:
            with clock.travel_to(self.model.now):
                self.templates.append(
                    coupons.create_template(
                        name=self.fresh(), merchant=self.parties_of.get(owner), by=self.people[0]
                    )
                )
            self.owners.append(owner)
        number = len(self.templates) - 1 if fresh else template
        row = self.templates[number]

        def post():
            fields = fields_of(terms, self.stores, self.parties_of)
            draft = make_draft(template=row, **fields)
            coupons.submit_version(version=draft, by=self.people[0])
            agree_to_shares(draft)
            return coupons.approve_version(version=draft, by=self.people[1])

        version, made = self.both(
            lambda: self.model.publish(number, self.owners[number], terms), post
        )
        self.versions[version] = made

    @precondition(lambda self: sum(not version.stopped for version in self.model.versions) > 1)
    @rule(
        index=which,
        by=some.sampled_from([None, -2, -1, 0, 3]),
        wrong=some.sampled_from([0, 0, 0, 1]),
    )
    def stop_or_resize(self, index, by, wrong):
        version = self.any_version(index)
        if by is None:
            self.both(
                lambda: self.model.stop(version),
                lambda: coupons.stop_version(version=self.versions[version], by=self.people[1]),
            )
            return
        was = (version.stock or 1) + wrong
        stock = max(was + by, 1)
        self.both(
            lambda: self.model.resize(version, was, stock),
            lambda: coupons.resize_stock(
                version=self.versions[version], stock_was=was, stock=stock, by=self.people[1]
            ),
        )

    # -- time ------------------------------------------------------------------------------------

    @rule(
        jump=some.sampled_from([*JUMPS, "midnight", "just before midnight"]),
        then=some.sampled_from(["nothing", "a sweep", "a warning"]),
    )
    def time_passes(self, jump, then):
        self.model.now = max(
            self.model.now,
            self.model.now + JUMPS[jump]
            if jump in JUMPS
            else days_on(self.model.now, 1) - timedelta(microseconds=jump != "midnight"),
        )
        if then == "a sweep":
            ended, counted = self.both(self.model.expire, coupons.expire_coupons)
            assert counted == ended
        elif then == "a warning":
            expected, counted = self.both(self.model.warn, coupons.warn_of_expiring)
            assert counted == expected

    # -- getting one -----------------------------------------------------------------------------

    @rule(
        member=who,
        index=which,
        store=where,
        way=some.sampled_from(WAYS),
        # The last is one more than most versions allow a member.
        times=some.sampled_from([1, 2, 4]),
    )
    def somebody_gets_some(self, member, index, store, way, times):
        for _ in range(times):
            self.get(way, member, index, store)

    def get(self, way, member, index, store="x"):
        """By one of the ways; the model's coupon, or nothing."""
        if member in self.model.closed:
            return None
        version, key = self.any_version(index), fresh_key()
        row, person, visits = self.versions[version], self.members[member], []

        def post(key):
            match way:
                case "claim":
                    return coupons.claim_coupon(version=row, member=person, key=key)
                case "exchange":
                    return coupons.exchange_coupon(version=row, member=person, key=key)
                case "issue":
                    return coupons.issue_coupon(
                        version=row, member=person, source="issue", key=key, limited=False
                    )
            # Repeated for the same visit, which may be over by then and its member merged into another.
            visits[:] = visits or [visit_of(person, self.tills[store], self.stores[store]).visit]
            return coupons.hand_out_coupon(version=row, visit=visits[0], actor="clerk:1", key=key)

        counter = [store] if way == "hand_out" else []
        made = self.both(
            lambda: getattr(self.model, way)(version, member, *counter), lambda: post(key)
        )
        if made is None:
            return None
        self.done.append((post, key, made[1]))
        return made[0]

    @precondition(lambda self: self.model.coupons)
    @rule(index=which, store=where, hours=some.sampled_from([1, 8, 24]))
    def lease(self, index, store, hours):
        coupon, key = self.pick(self.model.coupons, index), fresh_key()

        def post(key):
            row = Coupon.objects.get(pk=coupon.pk)
            return coupons.lease_coupon(coupon=row, store=self.stores[store], hours=hours, key=key)

        made = self.both(lambda: self.model.lease(coupon, store, hours), lambda: post(key))
        if made:
            self.done.append((post, key, made[1]))

    # -- hands -----------------------------------------------------------------------------------

    @precondition(lambda self: self.model.coupons)
    @rule(index=which, member=who, at_once=some.booleans())
    def give(self, index, member, at_once):
        coupon = self.pick(self.model.coupons, index)
        made = self.both(
            lambda: self.model.offer(coupon),
            lambda: coupons.offer_coupon(coupon=Coupon.objects.get(pk=coupon.pk)),
        )
        if made:
            self.offers.append(made)
            if at_once:
                self.accept(made, member)

    @precondition(lambda self: self.offers)
    @rule(index=which, member=who)
    def an_offer_is_accepted(self, index, member):
        self.accept(self.pick(self.offers, index), member)

    def accept(self, made, member):
        (offered, code), key = made, fresh_key()
        if member in self.model.closed:
            return

        def post(key):
            return coupons.accept_coupon(code=code, member=self.members[member], key=key)

        taken = self.both(lambda: self.model.accept(offered, member), lambda: post(key))
        if taken:
            self.done.append((post, key, taken[1]))

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

    @precondition(lambda self: self.model.coupons)
    @rule(index=which, latest=some.booleans())
    def an_exchange_is_undone(self, index, latest):
        sold = [held for held in self.model.coupons if held.source == "exchange"]
        coupon = sold[-1] if sold and latest else self.pick(self.model.coupons, index)
        key = fresh_key()

        def post(key):
            row = Coupon.objects.get(pk=coupon.pk)
            return coupons.undo_exchange(coupon=row, member=row.member, key=key)

        made = self.both(lambda: self.model.undo_exchange(coupon), lambda: post(key))
        if made:
            self.done.append((post, key, made[1]))

    # -- purchases -------------------------------------------------------------------------------

    @rule(member=who, fen=some.sampled_from([1_999, 2_000, 5_000, 9_000]))
    def somebody_buys(self, member, fen):
        """Where purchases earn no points."""
        if member in self.model.closed:
            return

        def post():
            bought = buy(self.members[member], self.market, fen=fen)
            for _ in range(2):  # events may be delivered twice
                coupons.reward_receipt(receipt=bought.pk)
            return bought

        made, row = self.both(lambda: self.model.buy(member, fen), post)
        made.pk = row.pk

    @precondition(lambda self: self.model.purchases)
    @rule(index=which, how=some.sampled_from(["one", "half", "rest", "rest"]))
    def goods_of_a_purchase_come_back(self, index, how):
        self.bring_back(self.pick(self.model.purchases, index), how)

    def bring_back(self, purchase, how):
        left = purchase.left
        fen = max({"one": 1, "half": left // 2, "rest": left}[how], 1)

        def post():
            back = Receipt.objects.select_related("store").get(pk=purchase.pk)
            made = return_goods(back.store, back.receipt_no, fen=fen)
            for _ in range(2):
                coupons.take_back_gifts(receipt=purchase.pk)
            OutboxRow.objects.filter(name="ReceiptRefunded").update(delivered_at=clock.real_now())
            return made

        self.both(lambda: self.model.return_goods(purchase, fen), post)

    @precondition(lambda self: len(self.model.coupons) > 3 and not self.model.closed)
    @rule(member=who, into=who)
    def merge(self, member, into):
        if member == into:
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
