"""A car park of a hundred bays whose feed counts every five minutes."""

import pytest

from tests.factories.merchants import make_merchant
from tests.factories.parking import make_car_park, make_feed, make_pool
from tests.soundness import sound

__all__ = ["sound"]


@pytest.fixture
def merchant(db):
    return make_merchant()


@pytest.fixture
def feed(merchant):
    return make_feed(merchant)


@pytest.fixture
def car_park(feed):
    return make_car_park(feed=feed)


@pytest.fixture
def pool(car_park):
    return make_pool(car_park)
