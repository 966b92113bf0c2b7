"""The back office in a real browser, at desktop and phone size."""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import Error as BrowserError

from loyalty.models import Transfer
from tests.admin.browser import PHONE, BrowserUser, chromium, open_browser
from tests.admin.two_merchants import make_two_merchants
from tests.factories.members import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SECRET = re.compile(r"tk_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}")


@pytest.fixture(scope="session")
def assets(tmp_path_factory):
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("assets")
    with override_settings(STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
    return folder


@pytest.fixture
def linked_assets(assets, tmp_path):
    chromium()
    (tmp_path / "static").symlink_to(assets)


@pytest.fixture
def district(real_db, linked_assets):
    """The scene, in a database of its own, with passwords for an operator and an owner."""
    two_merchants = make_two_merchants()
    for user in (two_merchants.operator, two_merchants.second.clerks["owner"].user):
        user.set_password(PASSWORD)
        user.save()
    return two_merchants


@pytest.fixture
def browser(district, web):
    with open_browser() as found:
        yield found


@pytest.fixture
def operator_at(browser, web, district):
    def at(**screen):
        visitor = BrowserUser(browser, web.base_url, **screen)
        visitor.sign_in("yunying", PASSWORD)
        return visitor

    return at


@pytest.fixture
def owner_at(browser, web, district):
    username = district.second.clerks["owner"].user.username

    def at(**screen):
        visitor = BrowserUser(browser, web.base_url, **screen)
        visitor.sign_in(username, PASSWORD)
        return visitor

    return at


@pytest.fixture
def pages(district):
    """A page of each kind; asked before the browser runs, whose loop Django's ORM would refuse."""
    side = district.second
    transfer = Transfer.objects.filter(merchant=side.merchant).latest("pk")
    return [
        "/admin/",
        "/admin/loyalty/transfer/",
        f"/admin/loyalty/transfer/{transfer.pk}/change/",
        "/admin/loyalty/receipt/?q=nothing",
        f"/admin/merchants/merchant/{side.merchant.pk}/change/",
        f"/admin/merchants/store/{side.store.pk}/hours/",
        "/admin/merchants/clerk/add/",
        f"/admin/merchants/tillkey/{side.key.pk}/revoke/",
        f"/admin/merchants/store/{side.store.pk}/history/",
        "/admin/password_change/",
    ]


def test_an_operator_signs_in_looks_around_and_signs_out(pages, operator_at):
    visitor = operator_at()
    page = visitor.page

    assert page.locator("text=近七日积分最多的商户").is_visible()
    page.click("nav >> text=积分流水")
    page.wait_for_load_state("networkidle")
    page.click("#result_list tbody >> nth=0 >> th a")
    page.wait_for_load_state("networkidle")
    assert page.locator("h2:has-text('冲正')").is_visible()

    page.click("text=运营小陈")
    page.click("#logout-form button")
    page.wait_for_load_state("networkidle")
    assert "您已安全退出后台" in page.content()
    assert visitor.open_page("/admin/").url.endswith("/admin/login/?next=/admin/")
    assert visitor.page_errors == []


def test_ctrl_k_finds_a_merchant_by_its_pinyin(operator_at):
    visitor = operator_at()

    visitor.page.keyboard.press("Control+k")
    visitor.page.locator("#search-input-command").press_sequentially("yijia")
    visitor.page.click("#command-results-list >> text=乙家书店 >> nth=0")
    visitor.page.wait_for_load_state("networkidle")

    assert "/admin/merchants/" in visitor.page.url
    assert visitor.page_errors == []


@pytest.mark.parametrize("typed", ["yijia", "yijia ", "没有这样的"])
def test_enter_opens_the_first_find_even_before_it_has_arrived(operator_at, typed):
    visitor = operator_at()
    page = visitor.page

    page.keyboard.press("Control+k")
    page.keyboard.press("Enter")
    page.locator("#search-input-command").press_sequentially(typed)
    page.keyboard.press("Enter")
    if "yijia" in typed:
        page.wait_for_url("**/admin/merchants/**")
    else:
        page.wait_for_selector("text=没有找到")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")

    assert visitor.page_errors == []


def test_a_file_is_chosen_for_a_batch(owner_at):
    visitor = owner_at(size=PHONE)
    page = visitor.open_page("/admin/batches/batch/add/")

    page.set_input_files(
        "#id_file", {"name": "行.csv", "mimeType": "text/csv", "buffer": b"store\n"}
    )
    page.click("form.d-form button[type=submit]")
    page.wait_for_load_state("networkidle")

    assert "第一行" in page.inner_text("body") or "列" in page.inner_text("body")
    # The refused form answers 422, which the console calls an error; a script's error is another thing.
    assert [error for error in visitor.page_errors if "422" not in error] == []
    page.go_back(wait_until="networkidle")
    assert page.locator("#id_file").count() == 1


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_kind_of_page_fits_a_phone_and_can_be_read(pages, owner_at, dark):
    visitor = owner_at(size=PHONE, dark=dark)
    wide, pale = {}, {}

    for path in pages:
        visitor.open_page(path)
        wide[path], pale[path] = visitor.overflow_px(), visitor.low_contrast_texts()

    assert {path: by for path, by in wide.items() if by > 0} == {}
    assert {path: found for path, found in pale.items() if found} == {}
    assert visitor.page_errors == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_kind_of_page_can_be_read_on_a_desktop(pages, operator_at, dark):
    visitor = operator_at(dark=dark)
    pale = {}

    for path in [*pages[:6], "/admin/kernel/outboxrow/", "/admin/members/member/"]:
        visitor.open_page(path)
        pale[path] = visitor.low_contrast_texts()

    assert {path: found for path, found in pale.items() if found} == {}


def test_the_sign_in_page_can_be_read(browser, web):
    for dark in (False, True):
        visitor = BrowserUser(browser, web.base_url, size=PHONE, dark=dark)
        visitor.open_page("/admin/login/")
        assert (visitor.overflow_px(), visitor.low_contrast_texts(), visitor.page_errors) == (
            0,
            [],
            [],
        )


def test_an_owner_makes_a_till_key_on_a_phone_and_sees_it_once(owner_at):
    visitor = owner_at(size=PHONE)
    page = visitor.open_page("/admin/merchants/tillkey/")

    page.click("a.addlink")
    page.wait_for_load_state("networkidle")
    page.fill("#id_name", "手机签发")
    page.check("#id_stores_0")
    page.click("form.d-form button[type=submit]")
    page.wait_for_load_state("networkidle")
    secret = page.locator("#till-key").inner_text()
    assert SECRET.fullmatch(secret)
    assert visitor.overflow_px() == 0
    page.click("[data-copy]")

    page.click("text=查看密钥信息")
    page.wait_for_load_state("networkidle")
    assert secret not in page.content()
    assert visitor.page_errors == []
    # The page was an answer to a POST and nothing stored it: the browser has none to go back to.
    with pytest.raises(BrowserError, match="ERR_CACHE_MISS"):
        page.go_back()


def test_a_clerks_menu_on_a_phone_opens_and_holds_nothing_of_operators(owner_at):
    visitor = owner_at(size=PHONE)

    visitor.page.locator("#header-inner .material-symbols-outlined:visible").first.click()
    menu = visitor.page.locator("#nav-sidebar-apps")
    menu.wait_for(state="visible")

    assert "积分流水" in menu.inner_text()
    assert "操作日志" not in menu.inner_text()
