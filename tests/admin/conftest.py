import copy

import pytest
from django.db import transaction

from tests.admin.scene import make_scene, signed_in


@pytest.fixture(scope="module")
def standing_scene(django_db_setup, django_db_blocker):
    """The scene, made once for a module: it takes longer than most tests.

    Each test runs in a savepoint inside its transaction, so what a test does is gone after it.
    """
    with django_db_blocker.unblock():
        around = transaction.atomic()
        # Django lets a test's transaction stand around blocks that want to be the outermost ones.
        around._from_testcase = True
        with around:
            yield make_scene()
            transaction.set_rollback(True)


@pytest.fixture
def scene(standing_scene, db):
    # A copy: rows keep in memory what a test set on them.
    return copy.deepcopy(standing_scene)


@pytest.fixture
def operator(scene):
    return signed_in(scene.operator)


@pytest.fixture
def owner(scene):
    """The owner of the second merchant, 乙家书店."""
    return scene.second.client("owner")
