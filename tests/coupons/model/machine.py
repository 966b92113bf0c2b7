"""The base of the state machine of coupons: two districts, and doing the same in both."""

import os
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import transaction
from hypothesis import strategies as some
from hypothesis.stateful import RuleBasedStateMachine

from coupons import services as coupons
from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.models import OutboxRow
from district.merchants.models import Store
from tests.coupons.model import naive
from tests.coupons.model.comparison import DatabaseComparison
from tests.coupons.model.naive_types import SHANGHAI, NaiveRefusal, NaiveTerms
from tests.factories.coupons import FAR_OFF, LONG_AGO

LONG = int(os.environ.get("COUPON_LIFE_EXAMPLES", "25"))
# The last evening of a January: a month's end and a midnight are near, and the night has begun.
BEGIN = datetime(2026, 1, 30, 23, 30, tzinfo=SHANGHAI)
POINTS = 100
JUMPS = {
    "a minute": timedelta(minutes=1),
    "an hour": timedelta(minutes=61),
    "a morning": timedelta(hours=9),
    "a day": timedelta(days=1),
    "three days": timedelta(days=3),
}
BENEFITS = [
    {},
    {"threshold": 1_000},
    {"face": 333, "uses": 3},
    {"face": 800, "partial": True},
    {"face": 2_500, "partial": True, "threshold": 300},
    {"kind": "percent_off", "off_bp": 1_500, "face": 400},
    {"kind": "percent_off", "off_bp": 9_999, "face": 5_000, "uses": 2},
    {"kind": "gift", "face": 900},
    {"kind": "gift", "face": 250, "uses": 2, "threshold": 500},
]
VALIDITIES = [
    {},
    {"days": (0, 1)},
    {"days": (1, 3)},
    {"days": (0, 1), "night": True},
    {"days": None, "fixed": (BEGIN - timedelta(days=1), BEGIN + timedelta(days=4))},
    {"claims": (BEGIN + timedelta(hours=1), BEGIN + timedelta(days=2))},
]
AMOUNTS = [
    {},
    {"stock": 2, "slots": 3},
    {"stock": 4, "stock_per_day": 1},
    {"stock_per_day": 2, "slots": 2},
    # A tight budget has one slot: which of several is too empty is no promise.
    {"budget": 1_000},
    {"budget": 2_500, "per_day": 1},
    {"budget": 1_000_000, "slots": 3, "stock": 5},
    {"per_member": 1},
]
PAYERS = [
    (),
    (("redeemer", 3_333),),
    (("fund", 5_000), ("redeemer", 3_333)),
    (("x", 10_000),),
    (("x", 1_111), ("redeemer", 2_222), ("fund", 3_333)),
]


def together(*parts):
    return NaiveTerms(**{key: value for part in parts for key, value in part.items()})


terms = some.builds(
    together,
    some.sampled_from(BENEFITS),
    some.sampled_from(VALIDITIES),
    some.sampled_from(AMOUNTS),
    some.sampled_from([{}, {}, {}, {}, {"stores": ("x",)}, {"tea_only": True}]),
    some.fixed_dictionaries(
        {
            "payers": some.sampled_from(PAYERS),
            "stacking": some.sampled_from(
                ["free"] * 4 + ["alone", "one_per_kind", "one_per_level"]
            ),
            "replacement_days": some.sampled_from([0, 2]),
            "price": some.sampled_from([None, 40]),
            "undo_minutes": some.sampled_from([None, 90]),
            "gift_from": some.sampled_from([None, 2_000, 5_000]),
            "leased": some.booleans(),
        }
    ),
    some.sampled_from([{}, {}, {"transferable": False}, {"at_counter": False}]),
)
who = some.sampled_from("abc")
where = some.sampled_from("xy")
which = some.integers(0, 40)
money = some.one_of(
    some.integers(0, 2_000), some.sampled_from([1_000, 3_333, 10_000, 777, 1_001, 5_000])
)


