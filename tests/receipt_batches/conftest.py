import pytest

from district.kernel import invariants
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member


@pytest.fixture
def member(db):
    return make_member("小林")


@pytest.fixture
def tea(db):
    """A tea shop that grants one point for each yuan."""
    return make_earning_store()


@pytest.fixture(autouse=True)
def ledger_stays_clean(request):
    """Whatever a test did, no audit query may find anything afterwards."""
    kinds = [name for name in ("db", "real_db", "durable_db") if name in request.fixturenames]
    if not kinds:
        yield
        return
    request.getfixturevalue(kinds[-1])
    yield
    assert list(invariants.offences()) == []
