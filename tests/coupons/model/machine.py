"""What the machine of the life of coupons stands on: two districts, and doing the same in both."""

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


def fields_of(said, stores, parties):
    """The same terms as a draft has them."""
    begin, until = said.claims or (LONG_AGO, FAR_OFF)
    only = {"only": {"stores": [stores[name].public_id for name in said.stores]}}
    amounts = {
        "cash_off": {"face_fen": said.face},
        "percent_off": {"off_bp": said.off_bp, "cap_fen": said.face},
        "gift": {"face_fen": said.face, "gift": "热美式一杯"},
    }
    validity = (
        dict(zip(("valid_from", "valid_until"), said.fixed, strict=True))
        if said.fixed
        else dict(zip(("days_from", "days"), said.days, strict=True))
    )
    return {
        "kind": said.kind,
        **amounts[said.kind],
        **validity,
        "threshold_fen": said.threshold,
        "partial": said.partial,
        "uses": said.uses,
        "claim_from": begin,
        "claim_until": until,
        "times": {"windows": [{"start": 18 * 60, "end": 2 * 60}]} if said.night else {},
        "scope": (only if said.stores else {}) | ({"products": ["tea"]} if said.tea_only else {}),
        "stacking": said.stacking,
        "per_member": said.per_member,
        "per_member_day": said.per_day,
        "stock": said.stock,
        "stock_per_day": said.stock_per_day,
        "budget_fen": said.budget,
        "slots": said.slots,
        "points_price": said.price,
        "exchange_undo_minutes": said.undo_minutes if said.price else None,
        "gift_from_fen": said.gift_from,
        "at_counter": said.at_counter,
        "transferable": said.transferable,
        "offline": "leased" if said.leased else "none",
        "replacement_days": said.replacement_days,
        "payers": [(parties.get(party), bp) for party, bp in said.payers],
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
        self.done, self.shown, self.offers = [], [], []
        self.number = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.stack.close()

    # -- doing the same in both --------------------------------------------------------------------

    def both(self, in_model, in_database):
        """Do it in both; both do it or both refuse it for the same reason. What they made, or nothing."""
        try:
            made, told = in_model(), "done"
            self.model.follow()
        except NaiveRefusal as refusal:
            made, told = None, refusal.code
        try:
            with clock.travel_to(self.model.now), transaction.atomic():
                row, said = in_database(), "done"
                self.follow()
        except DomainError as refusal:
            row, said = None, refusal.code
        assert said == told, (said, told)
        self.learn_names()
        return (made, row) if told == "done" else None

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
        there = [one for one in self.model.versions if not one.stopped]
        return self.pick(there if there and index % 5 < 4 else self.model.versions, index)

    def fresh(self):
        self.number += 1
        return f"N{self.number}"

    def pick(self, things, index):
        return things[index % len(things)]
