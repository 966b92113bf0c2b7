"""The separate recomputation gives the contract's table, so it may judge the product."""

import pytest

from tests.replay import reference, reference_retail

EXPECTED = {
    60: {
        "format": "completejourney",
        "receipts": 4_332,
        "members": 60,
        "merchants": 103,
        "points_issued": 140_248,
        "points_spent": 111_875,
        "points_clawed": 0,
        "points_live": 28_373,
        "points_debt": 0,
        "clearing_pairs": 329,
        "clearing_points": 86_130,
        "clearing_digest": "3e336c2aa960d2f7bd1d1141527aea893484767565cef0c3e6e8d8ee403f302f",
        "members_digest": "8bcbc6d20931b7926adec4f43f03cd407a454ae36e86958402617712087baf4b",
    },
    None: {
        "format": "completejourney",
        "receipts": 25_063,
        "members": 300,
        "merchants": 177,
        "points_issued": 832_956,
        "points_spent": 721_459,
        "points_clawed": 0,
        "points_live": 111_497,
        "points_debt": 0,
        "clearing_pairs": 1_348,
        "clearing_points": 552_576,
        "clearing_digest": "e8d97adde24cb6f84ff98599ad5c0f35a100e507fe02c1fc689ead32494c1c1a",
        "members_digest": "b7bf4195bbffc2fced9e3cdfbaae2d67a94983e57883008dbcc7b0484f9792ae",
    },
}

RETAIL = {
    "format": "online_retail",
    "receipts": 3_116,
    "members": 700,
    "merchants": 20,
    "points_issued": 1_237_538,
    "points_spent": 936_706,
    "points_clawed": 29_463,
    "points_live": 272_792,
    "points_debt": 1_423,
    "clearing_pairs": 376,
    "clearing_points": 636_112,
    "clearing_digest": "8b23192a4c1be5f8df5fda31c3b59ed20961f48dcb0ad7871fbc002b02a272bb",
    "members_digest": "97a8b442c1f6c4c4722548d1895604ce174ba571e6e5e078a01b06cae5cb62d7",
    "refunds": 626,
    "parked_quantity": 10_687,
    "parked_fen": 2_700_375,
    "ignored_lines": 3,
    "anonymous_receipts": 72,
}


@pytest.mark.parametrize("households", EXPECTED)
def test_the_recomputation_gives_the_contracts_figures(shared_data, households):
    figures = reference.completejourney(shared_data / "completejourney", households)

    assert figures == EXPECTED[households]


def test_the_recomputation_gives_the_contracts_figures_of_online_retail(shared_data):
    assert reference_retail.online_retail(shared_data / "online_retail") == RETAIL
