"""A store whose merchant has a standing."""

import pytest

from tests.factories.merchants import make_store
from tests.soundness import sound

__all__ = ["sound"]


@pytest.fixture
def store(db):
    return make_store()
