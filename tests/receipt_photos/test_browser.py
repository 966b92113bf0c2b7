"""The photograph next to the form in a real browser, on a wide screen and on a phone."""

import os
from pathlib import Path

import pytest

from district.kernel.http.pictures import redraw
from district.members.models import User
from loyalty.receipt_photos.models import ReceiptConflict
from tests.admin.browser import DESKTOP, PHONE, BrowserUser, open_browser
from tests.admin.test_browser import assets, linked_assets  # noqa: F401 - fixtures
from tests.factories.loyalty import make_earning_store
from tests.factories.members import PASSWORD, make_member
from tests.receipt_photos.photo_steps import clerk_of, confirm, post, purchase, send
from tests.receipt_photos.pictures import encoded, paper

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Where somebody who wants to look finds the pictures of a run.
SHOTS = os.environ.get("SCREENSHOTS")


class ReviewCounter:
    """A counter with a photograph that waits and a conflict; made before the browser's loop runs."""

    def __init__(self):
        self.store = make_earning_store()
        self.username = self._manager()
        picture = redraw(encoded(paper()))
        member, other = make_member("小林"), make_member("小周")
        waits = send(member, self.store, purchase("20261121-0042"), picture=picture)
        self.photo = f"/admin/bills/receiptphoto/{waits.pk}/"
        doubted = send(member, self.store, purchase("20261121-0043", 900), picture=picture)
        post(other, self.store, purchase("20261121-0043", 900, source="till"))
        confirm(doubted, User.objects.get(username=self.username))
        self.conflict = f"/admin/bills/receiptconflict/{ReceiptConflict.objects.get().pk}/"

    def _manager(self):
        user = clerk_of(self.store, "manager").user
        user.set_password(PASSWORD)
        user.save()
        return user.username


@pytest.fixture
def counter(real_db, linked_assets):  # noqa: F811
    return ReviewCounter()


@pytest.fixture
def browser(counter, web):
    with open_browser() as found:
        yield found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_picture_stands_by_the_form_and_all_can_be_read(browser, web, counter, size, dark):
    visitor = BrowserUser(browser, web.base_url, size=size, dark=dark)
    visitor.sign_in(counter.username, PASSWORD)
    found = {}

    for path in (
        "/admin/",
        "/admin/bills/receiptphoto/",
        f"{counter.photo}confirm/",
        f"{counter.photo}reject/",
        f"{counter.photo}change/",
        "/admin/bills/receiptconflict/",
        f"{counter.conflict}change/",
        f"{counter.conflict}later/",
    ):
        page = visitor.open_page(path)
        if SHOTS:
            name = path.strip("/").replace("/", "_")
            page.screenshot(path=Path(SHOTS) / f"{name}-{size['width']}-{dark}.png", full_page=True)
        if visitor.overflow_px() > 0 or visitor.low_contrast_texts():
            found[path] = (visitor.overflow_px(), visitor.low_contrast_texts())

    page = visitor.open_page(f"{counter.photo}confirm/")
    picture, form = page.locator(".d-photo img"), page.locator("form.d-form")
    assert page.evaluate("document.querySelector('.d-photo img').naturalWidth") == 900
    seen, filled = picture.bounding_box(), form.bounding_box()
    is_next_to_it = filled["x"] >= seen["x"] + seen["width"]
    below = filled["y"] >= seen["y"] + seen["height"]
    assert is_next_to_it if size == DESKTOP else below
    assert found == {}
    assert visitor.page_errors == []


def test_a_manager_confirms_on_a_phone(browser, web, counter):
    visitor = BrowserUser(browser, web.base_url, size=PHONE)
    visitor.sign_in(counter.username, PASSWORD)
    page = visitor.open_page(f"{counter.photo}confirm/")

    page.fill("#id_receipt_no", "20261121-0044")
    page.click("form.d-form button[type=submit]")
    page.wait_for_load_state("networkidle")

    assert "已入账" in page.content()
    assert visitor.page_errors == []
    page.close()
