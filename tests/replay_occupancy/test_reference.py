"""The separate recomputation gives the contract's figures, so it may judge the product."""

import pytest

from tests.replay_occupancy.reference import occupancy

EXPECTED = {
    "readings": 9_324,
    "accepted": 9_272,
    "repeated": 52,
    "refused_older": 0,
    "refused_conflict": 0,
    "clamped": 0,
    "car_parks": 14,
    "fresh_minutes": 285_200,
    "stale_minutes": 22_780,
    "unknown_minutes": 465_310,
    "reservations_accepted": 5_180,
    "reservations_refused": 1_554,
    "oversold": 0,
    "free_digest": "0cd5aec2fa68e9914fcf6ffc9cdd2d88d9632427927fefe08eb2d48ee76744a1",
    # Not of the contract: our forecast's error, and that of the share a week ago.
    "forecast_mae": 0.0218,
    "naive_mae": 0.0546,
}


@pytest.mark.shared_data
def test_the_recomputation_gives_the_contracts_figures(shared_data):
    assert occupancy(shared_data / "birmingham_parking" / "occupancy.csv.gz") == EXPECTED
