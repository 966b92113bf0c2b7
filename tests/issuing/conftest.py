"""Jobs as an operator opens them."""

import pytest

from coupons.issuing import services
from tests.factories.coupons import fresh_key, make_version
from tests.factories.members import make_member, make_operator


@pytest.fixture
def operator(db):
    return make_operator()


@pytest.fixture
def three(db):
    return [make_member(f"会员{number}") for number in range(3)]


@pytest.fixture
def opened(operator):
    """Opens a job for the given lines of a CSV, or an audience."""

    def open_one(to, *, version=None, column="member", by=None, key=None):
        if isinstance(to, list):
            to = "\n".join([column, *to]).encode()
        return services.open_issue_job(
            version=version or make_version(),
            to=to,
            name="周年庆",
            by=by or operator,
            key=key or fresh_key(),
        )

    return open_one
