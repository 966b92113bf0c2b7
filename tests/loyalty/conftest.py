import pytest

from loyalty import audits
from tests.factories.loyalty import make_counter
from tests.factories.members import make_member


@pytest.fixture
def member(db):
    return make_member("小林")


@pytest.fixture
def tea(db):
    """A tea house that grants one point for each yuan."""
    return make_counter()


@pytest.fixture
def books(db):
    """A bookshop of another merchant, on the same terms."""
    return make_counter()


@pytest.fixture(autouse=True)
def ledger_stays_clean(request):
    """Whatever a test did, no audit query may find anything afterwards."""
    if "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(audits.offences()) == []
