"""A store whose till loses the network, and a till that goes on by the rules alone."""

import pytest

from coupons.offline import services as offline
from district.kernel import invariants
from tests.factories.coupons import fresh_key
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import allied_store
from tests.factories.offline import OfflineTill


@pytest.fixture(autouse=True)
def sound(request):
    """After every test no promise is broken."""
    if not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []


@pytest.fixture
def store(db):
    return allied_store()


@pytest.fixture
def member(db):
    return make_member()


@pytest.fixture
def operator(db):
    return make_operator()


@pytest.fixture
def terminal(store, operator):
    return offline.register_terminal(
        store=store,
        name="一号机",
        allowance_count=2,
        allowance_fen=1_500,
        by=operator,
        key=fresh_key(),
    )


@pytest.fixture
def till(terminal):
    return OfflineTill(terminal)
