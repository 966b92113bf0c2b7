"""A car park of a hundred bays whose feed counts every five minutes."""

import pytest

from district.kernel import invariants
from tests.factories.merchants import make_merchant
from tests.factories.parking import make_car_park, make_feed, make_pool


@pytest.fixture(autouse=True)
def sound(request):
    """After every test no promise is broken."""
    if not request.node.get_closest_marker("django_db") and "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []


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
