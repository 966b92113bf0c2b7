"""The separate recomputation gives the contract's table, so it may judge the product."""

import pytest

from tests.replay import reference

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


@pytest.mark.parametrize("households", EXPECTED)
def test_the_recomputation_gives_the_contracts_figures(shared_data, households):
    figures = reference.completejourney(shared_data / "completejourney", households)

    assert figures == EXPECTED[households]
