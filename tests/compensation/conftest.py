"""After every test no promise is broken."""

import pytest

from district.kernel import invariants
from tests.factories.compensation import FundScene


@pytest.fixture(autouse=True)
def sound(request):
    if not {"db", "real_db"} & set(request.fixturenames):
        yield
        return
    request.getfixturevalue("real_db" if "real_db" in request.fixturenames else "db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []


@pytest.fixture
def scene(db):
    return FundScene()
