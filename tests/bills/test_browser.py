"""The photograph beside the form in a real browser, on a desk and on a phone."""

import os
from pathlib import Path

import pytest

from district.kernel.pictures import redrawn
from district.members.models import User
from loyalty.bills.models import BillConflict
from tests.admin.browsing import DESKTOP, PHONE, Visitor, a_browser
from tests.admin.test_browser import assets, linked_assets  # noqa: F401 - fixtures
from tests.bills.desk import bill, clerk_of, confirm, post, send
from tests.bills.pictures import encoded, paper
from tests.factories.loyalty import make_counter
from tests.factories.members import PASSWORD, make_member

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Where somebody who wants to look finds the pictures of a run.
SHOTS = os.environ.get("SCREENSHOTS")


class Desk:
    """A counter with a photograph that waits and a conflict; made before the browser's loop runs."""

    def __init__(self):
        self.store = make_counter()
        self.username = self._manager()
        picture = redrawn(encoded(paper()))
        member, other = make_member("小林"), make_member("小周")
        waits = send(member, self.store, bill("20261121-0042"), picture=picture)
        self.photo = f"/admin/bills/billphoto/{waits.pk}/"
        doubted = send(member, self.store, bill("20261121-0043", 900), picture=picture)
        post(other, self.store, bill("20261121-0043", 900, source="till"))
        confirm(doubted, User.objects.get(username=self.username))
        self.conflict = f"/admin/bills/billconflict/{BillConflict.objects.get().pk}/"

    def _manager(self):
        user = clerk_of(self.store, "manager").user
        user.set_password(PASSWORD)
        user.save()
        return user.username


@pytest.fixture
def counter(real_db, linked_assets):  # noqa: F811
    return Desk()


@pytest.fixture
def browser(counter, web):
    with a_browser() as found:
        yield found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desk", "phone"])
def test_the_picture_stands_by_the_form_and_all_can_be_read(browser, web, counter, size, dark):
    visitor = Visitor(browser, web.base_url, size=size, dark=dark)
    visitor.signs_in(counter.username, PASSWORD)
    found = {}

    for path in (
        "/admin/",
        "/admin/bills/billphoto/",
        f"{counter.photo}confirm/",
        f"{counter.photo}reject/",
        f"{counter.photo}change/",
        "/admin/bills/billconflict/",
        f"{counter.conflict}change/",
        f"{counter.conflict}later/",
    ):
        page = visitor.goes_to(path)
        if SHOTS:
            name = path.strip("/").replace("/", "_")
            page.screenshot(path=Path(SHOTS) / f"{name}-{size['width']}-{dark}.png", full_page=True)
        if visitor.wide_by() > 0 or visitor.too_pale():
            found[path] = (visitor.wide_by(), visitor.too_pale())

    page = visitor.goes_to(f"{counter.photo}confirm/")
    picture, form = page.locator(".d-photo img"), page.locator("form.d-form")
    assert page.evaluate("document.querySelector('.d-photo img').naturalWidth") == 900
    seen, filled = picture.bounding_box(), form.bounding_box()
    beside = filled["x"] >= seen["x"] + seen["width"]
    below = filled["y"] >= seen["y"] + seen["height"]
    assert beside if size == DESKTOP else below
    assert found == {}
    assert visitor.troubles == []


def test_a_manager_confirms_on_a_phone(browser, web, counter):
    visitor = Visitor(browser, web.base_url, size=PHONE)
    visitor.signs_in(counter.username, PASSWORD)
    page = visitor.goes_to(f"{counter.photo}confirm/")

    page.fill("#id_receipt_no", "20261121-0044")
    page.click("form.d-form button[type=submit]")
    page.wait_for_load_state("networkidle")

    assert "已入账" in page.content()
    assert visitor.troubles == []
    page.close()
