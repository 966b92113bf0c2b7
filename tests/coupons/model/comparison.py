"""What of coupons is held against the model, after each step."""

from collections import Counter

from django.db.models import Sum

from coupons.invariants import COUPONS
from coupons.models import (
    BillRefund,
    BudgetSlot,
    Coupon,
    CouponBill,
    FundingPart,
    ReceiptReward,
    Redemption,
    StockSlot,
)
from coupons.queries.wallet import coupons_of
from district.kernel import invariants
from loyalty import queries
from loyalty.settlement.models import Booking


class DatabaseComparison:
    """The comparisons of the machine; what it drives stands in `CouponModelRun`."""

    def compare_all(self):
        found = [(finding.query, finding.rows) for finding in invariants.findings(COUPONS)]
        assert not found, found
        self.compare_coupons()
        self.compare_rewards()
        self.compare_wallets()
        self.compare_stock_and_budget()
        self.compare_bills()
        self.compare_who_owes()

    def learn_names(self):
        """What was made by both in the last step, in the same order."""
        fresh = [made for made in self.model.coupons if not made.pk]
        known = len(self.model.coupons) - len(fresh)
        rows = Coupon.objects.order_by("pk").values_list("pk", "public_id")
        rows = list(rows[known:])
        assert len(rows) == len(fresh)
        for coupon, row in zip(fresh, rows, strict=True):
            coupon.pk, coupon.name = row

    def compare_coupons(self):
        rows = Coupon.objects.order_by("pk").values_list(
            *("pk", "version_id", "claimer_id", "member_id", "claim_day", "source", "state"),
            *("valid_from", "valid_until", "uses_left", "value_left_fen", "reserved_fen"),
            *("leased_to_id", "leased_until", "warned_at", "nth", "nth_of_day"),
        )
        found = [(*row[:-3], *(value is not None for value in row[-3:])) for row in rows]
        expected = [
            (
                *(coupon.pk, self.versions[coupon.version].pk),
                *(self.members[coupon.claimer].pk, self.members[coupon.holder].pk),
                *(coupon.day, coupon.source, coupon.state, coupon.begins, coupon.ends),
                *(coupon.uses, coupon.value, coupon.reserved),
                *(
                    (self.stores[coupon.lease[0]].pk, coupon.lease[1])
                    if coupon.lease
                    else (None, None)
                ),
                *(coupon.warned, coupon.counts, coupon.counts),
            )
            for coupon in self.model.coupons
        ]
        # A few rows of a long list: what a reader of the failure wants to see.
        other = [pair for pair in zip(found, expected, strict=True) if pair[0] != pair[1]]
        assert not other, other

    def compare_rewards(self):
        rewards = ReceiptReward.objects.values_list("receipt_id", "coupon_id")
        assert set(rewards) == {
            (purchase.pk, coupon.pk) for (purchase, _), coupon in self.model.rewards.items()
        }

    def compare_wallets(self):
        """As the shopper sees them, whether or not the sweep has run."""
        now = self.model.now
        for name, member in self.members.items():
            mine = [coupon for coupon in self.model.coupons if coupon.holder == name]
            live = {coupon.pk for coupon in mine if coupon.state == "live" and now < coupon.ends}
            over = {coupon.pk for coupon in mine if coupon.state == "live" and coupon.ends <= now}
            over |= {coupon.pk for coupon in mine if coupon.state == "expired"}
            for state, pks in (("live", live), ("expired", over)):
                assert set(coupons_of(member, state, now).values_list("pk", flat=True)) == pks
            if name not in self.model.closed:
                assert queries.balance_of(member, now).available == self.model.points[name]

    def compare_stock_and_budget(self):
        stock = StockSlot.objects.values_list("version", "day").annotate(left=Sum("remaining"))
        budget = BudgetSlot.objects.values_list("version").annotate(left=Sum("remaining_fen"))
        expected = {}
        for version, row in self.versions.items():
            if version.stock is not None:
                expected[row.pk, None] = version.stock - version.given
            expected |= {(row.pk, day): left for day, left in version.days.items()}
        assert {(pk, day): left for pk, day, left in stock} == expected
        assert dict(budget) == {
            row.pk: version.free
            for version, row in self.versions.items()
            if version.free is not None
        }

    def compare_bills(self):
        bills = list(CouponBill.objects.order_by("pk"))
        assert [
            (known.bill_no, known.bill_fen, known.discount_fen, known.refunded_fen)
            for known in bills
        ] == [
            (
                known.no,
                known.fen,
                sum(use.discount for use in self.model.live_on(known)),
                known.refunded,
            )
            for known in self.model.bills.values()
        ]
        refunds = BillRefund.objects.values_list(
            "bill_id", "refund_no", "goods_fen", "discount_fen"
        )
        assert set(refunds) == {
            (row.pk, no, *fen)
            for row, bill in zip(bills, self.model.bills.values(), strict=True)
            for no, fen in bill.refunds.items()
        }
        uses = Redemption.objects.order_by("pk").values_list(
            *("coupon_id", "eligible_fen", "discount_fen", "cost_fen", "refunded_fen"),
            *("returned_fen", "restored_fen", "replaced_fen", "reversed_at"),
        )
        assert [(*row[:-1], row[-1] is not None) for row in uses] == [
            (
                *(use.coupon.pk, use.eligible, use.discount, use.cost, use.refunded),
                *(use.returned, use.restored, use.replaced, use.reversed),
            )
            for use in self.model.redemptions
        ]

    def compare_who_owes(self):
        borne = {}
        for pk, party, fen in FundingPart.objects.values_list("redemption_id", "party_id", "fen"):
            borne.setdefault(pk, Counter())[self.parties[party]] += fen
        pks = Redemption.objects.order_by("pk").values_list("pk", flat=True)
        for pk, redemption in zip(pks, self.model.redemptions, strict=True):
            parts = {party: fen for party, fen in borne.get(pk, {}).items() if fen}
            assert parts == self.model.borne(redemption)
        owed = Counter()
        for payer, payee, fen in Booking.objects.values_list("payer_id", "payee_id", "fen"):
            owed[self.parties[payer], self.parties[payee]] += fen
        assert {pair: fen for pair, fen in owed.items() if fen} == self.model.owed()
