import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from district.demo.models import Seeding
from district.kernel.invariants import offences
from tests.demo import database_totals
from tests.demo.conftest import LAST_DAY, SCALE, using_database
from tests.wechat.fixtures import APPID, SECRET

ROOT = Path(__file__).resolve().parents[2]


def seeding(place):
    environment = {
        "DATABASE_URL": place.url,
        "DISTRICT_DATA_DIR": str(place.data),
        "DISTRICT_WECHAT_APPID": APPID,
        "DISTRICT_WECHAT_SECRET": SECRET,
    }
    return subprocess.Popen(
        [
            sys.executable,
            ROOT / "manage.py",
            "seed_demo",
            f"--scale={SCALE}",
            f"--last-day={LAST_DAY}",
        ],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_once(process, reached, *, among):
    """Killed with -9 as soon as so many rows of the table are there."""
    while database_totals.rows(f"select count(*) from {among}")[0][0] < reached:
        assert process.poll() is None, process.communicate()
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert process.returncode == -9


@pytest.mark.slow
def test_a_seeding_killed_again_and_again_ends_in_the_same_district(
    small_district, new_database, django_db_blocker
):
    with new_database() as place:
        # While merchants open, while members join, early in the year, in the middle of it.
        for among, reached in (
            ("merchants_merchant", 12),
            ("members_member", 30),
            ("loyalty_receipt", 101),
            ("loyalty_receipt", 300),
        ):
            kill_once(seeding(place), reached, among=among)
            assert Seeding.objects.get().finished_at is None
        posted = database_totals.rows("select count(*) from loyalty_receipt")[0][0]
        assert 100 < posted < 600
        # In the weeks of the chapters, each of which is one transaction.
        kill_once(seeding(place), 4, among="demo_chapter")
        last = seeding(place)
        output, complaint = last.communicate()
        resumed, rows, logins = database_totals.digest(), database_totals.row_counts(), place.logins
        assert list(offences()) == []

    assert last.returncode == 0, complaint
    assert output.splitlines()[-1].startswith("36 merchants, 80 stores, 70 members, ")
    with django_db_blocker.unblock(), using_database(small_district.url, small_district.data):
        assert resumed == database_totals.digest()
        assert rows == database_totals.row_counts()
    assert logins.keys() == small_district.logins.keys()
