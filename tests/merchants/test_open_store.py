import pytest

from district.kernel.models import AuditLine
from district.merchants import services as merchants
from district.merchants.errors import FloorUnknown
from district.merchants.models import Store
from tests.factories.merchants import make_merchant, make_store, make_trade, make_venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return {"merchant": make_merchant(), "venue": make_venue(), "trade": make_trade()}


def test_a_store_opens_once_per_key(place, key):
    first = merchants.open_store(**place, name="星河咖啡湖滨店", floor="1F", by=None, key=key("k1"))

    again = merchants.open_store(**place, name="星河咖啡湖滨店", floor="1F", by=None, key=key("k1"))

    assert again == first
    assert (first.state, first.floor) == (Store.State.OPEN, "1F")
    assert AuditLine.objects.get().facts == {"merchant": place["merchant"].pk}


def test_a_store_stands_on_a_floor_of_its_venue(place, key):
    with pytest.raises(FloorUnknown) as refusal:
        merchants.open_store(**place, name="星河咖啡湖滨店", floor="9F", by=None, key=key("k1"))

    assert refusal.value.facts == {"floor": "9F"}
    assert not Store.objects.exists()


def test_a_closed_store_stays_closed_since_the_first_time(db):
    store = make_store()

    closed = merchants.close_store(store=store, by=None)
    again = merchants.close_store(store=store, by=None)

    assert closed.state == Store.State.CLOSED
    assert again.closed_at == closed.closed_at
    assert AuditLine.objects.filter(verb="close_store").count() == 1
