import copy

import pytest
from django.db import transaction

from district.members.models import User
from district.members.services.make_operator import make_operator
from loyalty.settlement.models import Line, Statement
from tests.admin.two_merchants import make_two_merchants, signed_in


@pytest.fixture(scope="module")
def shared_two_merchants(django_db_setup, django_db_blocker):
    """The scene, made once for a module: it takes longer than most tests.

    Each test runs in a savepoint inside its transaction, so what a test does is gone after it.
    """
    with django_db_blocker.unblock():
        around = transaction.atomic()
        # Django lets a test's transaction stand around blocks that want to be the outermost ones.
        around._from_testcase = True
        with around:
            yield make_two_merchants()
            transaction.set_rollback(True)


@pytest.fixture
def two_merchants(shared_two_merchants, db):
    # A copy: rows keep in memory what a test set on them.
    return copy.deepcopy(shared_two_merchants)


@pytest.fixture
def operator(two_merchants):
    return signed_in(two_merchants.operator)


@pytest.fixture
def owner(two_merchants):
    """The owner of the second merchant, 乙家书店."""
    return two_merchants.second.client("owner")


@pytest.fixture
def other_operator(two_merchants):
    user = User.objects.create_staff("fuhe", name="复核小吴")
    make_operator(user=user, by=two_merchants.root)
    return signed_in(user)


@pytest.fixture
def own_statement(two_merchants):
    """乙's statement of the closed cycle."""
    return Statement.objects.get(merchant=two_merchants.second.merchant)


@pytest.fixture
def line(two_merchants):
    """What 甲 owes 乙."""
    return Line.objects.get(
        issuer=two_merchants.first.merchant, redeemer=two_merchants.second.merchant
    )
