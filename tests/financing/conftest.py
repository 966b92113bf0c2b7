"""A merchant with a snapshot, its owner, and two institutions."""

import pytest

from tests.factories.financing import FinancingScene
from tests.soundness import sound

__all__ = ["sound"]


@pytest.fixture
def scene(db):
    return FinancingScene()
