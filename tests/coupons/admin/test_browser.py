"""A draft in a real browser: tabs, the face that follows what is typed, and a poster of one page."""

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest

from district.kernel import clock
from tests.admin.browser import DESKTOP, PHONE, BrowserUser, open_browser
from tests.admin.test_browser import assets, linked_assets  # noqa: F401 - fixtures
from tests.factories.coupons import make_draft, make_version
from tests.factories.members import PASSWORD
from tests.factories.merchants import allied_store, make_clerk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Where somebody who wants to look finds the pictures of a run.
SHOTS = os.environ.get("SCREENSHOTS")
A4_POINTS = (594.96, 841.92)


class CampaignPagesSetup:
    """A merchant with a draft and two published versions; made before the browser's loop runs."""

    def __init__(self):
        store = allied_store(name="甲记茶铺湖滨店")
        merchant = store.merchant
        merchant.name = "甲记茶铺"
        merchant.save()
        user = make_clerk(merchant=merchant).user
        user.set_password(PASSWORD)
        user.save()
        self.username = user.username
        now = clock.now()
        terms = {
            "merchant": merchant,
            "claim_from": now - timedelta(days=1),
            "claim_until": now + timedelta(days=30),
            "stock": 500,
        }
        draft = make_draft(**terms, days_from=0, days=7)
        draft.template.name = "冬日热饮满减券"
        draft.template.save()
        self.draft = f"/admin/coupons/templateversion/{draft.pk}/"
        plain = make_version(
            **terms, days_from=1, days=7, scope={"only": {"stores": [store.public_id]}}
        )
        plain.template.name = "冬日热饮满减券"
        plain.template.save()
        self.plain = f"/admin/coupons/templateversion/{plain.pk}/"
        self.public = f"/c/{plain.public_id}"
        # All that a version can say, and long names.
        stores = [allied_store(name=f"智慧商圈国际购物中心第{n}号旗舰体验门店") for n in range(8)]
        windows = [
            {"weekdays": [n], "start": 1080, "end": 120, "kind": "workday"} for n in range(1, 7)
        ]
        full = make_version(
            **terms,
            kind="gift",
            gift="手冲咖啡" * 20,
            face_fen=99_999_900,
            threshold_fen=1_000_000,
            days_from=1,
            days=7,
            uses=9,
            scope={
                "only": {"stores": [store.public_id for store in stores]},
                "but_not": {"merchants": [store.merchant.public_id for store in stores]},
                "products": ["1"],
                "but_no_products": ["2"],
            },
            times={"windows": windows, "never": [["2027-02-05", "2027-02-11"]] * 5},
            audience={"new_within_days": 30, "tags": ["vip"], "granted": "clean_plate"},
            points_price=10_000,
            gift_from_fen=1_000,
            at_counter=True,
            transferable=True,
        )
        full.template.name = "很长的券名" * 8
        full.template.save()
        self.full = f"/admin/coupons/templateversion/{full.pk}/"


@pytest.fixture
def campaign(real_db, linked_assets):  # noqa: F811
    return CampaignPagesSetup()


@pytest.fixture
def browser(campaign, web):
    with open_browser() as found:
        yield found


@pytest.fixture
def owner_at(browser, web, campaign):
    def at(**screen):
        visitor = BrowserUser(browser, web.base_url, **screen)
        visitor.sign_in(campaign.username, PASSWORD)
        return visitor

    return at


