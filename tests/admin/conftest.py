import copy

import pytest
from django.db import transaction

from district.members.models import User
from district.members.services.make_operator import make_operator
from loyalty.settlement.models import Line, Statement
from tests.admin.two_merchants import make_two_merchants, signed_in


class SharedScene:
    """Two merchants, made once for all tests that follow each other and use them: that takes longer than most tests.

    Each test runs in a savepoint inside the scene's transaction, so what a test does is gone after it.
    """

    def __init__(self):
        self.rows = None
        self._transaction = self._blocker = None

    def open(self, blocker):
        with blocker.unblock():
            return self._open(blocker)

    def _open(self, blocker):
        if self.rows is None:
            self._blocker = blocker
            self._transaction = transaction.atomic()
            # Django lets a test's transaction stand around blocks that want to be the outermost ones.
            self._transaction._from_testcase = True
            self._transaction.__enter__()
            self.rows = make_two_merchants()
        return self.rows

    def close(self):
        if self._transaction is not None:
            with self._blocker.unblock():
                transaction.set_rollback(True)
                self._transaction.__exit__(None, None, None)
        self.rows = self._transaction = None


SCENE = SharedScene()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem):
    """A test without the scene must not see its rows."""
    try:
        return (yield)
    finally:
        if "shared_two_merchants" not in getattr(nextitem, "fixturenames", ()):
            SCENE.close()


@pytest.fixture(scope="class")
def shared_two_merchants(django_db_setup, django_db_blocker):
    # A test function outside a class asks for it anew, before its own transaction begins.
    return SCENE.open(django_db_blocker)


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
