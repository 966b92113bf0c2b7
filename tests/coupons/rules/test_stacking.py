"""Which coupons go together, against trying every combination."""

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as some

from coupons.rules.stacking import Offer, Stacking, best, combined, go_together

START = datetime(2026, 11, 26, tzinfo=UTC)

offers = some.lists(
    some.builds(
        Offer,
        code=some.uuids().map(str),
        discount_fen=some.integers(0, 60),
        stacking=some.sampled_from(Stacking),
        kind=some.sampled_from(["cash_off", "percent_off"]),
        level=some.sampled_from(["merchant", "platform"]),
        valid_until=some.integers(1, 9).map(lambda days: START + timedelta(days=days)),
    ),
    max_size=7,
)


def legal(chosen):
    return all(go_together(one, other) for one, other in combinations(chosen, 2))


def worth(bill, chosen):
    """The most taken off, of equals fewer coupons, then the earliest latest end."""
    taken = min(bill, sum(one.discount_fen for one in chosen))
    return taken, -len(chosen), sorted(START - one.valid_until for one in chosen)


@given(offers=offers, bill=some.integers(0, 200))
def test_the_best_is_the_best_of_all(offers, bill):
    every = chain.from_iterable(combinations(offers, size) for size in range(len(offers) + 1))
    wanted = max(worth(bill, few) for few in every if legal(few))

    chosen = best(bill, offers)
    steps = combined(bill, chosen)

    assert legal(chosen)
    assert worth(bill, chosen) == wanted
    most = wanted[0]
    assert sum(step.discount_fen for step in steps) == most
    assert (steps[-1].left_fen if steps else bill) == bill - most
    assert all(step.discount_fen for step in steps)


@given(offers=offers, bill=some.integers(0, 200))
def test_the_order_they_are_shown_in_changes_nothing(offers, bill):
    assert set(best(bill, offers)) == set(best(bill, offers[::-1]))


def test_two_dozen_equals_are_no_riddle():
    """Trying every half of them would take minutes."""
    equals = [
        Offer(f"{day:02}", 10, Stacking.FREE, "cash_off", "merchant", START + timedelta(days=day))
        for day in range(24)
    ]

    chosen = best(120, equals[::-1])

    assert sorted(one.code for one in chosen) == [f"{day:02}" for day in range(12)]
