"""The form of a tariff in a real browser: it fits, and the table of example stays follows what is typed."""

import os
from pathlib import Path

import pytest

from tests.admin.browser import DESKTOP, PHONE, BrowserUser, open_browser
from tests.admin.test_browser import assets, linked_assets  # noqa: F401 - fixtures
from tests.factories.members import PASSWORD
from tests.factories.merchants import make_clerk
from tests.factories.tariffs import make_tariff, make_tariff_draft

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SHOTS = os.environ.get("SCREENSHOTS")


@pytest.fixture
def draft_page(real_db, linked_assets):  # noqa: F811
    """Whose, and where."""
    tariff = make_tariff(name="湖滨地面停车")
    user = make_clerk(merchant=tariff.merchant).user
    user.set_password(PASSWORD)
    user.save()
    return user.username, f"/admin/parking/tariffversion/{make_tariff_draft(tariff).pk}/"


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_table_follows_what_is_typed_and_nothing_overflows(draft_page, web, size):
    username, address = draft_page
    with open_browser() as browser:
        visitor = BrowserUser(browser, web.base_url, size=size)
        visitor.sign_in(username, PASSWORD)
        page = visitor.open_page(f"{address}edit/")
        page.fill("[name=table1_band1_tier1_price_fen]", "7")
        page.wait_for_selector("[data-examples] :text('2 × ¥7.00')")
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"tariff-{size['width']}.png", full_page=True)
        assert (visitor.overflow_px(), visitor.page_errors) == (0, [])
        assert visitor.low_contrast_texts() == []

        page.fill("[name=table1_band1_tier1_unit_minutes]", "0")
        page.wait_for_selector("[data-examples] :text('补全下面几项')")
        page.fill("[name=table1_band1_tier1_unit_minutes]", "30")
        page.click("button.d-button:not([name])")
        page.wait_for_selector("text=草稿已保存")
        for page_name in ("change/", "publish/"):
            visitor.open_page(f"{address}{page_name}")
            assert (visitor.overflow_px(), visitor.page_errors) == (0, [])
