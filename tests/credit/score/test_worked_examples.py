"""The worked examples of the design, to the digits in which it states them."""

import pytest

from credit.score.policy_document import credit_v1
from credit.score.rating_cap import ShopperRating, cap_ratings
from credit.score.reader import read_merchants
from credit.score.score_document import score_document
from credit.score.scoring import score_merchant

RATINGS = [[30, 5, 80], [30, 4, 30], [120, 5, 60], [120, 3, 10]]
PURCHASES = [[30, 2000], [120, 1500]]
CASES = [
    [40, "ordinary", "settled_direct", True, 5],
    [100, "ordinary", "not_upheld", True, 3],
]
CHECKS = [[20, True, 6]]


def merchant(**members):
    return {
        "name": "shop",
        "ratings": [],
        "transactions": [],
        "cases": [],
        "checks": [],
        "profile": 1,
        "penalties": [],
        "previous_grade": None,
    } | members


def base_set(*cases, ratings=(), penalties=()):
    return merchant(
        ratings=RATINGS + list(ratings),
        transactions=PURCHASES,
        cases=CASES + list(cases),
        checks=CHECKS,
        penalties=list(penalties),
    )


def scored(document):
    policy = credit_v1()
    (found,) = read_merchants([document], policy)
    return score_merchant(found.inputs, policy)


def printed(document):
    return score_document("shop", scored(document))


def rate(document):
    return float(scored(document).components.burden_rate)


def near(value):
    return pytest.approx(value, abs=5.1e-5)


def test_a_merchant_without_evidence_stands_at_the_priors_and_has_no_grade():
    found = printed(merchant())

    assert found["components"] == {"R": 0.75, "B": 0.8, "H": 1, "P": 0.75, "V": 1}
    assert (found["raw"], found["score"]) == (83.75, 83.8)
    assert found["se"] == near(5.9032)
    assert [round(bound, 1) for bound in found["interval"]] == [74.0, 93.5]
    assert (found["evidence"], found["confidence"], found["grade"]) == (0, "insufficient", None)


def test_a_profile_in_part_costs_what_is_missing():
    found = printed(merchant(profile=0.6))

    assert (found["raw"], found["score"]) == (79.75, 79.8)
    assert found["contributions"]["profile"] == -4.0


def test_the_base_set_is_an_a():
    found = printed(base_set())

    assert found["components"]["R"] == near(0.9085)
    assert rate(base_set()) == near(0.2116)
    assert found["components"]["B"] == near(0.9043)
    assert found["components"]["H"] == 1
    assert found["components"]["P"] == near(0.8953)
    assert found["raw"] == near(93.2937)
    assert found["score"] == 93.3
    assert found["se"] == near(2.9949)
    assert [round(bound, 1) for bound in found["interval"]] == [88.4, 98.2]
    assert found["rank_key"] == near(88.3671)
    assert found["evidence"] == near(159.3571)
    assert (found["confidence"], found["grade"]) == ("medium", "A")
    contributions = {name: round(points, 2) for name, points in found["contributions"].items()}
    assert contributions == {
        "rating": 4.76,
        "burden": 2.61,
        "handling": 0,
        "promise": 2.18,
        "profile": 0,
    }


def test_withdrawn_and_abusive_cases_change_nothing():
    found = printed(
        base_set([3, "serious", "withdrawn", True, None], [2, "serious", "abusive", True, None])
    )

    assert found == printed(base_set())


def test_an_unfounded_case_costs_nothing_however_it_was_rated():
    found = printed(base_set([1, "serious", "not_upheld", True, 1]))

    assert found["raw"] == printed(base_set())["raw"]
    assert found["evidence"] == near(163.3418)


def test_an_unfounded_case_that_was_answered_late_costs_the_lateness():
    found = printed(base_set([1, "serious", "not_upheld", False, 1]))

    assert found["components"]["H"] == near(0.91)
    assert found["raw"] == near(91.4935)
    assert found["score"] == 91.5
    assert round(found["contributions"]["handling"], 2) == -1.80


@pytest.mark.parametrize(
    ("purchases", "lambda_", "burden", "raw", "score", "grade"),
    [(200, 1.4921, 0.5727, 76.0263, 76.0, "C"), (20_000, 0.1640, 0.9242, 84.8136, 84.8, "B")],
)
def test_cases_count_by_rate_not_by_number(purchases, lambda_, burden, raw, score, grade):
    document = merchant(
        ratings=[[30, 4, 60]],
        transactions=[[30, purchases]],
        cases=[
            [10, "ordinary", "upheld", True, 3],
            [30, "ordinary", "upheld", False, 2],
            [60, "ordinary", "partly_upheld", True, 4],
        ],
        checks=[[30, True, 2]],
    )
    found = printed(document)

    assert rate(document) == near(lambda_)
    assert found["components"]["B"] == near(burden)
    assert found["components"]["H"] == near(0.8401)
    assert found["components"]["P"] == near(0.8270)
    assert found["raw"] == near(raw)
    assert (found["score"], found["grade"]) == (score, grade)
    assert found["evidence"] == near(67.6048)
    assert found["confidence"] == "medium"


