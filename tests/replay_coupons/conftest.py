"""The stages of `tests.replay`, a small data set, and the replay run on them."""

import contextlib

import psycopg
import pytest

from tests.replay.conftest import new_replay_database  # noqa: F401 - a fixture
from tests.replay_coupons.synthetic import write_coupons

COMMAND = "replay_coupons"


def redeemed(replay_setup):
    """How many coupons are redeemed so far; none while there are no books."""
    with contextlib.suppress(psycopg.Error), psycopg.connect(replay_setup.url) as connection:
        rows = connection.execute("select count(*) from coupons_redemption").fetchall()
        return rows[0][0]
    return 0


@pytest.fixture(scope="session")
def few_coupons(tmp_path_factory):
    return write_coupons(tmp_path_factory.mktemp("coupons"))
