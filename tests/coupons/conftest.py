"""After every test of coupons no promise of theirs, or of the ledger, is broken."""

from collections.abc import Iterator

import pytest

from district.kernel import invariants
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member


@pytest.fixture(autouse=True)
def sound(request: pytest.FixtureRequest) -> Iterator[None]:
    if not request.node.get_closest_marker("django_db"):
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []


@pytest.fixture
def store():
    return make_earning_store()


@pytest.fixture
def member():
    return make_member()
