"""The report on vehicle flow in a real browser: it fits a phone and a wide screen."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from district.kernel import clock
from parking import demo_month
from tests.admin.browser import DESKTOP, PHONE, BrowserUser, open_browser
from tests.admin.test_browser import assets, linked_assets  # noqa: F401 - fixtures
from tests.factories.members import PASSWORD
from tests.factories.merchants import make_clerk
from tests.factories.parking import make_car_park, make_feed, make_pool

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOTS = os.environ.get("SCREENSHOTS")


class Yesterday:
    """The demo's last evening."""

    def at(self, days_ago: int, hour: int, minute: int = 0) -> datetime:
        day = clock.start_of_day(clock.business_day(clock.real_now())) - timedelta(days=1)
        return day - timedelta(days=days_ago) + timedelta(hours=hour, minutes=minute)


def test_the_charts_and_the_table_fit(real_db, linked_assets, web, monkeypatch):  # noqa: F811
    monkeypatch.setattr(demo_month, "DAYS", 6)
    feed = make_feed()
    for name in ("湖滨地下停车场", "北区停车楼"):
        make_pool(make_car_park(feed=feed, name=name))
    demo_month.play_month(Yesterday())
    user = make_clerk(merchant=feed.merchant).user
    user.set_password(PASSWORD)
    user.save()

    with open_browser() as browser:
        for size in (PHONE, DESKTOP):
            visitor = BrowserUser(browser, web.base_url, size=size)
            visitor.sign_in(user.username, PASSWORD)
            for days in (1, 7):
                page = visitor.open_page(f"/admin/reports/parking-flow/?days={days}")
                if SHOTS:
                    page.screenshot(
                        path=Path(SHOTS) / f"flow-{days}-{size['width']}.png", full_page=True
                    )
                assert (visitor.overflow_px(), visitor.page_errors) == (0, [])
                assert visitor.low_contrast_texts() == []