def shoot(page, name):
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def test_the_face_follows_what_is_typed_and_a_wrong_field_is_found_in_its_tab(owner_at, campaign):
    visitor = owner_at()
    page = visitor.open_page(f"{campaign.draft}edit/")
    face = page.locator("[data-preview]")
    assert "满 20 元减 5 元" in face.inner_text()
    shoot(page, "draft")

    page.fill("#id_face_yuan", "12.50")
    face.locator("text=满 20 元减 12.50 元").wait_for()
    page.select_option("#id_kind", "gift")
    face.locator("text=补全下面几项").wait_for()
    assert page.locator("#id_cap_yuan").is_hidden()
    shoot(page, "draft-missing")
    page.fill("#id_gift", "热美式一杯")
    face.locator("text=兑换：热美式一杯").wait_for()

    page.click("role=tab[name='有效期']")
    assert page.locator("#id_gift").is_hidden()
    page.fill("#id_days", "")
    face.locator("a:has-text('有效天数')").wait_for()
    page.click("role=tab[name='优惠']")
    face.locator("a:has-text('有效天数')").click()
    assert page.evaluate("document.activeElement.id") == "id_days"
    page.fill("#id_days", "5")
    face.locator("text=5 天内有效").wait_for()

    page.keyboard.press("Tab")
    page.click("role=tab[name='可用时段']")
    page.fill("#id_window1_from", "18:00")
    page.fill("#id_window1_until", "02:00")
    face.locator("text=每天 18:00–次日 02:00").wait_for()
    shoot(page, "draft-hours")
    page.click("form.d-form button.d-button >> nth=0")
    page.wait_for_load_state("networkidle")
    assert "草稿已保存" in page.content()
    assert "兑换：热美式一杯" in page.locator(".c-face").inner_text()
    shoot(page, "version")
    assert visitor.page_errors == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_of_a_campaign_fits_and_can_be_read(owner_at, campaign, size, dark):
    visitor = owner_at(size=size, dark=dark)
    found = {}

    for path in (
        f"{campaign.draft}edit/",
        f"{campaign.draft}change/",
        f"{campaign.plain}change/",
        f"{campaign.full}change/",
        campaign.public,
        "/c/nothing",
    ):
        page = visitor.open_page(path)
        shoot(page, f"{path.strip('/').replace('/', '_')[-30:]}-{size['width']}-{dark}")
        found[path] = (visitor.overflow_px(), visitor.low_contrast_texts())
    page = visitor.open_page(f"{campaign.draft}edit/")
    for tab in page.locator("role=tab").all():
        tab.click()
        found[tab.inner_text()] = (visitor.overflow_px(), visitor.low_contrast_texts())
        shoot(page, f"tab-{tab.inner_text()}-{size['width']}-{dark}")

    assert {path: outcome for path, outcome in found.items() if outcome != (0, [])} == {}
    # A page that is not there is reported to the console by the browser itself.
    assert [trouble for trouble in visitor.page_errors if "404" not in trouble] == []


def test_without_script_the_form_is_whole_and_a_button_shows_the_face(browser, web, campaign):
    visitor = BrowserUser(browser, web.base_url)
    visitor.sign_in(campaign.username, PASSWORD)
    state = visitor.context.storage_state()
    plain = browser.new_context(
        base_url=web.base_url, java_script_enabled=False, storage_state=state, locale="zh-CN"
    )
    page = plain.new_page()
    page.goto(f"{campaign.draft}edit/")

    page.fill("#id_face_yuan", "12.50")
    page.click("button[name=look]")

    assert "满 20 元减 12.50 元" in page.locator(".c-face").inner_text()
    assert page.locator("#id_window1_from").is_visible()
    plain.close()


@pytest.mark.parametrize("which", ["plain", "full"])
def test_a_poster_prints_to_exactly_one_a4_page(owner_at, campaign, which):
    visitor = owner_at()
    page = visitor.open_page(f"{getattr(campaign, which)}poster/")
    shoot(page, f"poster-{which}")

    paper = page.pdf(prefer_css_page_size=True, print_background=True)

    if SHOTS:
        (Path(SHOTS) / f"poster-{which}.pdf").write_bytes(paper)
    assert page.evaluate("document.querySelector('.p-scan img').naturalWidth") > 0
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    box = [float(side) for side in re.search(rb"/MediaBox\s*\[([^\]]+)\]", paper)[1].split()]
    assert (abs(box[2] - A4_POINTS[0]) < 1, abs(box[3] - A4_POINTS[1]) < 1) == (True, True)
    # Nothing that the sheet says is cut off at its foot.
    foot = page.locator(".p-foot").bounding_box()
    sheet = page.locator(".p-sheet").bounding_box()
    assert foot["y"] + foot["height"] <= sheet["y"] + sheet["height"]
    lines = "(e => [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth])"
    assert page.evaluate(f"{lines}(document.querySelector('.p-lines'))") == [0, 0]
    page.emulate_media(media="print")
    assert page.locator(".p-bar").is_hidden()
    assert visitor.page_errors == []
