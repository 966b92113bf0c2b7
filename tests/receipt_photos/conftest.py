"""A member and their phone, a store, a clerk of it, a photograph that waits, and the form of another one."""

import pytest
from django.test import Client

from district.kernel import clock
from tests.factories.loyalty import make_earning_store
from tests.factories.members import bearer, make_member
from tests.receipt_photos.photo_steps import clerk_of, send


@pytest.fixture
def member(db):
    return make_member("小林")


@pytest.fixture
def other(db):
    return make_member("小周")


@pytest.fixture
def store(db):
    return make_earning_store()


@pytest.fixture
def clerk(store):
    return clerk_of(store).user


@pytest.fixture
def photo(member, store):
    return send(member, store)


@pytest.fixture
def phone(member):
    return Client(raise_request_exception=False, **bearer(member))


@pytest.fixture
def form(store):
    return {
        "store": store.public_id,
        "receipt_no": "20261121-0042",
        "paid_fen": "12680",
        "paid_at": clock.now().isoformat(),
    }
