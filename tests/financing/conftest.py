"""A merchant with a snapshot, its owner, and two institutions."""

import pytest

from district.kernel import invariants
from tests.factories.financing import FinancingScene


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
def scene(db):
    return FinancingScene()
