"""One rating per shopper, store and rolling 30 days: the latest."""

from random import Random

from credit.score.rating_cap import ShopperRating, cap_ratings
from credit.score.values import RatingCount


def test_the_latest_of_thirty_days_counts():
    capped = cap_ratings(
        [
            ShopperRating(1, 1, 7, 40, 1),
            ShopperRating(2, 1, 7, 20, 5),
            ShopperRating(3, 1, 7, 11, 4),
        ]
    )

    assert capped.ratings == (RatingCount(11, 4, 1),)
    assert capped.superseded == 2


def test_after_thirty_days_another_one_counts():
    capped = cap_ratings([ShopperRating(1, 1, 7, 41, 1), ShopperRating(2, 1, 7, 11, 4)])

    assert capped.ratings == (RatingCount(11, 4, 1), RatingCount(41, 1, 1))
    assert capped.superseded == 0


def test_of_one_day_the_later_one_counts():
    capped = cap_ratings([ShopperRating(2, 1, 7, 3, 4), ShopperRating(1, 1, 7, 3, 1)])

    assert capped.ratings == (RatingCount(3, 4, 1),)


def test_shoppers_and_stores_have_windows_of_their_own():
    capped = cap_ratings(
        [ShopperRating(1, 1, 7, 3, 4), ShopperRating(2, 2, 7, 3, 4), ShopperRating(3, 1, 8, 3, 4)]
    )

    assert capped.ratings == (RatingCount(3, 4, 3),)


def test_flagged_and_unverified_ratings_are_counted_apart_and_hide_nothing():
    capped = cap_ratings(
        [
            ShopperRating(1, 1, 7, 9, 4),
            ShopperRating(2, 1, 7, 3, 1, is_flagged=True),
            ShopperRating(3, 1, 7, 2, 1, is_verified=False),
        ]
    )

    assert capped.ratings == (RatingCount(9, 4, 1),)
    assert (capped.flagged, capped.unverified, capped.superseded) == (1, 1, 0)


def test_the_order_of_ratings_means_nothing_and_none_is_lost():
    rng = Random(3)
    ratings = [
        ShopperRating(
            number, rng.randint(1, 2), rng.randint(1, 4), rng.randint(0, 120), rng.randint(1, 5)
        )
        for number in range(200)
    ]
    capped = cap_ratings(ratings)

    assert cap_ratings(rng.sample(ratings, len(ratings))) == capped
    assert sum(rating.number for rating in capped.ratings) + capped.superseded == 200