@pytest.mark.parametrize(
    ("age", "raw", "score"),
    [
        (0, 82.8696, 82.9),
        (180, 85.9032, 85.9),
        (360, 87.8609, 87.9),
        (720, 89.5983, 89.6),
        (731, 90.2397, 90.2),
    ],
)
def test_an_old_failure_fades(age, raw, score):
    found = printed(
        merchant(
            ratings=[[30, 5, 50]],
            transactions=[[30, 1000]],
            cases=[[age, "serious", "upheld", True, 3]],
        )
    )

    assert found["raw"] == near(raw)
    assert found["score"] == score
    if age == 0:
        assert found["components"]["B"] == near(0.5911)
        assert found["components"]["H"] == near(0.9583)
    if age == 731:
        assert found["evidence"] == near(44.5449)
        assert (found["confidence"], found["grade"]) == ("low", "B")


@pytest.mark.parametrize(
    ("age", "repaired", "deduction", "raw", "score", "grade"),
    [
        (0, False, 8, 85.2937, 85.3, "B"),
        (90, False, 6.0274, 87.2663, 87.3, "B"),
        (90, True, 0, 93.2937, 93.3, "A"),
        (364, False, 0.0219, 93.2718, 93.3, "A"),
        (365, False, 0, 93.2937, 93.3, "A"),
    ],
)
def test_a_record_fades_and_a_repaired_one_is_gone(age, repaired, deduction, raw, score, grade):
    document = base_set(penalties=[[age, "general", repaired]])
    found = printed(document)

    assert float(-scored(document).contributions.penalties) == near(deduction)
    assert found["raw"] == near(raw)
    assert (found["score"], found["grade"]) == (score, grade)
    if not deduction:
        assert found == printed(base_set())


def test_a_review_bomb_is_worth_its_three_shoppers():
    uncapped = printed(base_set(ratings=[[1, 1, 30]]))
    bomb = [ShopperRating(number, 1, number % 3, 1, 1) for number in range(30)]
    capped = cap_ratings(bomb)
    left = [[rating.age_days, rating.stars, rating.number] for rating in capped.ratings]
    found = printed(base_set(ratings=left))

    assert uncapped["components"]["R"] == near(0.7671)
    assert uncapped["raw"] == near(89.0510)
    assert uncapped["score"] == 89.1
    assert left == [[1, 1, 3]]
    assert found["components"]["R"] == near(0.8921)
    assert found["raw"] == near(92.8003)
    assert found["score"] == 92.8


def test_few_perfect_ratings_rank_below_many_good_ones():
    few = printed(merchant(ratings=[[5, 5, 5]], transactions=[[5, 40]]))
    many = printed(
        merchant(
            ratings=[[60, 5, 220], [60, 4, 60], [60, 3, 20]],
            transactions=[[60, 4000]],
            cases=[[50, "ordinary", "settled_direct", True, 4]],
            checks=[[30, True, 4]],
        )
    )

    assert few["raw"] == near(85.3043)
    assert few["rank_key"] == near(75.9963)
    assert few["evidence"] == near(4.9047)
    assert few["grade"] is None
    assert many["raw"] == near(92.9267)
    assert (many["score"], many["grade"]) == (92.9, "A")
    assert many["rank_key"] == near(87.9046)
    assert many["evidence"] == near(248.5368)
    assert many["confidence"] == "high"


def test_a_bad_shop_is_an_e():
    document = merchant(
        ratings=[[20, 1, 40], [20, 2, 30], [20, 4, 30]],
        transactions=[[20, 800]],
        cases=[
            [5, "serious", "upheld", False, 1],
            [10, "ordinary", "upheld", False, 1],
            [15, "ordinary", "upheld", False, 2],
            [25, "minor", "upheld", True, 2],
        ],
        checks=[[20, False, 3], [20, True, 1]],
        profile=0.6,
        penalties=[[30, "serious", False], [10, "general", False]],
    )
    found, score = printed(document), scored(document)

    assert found["components"]["R"] == near(0.3799)
    assert rate(document) == near(2.2998)
    assert found["components"]["B"] == near(0.4651)
    assert found["components"]["H"] == near(0.5537)
    assert found["components"]["P"] == near(0.5096)
    assert float(score.raw - score.contributions.penalties) == near(47.7458)
    assert float(-score.contributions.penalties) == near(27.2329)
    assert found["raw"] == near(20.5129)
    assert (found["score"], found["grade"]) == (20.5, "E")
    assert [round(bound, 1) for bound in found["interval"]] == [13.0, 28.0]
