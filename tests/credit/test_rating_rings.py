"""Ratings that look arranged are flagged with their reasons; those that do not are left in peace."""

from datetime import UTC, datetime, timedelta
from random import Random

from credit.rating_rings import RingRating, RingReason, find_rings

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
YEARS_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def rating(number, shopper, hours=0, **members):
    return RingRating(
        **{
            "number": number,
            "store": 1,
            "shopper": shopper,
            "stars": 1,
            "rated_at": NOON + timedelta(hours=hours),
            "member_since": YEARS_AGO,
        }
        | members
    )


def flagged(ratings):
    return {flag.number: flag.reasons for flag in find_rings(ratings)}


def test_many_members_with_one_opinion_are_no_ring():
    assert find_rings([rating(number, number) for number in range(50)]) == ()


def test_three_shoppers_with_one_device_are_a_ring():
    ratings = [rating(number, number, hours=number * 24, device=9) for number in range(3)]
    neighbour = rating(3, 3, device=8)

    assert flagged([*ratings, neighbour]) == dict.fromkeys(range(3), (RingReason.SHARED_DEVICE,))
    assert find_rings(ratings)[0].others == (1, 2)
    assert find_rings(ratings[:2]) == ()


def test_one_shopper_alone_is_no_ring():
    assert find_rings([rating(number, 7, device=9) for number in range(9)]) == ()


def test_a_device_that_is_met_again_after_months_is_no_ring():
    ratings = [rating(number, number, hours=number * 24 * 20, device=9) for number in range(4)]

    assert find_rings(ratings) == ()


def test_a_family_of_two_stores_is_no_ring():
    ratings = [rating(number, number, store=number, device=9) for number in range(4)]

    assert find_rings(ratings) == ()


def test_new_members_with_the_same_stars_within_a_day_are_a_ring():
    new = {"member_since": NOON - timedelta(days=1)}
    burst = [rating(number, number, hours=number * 6, **new) for number in range(5)]
    others = [rating(9, 9, hours=1, stars=3, **new), rating(10, 10, hours=1)]

    assert flagged([*burst, *others]) == dict.fromkeys(range(5), (RingReason.BURST_OF_NEW_MEMBERS,))
    assert find_rings(burst[:4]) == ()
    slow_crowd = [rating(number, number, hours=number * 7, **new) for number in range(5)]
    assert find_rings(slow_crowd) == ()


def test_shoppers_who_go_the_same_way_with_the_same_stars_are_a_ring():
    path = [
        rating(shopper * 10 + store, shopper, hours=store * 48 + shopper, store=store, stars=5)
        for shopper in (1, 2, 3)
        for store in (1, 2, 3)
    ]
    honest = [rating(99, 4, store=1, stars=5), rating(98, 5, store=2, stars=4)]

    assert flagged(path + honest) == dict.fromkeys(
        sorted(member.number for member in path), (RingReason.SAME_PATH,)
    )
    assert find_rings(path[:6]) == ()
    assert find_rings([member for member in path if member.store != 3]) == ()


def test_staff_of_the_merchant_or_of_a_competing_one_are_flagged():
    assert flagged([rating(1, 1, is_related_staff=True), rating(2, 2)]) == {
        1: (RingReason.RELATED_STAFF,)
    }


def test_several_reasons_stand_together_and_the_order_means_nothing():
    new = {"member_since": NOON, "device": 9}
    ratings = [rating(number, number, **new) for number in range(6)]
    found = find_rings(ratings)

    assert {flag.reasons for flag in found} == {
        (RingReason.BURST_OF_NEW_MEMBERS, RingReason.SHARED_DEVICE)
    }
    assert find_rings(Random(1).sample(ratings, 6)) == found
