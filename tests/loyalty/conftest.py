import pytest
from rest_framework.test import APIClient

from district.kernel import clock, invariants
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import till_key_text, till_of, visit_of
from tests.loyalty.earning_reviews import ABOVE


@pytest.fixture
def member(db):
    return make_member("小林")


@pytest.fixture
def tea(db):
    """A tea shop that grants one point for each yuan."""
    return make_earning_store()


@pytest.fixture
def books(db):
    """A bookshop of another merchant, on the same terms."""
    return make_earning_store()


@pytest.fixture(autouse=True)
def ledger_stays_clean(request):
    """Whatever a test did, no audit query may find anything afterwards."""
    if "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    yield
    if not request.node.get_closest_marker("breaks_the_ledger"):
        assert list(invariants.offences()) == []


@pytest.fixture
def at_till(tea):
    client = APIClient()
    client.credentials(
        HTTP_AUTHORIZATION=f"Bearer {till_key_text(tea)}", HTTP_IDEMPOTENCY_KEY="k-1"
    )
    return client


@pytest.fixture
def receipt(member, tea):
    return {
        "store": tea.public_id,
        "member": member.public_id,
        "receipt_no": "20261121-0042",
        "paid_fen": 12_680,
        "paid_at": clock.now().isoformat(),
    }


@pytest.fixture
def spending(member, tea):
    buy(member, tea, fen=10_000)
    visit = visit_of(member, till_of(tea), tea)
    return {"store": tea.public_id, "visit": visit.token, "points": 60, "request_no": "P-1"}


@pytest.fixture
def reversal(member, tea):
    earned = buy(member, tea, fen=10_000).transfer
    return {"store": tea.public_id, "transfer": earned.public_id, "reason": "扫错会员码"}


@pytest.fixture
def operator(db):
    return make_operator()


@pytest.fixture
def waiting(member, tea):
    """A receipt one point above the ceiling."""
    return buy(member, tea, fen=ABOVE)
