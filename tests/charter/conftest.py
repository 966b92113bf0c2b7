"""A merchant of the alliance, and two people of the district."""

import pytest

from tests.factories.charter import CharterScene
from tests.soundness import sound

__all__ = ["sound"]


@pytest.fixture
def scene(db):
    return CharterScene()
