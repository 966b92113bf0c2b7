"""The separate recomputation gives the contract's figures, so it may judge the product."""

from tests.replay_coupons.reference import coupons

EXPECTED = {
    "rows": 848,
    "claims": 835,
    "redeemed": 633,
    "refused_limit": 8,
    "refused_no_eligible_items": 207,
    "discount_fen": 44_969,
    "merchant_fen": 22_313,
    "operator_fen": 22_656,
    "campaign_store_pairs": 222,
    "redemptions_digest": "c9c3084cdebd3a627deca6367ceb6ab87cc38844082ab2806afbc27391948735",
}


def test_the_recomputation_gives_the_contracts_figures(shared_data):
    assert coupons(shared_data / "completejourney") == EXPECTED
