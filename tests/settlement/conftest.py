from datetime import UTC, datetime

import pytest

from district.kernel import clock, invariants
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member, make_operator

# The cycle most tests close, and an instant after it.
FIRST, LAST = datetime(2026, 3, 1, tzinfo=UTC).date(), datetime(2026, 3, 31, tzinfo=UTC).date()
INSIDE = datetime(2026, 3, 10, 4, tzinfo=UTC)
AFTER = datetime(2026, 4, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def books_stay_clean(request):
    """Whatever a test did, no audit query may find anything afterwards."""
    if "real_db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("real_db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []


@pytest.fixture
def march(real_db):
    """Domain time stands in the middle of the cycle."""
    with clock.travel_to(INSIDE):
        yield


@pytest.fixture
def member(march):
    return make_member("小林")


@pytest.fixture
def tea(march):
    return make_earning_store()


@pytest.fixture
def books(march):
    return make_earning_store()


@pytest.fixture
def zhang(march):
    return make_operator("zhang")


@pytest.fixture
def wang(march):
    return make_operator("wang")