def fields_of(terms, stores, parties):
    """The same terms as a draft has them."""
    begin, until = terms.claims or (LONG_AGO, FAR_OFF)
    only = {"only": {"stores": [stores[name].public_id for name in terms.stores]}}
    amounts = {
        "cash_off": {"face_fen": terms.face},
        "percent_off": {"off_bp": terms.off_bp, "cap_fen": terms.face},
        "gift": {"face_fen": terms.face, "gift": "热美式一杯"},
    }
    validity = (
        dict(zip(("valid_from", "valid_until"), terms.fixed, strict=True))
        if terms.fixed
        else dict(zip(("days_from", "days"), terms.days, strict=True))
    )
    return {
        "kind": terms.kind,
        **amounts[terms.kind],
        **validity,
        "threshold_fen": terms.threshold,
        "partial": terms.partial,
        "uses": terms.uses,
        "claim_from": begin,
        "claim_until": until,
        "times": {"windows": [{"start": 18 * 60, "end": 2 * 60}]} if terms.night else {},
        "scope": (only if terms.stores else {}) | ({"products": ["tea"]} if terms.tea_only else {}),
        "stacking": terms.stacking,
        "per_member": terms.per_member,
        "per_member_day": terms.per_day,
        "stock": terms.stock,
        "stock_per_day": terms.stock_per_day,
        "budget_fen": terms.budget,
        "slots": terms.slots,
        "points_price": terms.price,
        "exchange_undo_minutes": terms.undo_minutes if terms.price else None,
        "gift_from_fen": terms.gift_from,
        "at_counter": terms.at_counter,
        "transferable": terms.transferable,
        "offline": "leased" if terms.leased else "none",
        "replacement_days": terms.replacement_days,
        "payers": [(parties.get(party), bp) for party, bp in terms.payers],
    }


class ModelMachine(DatabaseComparison, RuleBasedStateMachine):
    """One district in the database and one in the model, side by side."""

    members: dict
    stores: dict
    tills: dict
    people: tuple
    market: Store
    parties: dict
    NaiveDistrict = naive.NaiveDistrict

    def __init__(self):
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.model = self.NaiveDistrict(self.members, POINTS, BEGIN)
        # The rows of the model's versions and, by number, of its templates.
        self.versions, self.templates, self.owners = {}, [], []
        # What was done, to be repeated; what was shown or offered, to be shown or opened later.
        self.done, self.presented, self.offers = [], [], []
        self.number = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    # -- doing the same in both --------------------------------------------------------------------

    def both(self, in_model, in_database):
        """Do it in both; both do it or both refuse it for the same reason. What they made, or nothing."""
        try:
            made, expected = in_model(), "done"
            self.model.follow()
        except NaiveRefusal as refusal:
            made, expected = None, refusal.code
        try:
            with clock.travel_to(self.model.now), transaction.atomic():
                row, outcome = in_database(), "done"
                self.follow()
        except DomainError as refusal:
            row, outcome = None, refusal.code
        assert outcome == expected, (outcome, expected)
        self.learn_names()
        return (made, row) if expected == "done" else None

    def follow(self):
        """As the outbox does it, soon after."""
        events = OutboxRow.objects.filter(name="GiftTakenBack", delivered_at=None).order_by("pk")
        while event := events.first():
            coupons.reward_kept_purchases(
                receipt=event.payload["receipt"], template=event.payload["template"]
            )
            OutboxRow.objects.filter(pk=event.pk).update(delivered_at=clock.real_now())

    def refuse(self, code):
        raise NaiveRefusal(code)

    def any_version(self, index):
        """Mostly one that is still given out."""
        there = [version for version in self.model.versions if not version.stopped]
        return self.pick(there if there and index % 5 < 4 else self.model.versions, index)

    def fresh(self):
        self.number += 1
        return f"N{self.number}"

    def pick(self, items, index):
        return items[index % len(items)]
