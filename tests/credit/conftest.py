"""A store whose merchant has a standing."""

import pytest

from district.kernel import invariants
from tests.factories.merchants import make_store


@pytest.fixture(autouse=True)
def sound(request):
    """After every test with a database no promise is broken."""
    if not request.node.get_closest_marker("django_db") and "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []


@pytest.fixture
def store(db):
    return make_store()
