"""What a till costs the database, counted where commits are real: a test's transaction would blur it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from tests.factories.members import make_member
from tests.factories.merchants import allied_store, till_key_text
from tests.merchants.api_client import code_of, look_up


@pytest.fixture
def statements():
    """Counts what a call sends to the database, transactions included."""

    def count(call):
        with CaptureQueriesContext(connection) as sent:
            assert call().status_code < 300
        return [query["sql"].split()[0].upper() for query in sent]

    return count


def test_a_till_costs_one_query_and_a_look_up_twelve_statements(real_db, statements):
    store, member = allied_store(), make_member()
    at_till = APIClient()
    at_till.credentials(HTTP_AUTHORIZATION=f"Bearer {till_key_text(store)}")
    at_till.get("/api/v1/till")
    code = code_of(member)

    assert statements(lambda: at_till.get("/api/v1/till")) == ["SELECT"]
    assert statements(lambda: look_up(at_till, store=store.public_id, code=code)) == [
        *["SELECT", "SELECT", "SELECT"],  # the key, the rate limit, whether a miss is allowed
        *["BEGIN", "SAVEPOINT", "SELECT", "RELEASE"],  # the idempotency key
        *["SELECT", "INSERT"],  # the member, the use of the code
        *["INSERT", "UPDATE", "COMMIT"],  # the visit, the answer
    ]
