"""A member, two people of the district, and a text they released."""

import pytest

from tests.factories.consent import ConsentScene
from tests.soundness import sound

__all__ = ["sound"]


@pytest.fixture
def scene(db):
    return ConsentScene()
