"""Which coupons go together, against trying every combination."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as some

from coupons.engine.bill import Bill, BillLine
from coupons.engine.stacking import best, can_stack, combined
from coupons.engine.terms import Stacking
from tests.coupons.engine.candidates import candidate

START = datetime(2026, 11, 26, tzinfo=UTC)

offers = some.lists(
    some.builds(
        candidate,
        code=some.uuids().map(str),
        discount_fen=some.integers(0, 60),
        stacking=some.sampled_from(Stacking),
        kind=some.sampled_from(["cash_off", "percent_off"]),
        level=some.sampled_from(["merchant", "platform"]),
        valid_until=some.integers(1, 9).map(lambda days: START + timedelta(days=days)),
    ),
    max_size=7,
)
PRODUCTS = ("tea", "cake", "tv")
some_products = some.one_of(
    some.none(), some.frozensets(some.sampled_from(PRODUCTS), min_size=1, max_size=2)
)


def legal(chosen):
    return all(can_stack(coupon, other) for coupon, other in combinations(chosen, 2))


def worth(bill, chosen, before=()):
    """The most taken off, of equals fewer coupons, then the earliest latest end."""
    taken = most_together(bill, [*before, *chosen])
    return taken, -len(chosen), sorted(START - offer.coupon.valid_until for offer in chosen)


def most_together(bill, chosen):
    """Of any of them together at most what their goods cost: the least that any half of them leaves."""

    def cost(few):
        if any(coupon.products is None for coupon in few):
            return bill.fen
        goods = frozenset().union(*(coupon.products for coupon in few))
        return min(bill.fen, sum(fen for product, fen in bill.net_fen.items() if product in goods))

    every = chain.from_iterable(combinations(chosen, size) for size in range(len(chosen) + 1))
    whole = sum(coupon.discount_fen for coupon in chosen)
    return min(whole - sum(coupon.discount_fen for coupon in few) + cost(few) for few in every)


def of_all(offers):
    every = chain.from_iterable(combinations(offers, size) for size in range(len(offers) + 1))
    return [few for few in every if legal(few)]


@given(offers=offers, fen=some.integers(0, 200))
def test_the_best_is_the_best_of_all(offers, fen):
    bill = Bill(fen)
    wanted = max(worth(bill, few) for few in of_all(offers))

    chosen = best(bill, offers)
    steps = combined(bill, chosen)

    assert legal(chosen)
    assert worth(bill, chosen) == wanted
    most = wanted[0]
    assert sum(step.discount_fen for step in steps) == most
    assert (steps[-1].left_fen if steps else fen) == fen - most
    assert all(step.discount_fen for step in steps)


@given(
    data=some.data(),
    offers=offers,
    nets=some.tuples(*[some.integers(0, 50)] * len(PRODUCTS)),
    unlisted=some.integers(-20, 40),
)
def test_of_no_goods_coupons_take_more_than_they_cost(data, offers, nets, unlisted):
    lines = tuple(map(BillLine, nets, PRODUCTS))
    bill = Bill(max(sum(nets) + unlisted, 0), lines)
    offers = [replace(offer, products=data.draw(some_products)) for offer in offers]
    before, offers = offers[:1], offers[1:]
    taken = [replace(coupon, discount_fen=most_together(bill, [coupon])) for coupon in before]

    chosen = best(bill, offers, taken)
    steps = combined(bill, chosen, taken)

    assert legal(chosen)
    assert most_together(bill, [*taken, *chosen]) == max(
        most_together(bill, [*taken, *few]) for few in of_all(offers)
    )
    # As it is cut each subset of them fits into its goods.
    cut = [replace(step.evaluation, discount_fen=step.discount_fen) for step in steps]
    assert most_together(bill, [*taken, *cut]) == sum(
        coupon.discount_fen for coupon in [*taken, *cut]
    )
    # None of them is used up for nothing.
    for coupon in chosen:
        others = [other for other in chosen if other is not coupon]
        assert most_together(bill, [*taken, *others]) < most_together(bill, [*taken, *chosen])


@given(offers=offers, fen=some.integers(0, 200))
def test_the_order_they_are_shown_in_changes_nothing(offers, fen):
    assert set(best(Bill(fen), offers)) == set(best(Bill(fen), offers[::-1]))


def test_two_dozen_equals_are_no_riddle():
    """Trying every half of them would take minutes."""
    equals = [
        candidate(
            f"{day:02}", 10, Stacking.FREE, "cash_off", "merchant", START + timedelta(days=day)
        )
        for day in range(24)
    ]

    chosen = best(Bill(120), equals[::-1])

    assert sorted(offer.coupon.public_id for offer in chosen) == [f"{day:02}" for day in range(12)]


def test_two_coupons_for_one_product_take_no_more_than_it_costs():
    bill = Bill(302_000, (BillLine(2_000, "coffee"), BillLine(300_000, "tv")))

    def free(code, fen=1_500, products=("coffee",), until=START):
        return candidate(code, fen, Stacking.FREE, "cash_off", "merchant", until, products)

    coffee, other, everything = free("A"), free("B"), free("C", 5_000, None)

    assert [step.discount_fen for step in combined(bill, [coffee, other])] == [1_500, 500]
    assert [step.discount_fen for step in combined(bill, [everything, other, coffee])] == [
        *(1_500, 500, 5_000)
    ]
    # What lies on the bill already keeps what it took.
    assert [step.discount_fen for step in combined(bill, [other], [coffee])] == [500]
    # Used up for nothing is none of them.
    third = free("D", until=START + timedelta(days=1))
    chosen = best(bill, [coffee, other, third, everything])
    assert {offer.coupon.public_id for offer in chosen} == {
        "A",
        "B",
        "C",
    }


def test_more_offers_than_are_looked_at_do_not_hide_those_for_other_goods():
    bill = Bill(302_000, (BillLine(2_000, "coffee"), BillLine(300_000, "tv")))
    tv = candidate("tv", 10, Stacking.FREE, "cash_off", "merchant", START, {"tv"})
    coffees = [
        candidate(f"{number:02}", 1_500, Stacking.FREE, "cash_off", "merchant", START, {"coffee"})
        for number in range(40)
    ]

    assert best(bill, [*coffees, tv]).count(tv) == 1


def test_overlapping_goods_are_no_riddle_either():
    """Every pair of ten products has a coupon that pays both: trying all combinations would take hours."""
    names = [f"p{number}" for number in range(10)]
    bill = Bill(1_000, tuple(BillLine(100, name) for name in names))
    offers = [
        candidate(
            f"{name}{other}",
            200,
            Stacking.FREE if number % 2 else Stacking.ONE_PER_KIND,
            "cash_off" if number % 3 else "percent_off",
            "merchant",
            START + timedelta(days=number),
            {name, other},
        )
        for number, (name, other) in enumerate(combinations(names, 2))
    ]

    chosen = best(bill, offers)

    assert most_together_by_steps(bill, chosen) == 1_000


def most_together_by_steps(bill, chosen):
    return sum(step.discount_fen for step in combined(bill, chosen))
