import pytest
from rest_framework.test import APIClient

from district.kernel.idempotency import Key
from district.members import personal, phones
from district.merchants.models import Store
from district.merchants.queries import Till
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, till_key_text, till_of


@pytest.fixture
def key():
    """A key of this test: key("k1") is the same each time, key("k1", points=5) has other terms."""
    return lambda text, **terms: Key.of("test", text, **terms)


@pytest.fixture
def store(db) -> Store:
    return allied_store()


@pytest.fixture
def till(store: Store) -> Till:
    return till_of(store)


@pytest.fixture
def key_text(store: Store) -> str:
    return till_key_text(store)


@pytest.fixture
def member(db):
    return make_member("小林")


@pytest.fixture
def with_phone(member):
    """The member with 13800138000 bound."""
    number = phones.normalised("13800138000")
    member.phone_hash = phones.phone_hash(number)
    member.phone_sealed = personal.seal(member, "phone", number)
    member.save()
    return member


@pytest.fixture
def api() -> APIClient:
    """A caller without a key."""
    return APIClient()


@pytest.fixture
def at_till(key_text: str) -> APIClient:
    """A caller with the store's till key."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key_text}")
    return client
