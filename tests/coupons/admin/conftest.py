"""A counter, who stands behind it and who stands before it."""

from datetime import timedelta

import pytest
import time_machine

from district.kernel import clock
from tests.admin.two_merchants import signed_in
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_clerk


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def clerk(store):
    return signed_in(make_clerk(merchant=store.merchant, role="cashier").user)


@pytest.fixture
def member():
    return make_member()


@pytest.fixture
def later():
    """The clock put forward, tickets' and codes' included."""

    def at(**by):
        return time_machine.travel(clock.real_now() + timedelta(**by), tick=True)

    return at
