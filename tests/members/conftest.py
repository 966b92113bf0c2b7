import pytest

from tests.factories.members import bearer, make_member
from tests.wechat.fixtures import client_of, wechat, wechat_server

__all__ = ["client_of", "wechat", "wechat_server"]


@pytest.fixture
def member(db):
    return make_member()


class MemberApiClient:
    """A mini-program: JSON out, JSON in, one member's token if there is one."""

    def __init__(self, client, headers):
        self.client, self.headers = client, headers

    def __getattr__(self, method):
        def send(path, body=None, *, key=None, **headers):
            key_header = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
            content = {} if body is None else {"data": body, "content_type": "application/json"}
            call = getattr(self.client, method)
            return call(f"/api/v1/{path}", **content, **self.headers | key_header | headers)

        return send


@pytest.fixture
def nobody(client, db):
    return MemberApiClient(client, {})


@pytest.fixture
def shopper(client, member):
    return MemberApiClient(client, bearer(member))


@pytest.fixture
def api_of(client):
    def make(someone):
        return MemberApiClient(client, bearer(someone))

    return make
