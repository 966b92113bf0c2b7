import pytest

from tests.admin.scene import make_scene, signed_in


@pytest.fixture
def scene(db):
    return make_scene()


@pytest.fixture
def operator(scene):
    return signed_in(scene.operator)


@pytest.fixture
def owner(scene):
    """The owner of the second merchant, 乙家书店."""
    return scene.second.client("owner")
