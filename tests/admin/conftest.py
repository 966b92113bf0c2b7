import copy

import pytest
from django.db import transaction

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
