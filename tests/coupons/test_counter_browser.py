"""A coupon redeemed at the counter in a real browser, read by its camera from a real QR picture."""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from coupons.models import Redemption
from district.kernel.text import qr
from district.members import services as members
from district.replay.clients import ShopperClient
from tests.admin.browser import DESKTOP, PHONE, BrowserUser, open_browser
from tests.admin.test_browser import assets, linked_assets  # noqa: F401 - fixtures
from tests.coupons.counter_page import COUNTER_PAGE
from tests.factories.coupons import GIFT, make_version
from tests.factories.members import PASSWORD, make_member
from tests.factories.merchants import allied_store, make_clerk

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# Where somebody who wants to look finds the pictures of a run.
SHOTS = os.environ.get("SCREENSHOTS")
CAMERA = "--use-fake-device-for-media-stream"
ALLOWED = "--use-fake-ui-for-media-stream"


class CashierSetup:
    """A cashier and a member with a phone; made before the browser's loop runs."""

    def __init__(self, web):
        self.store = allied_store(name="星河咖啡湖滨店")
        user = make_clerk(merchant=self.store.merchant, role="cashier").user
        user.set_password(PASSWORD)
        user.save()
        self.username = user.username
        versions = {
            "off": make_version(payers=[(None, 5_000)], stacking="free"),
            "gift": make_version(**GIFT, stacking="free"),
            "alone": make_version(face_fen=300),
            "dear": make_version(threshold_fen=50_000),
        }
        self.versions = {name: version.public_id for name, version in versions.items()}
        self.phone = ShopperClient(web.connect(), members.open_session(member=make_member()).token)

    def claimed(self, name):
        answer = self.phone.claim(self.versions[name])
        assert answer.status == 201, answer.content
        return answer.body["id"]

    def code(self, name):
        """A coupon is claimed, and its code stands on the phone."""
        return self.phone.coupon_code(self.claimed(name)).body["code"]

    def paper(self, name):
        """A coupon is claimed and printed."""
        return self.phone.print_coupon(self.claimed(name)).body["code"]


@pytest.fixture
def counter(real_db, linked_assets, web):  # noqa: F811
    return CashierSetup(web)


@pytest.fixture
def film(tmp_path):
    """What the camera sees: a phone held a little askew; `show` changes the picture."""
    path = tmp_path / "camera.mjpeg"

    def show(text=None):
        frame = Image.new("RGB", (960, 720), (96, 88, 80))
        if text is not None:
            code = Image.open(io.BytesIO(qr.png(text))).convert("RGB").resize((420, 420))
            askew = code.rotate(7, expand=True, fillcolor=(96, 88, 80))
            frame.paste(askew, (250, 120))
        picture = io.BytesIO()
        frame.save(picture, "JPEG", quality=85)
        path.write_bytes(picture.getvalue() * 30)

    show()
    return path, show


def shot(page, name, size=PHONE, dark=False):
    if SHOTS:
        tone = "dark" if dark else "light"
        page.screenshot(
            path=Path(SHOTS) / f"counter-{name}-{size['width']}-{tone}.png", full_page=True
        )


def looks(visitor, name, size, dark):
    """What sticks out, cannot be read or went wrong."""
    shot(visitor.page, name, size, dark)
    # A refused form answers 422, which the console calls an error.
    page_errors = [shown_text for shown_text in visitor.page_errors if "422" not in shown_text]
    return visitor.overflow_px(), visitor.low_contrast_texts(), page_errors


def fill_in(page, *codes, no="20261126-0042", amount="100"):
    page.fill("#id_bill_no", no)
    page.fill("#id_amount", amount)
    if codes:
        page.fill("#id_codes", "\n".join(codes))


def press(page, name):
    with page.expect_navigation():
        page.click(f"button[name={name}]")
    page.wait_for_load_state("networkidle")


def test_the_camera_reads_the_phone_and_the_coupon_is_redeemed_once(counter, web, film):
    path, show = film
    with open_browser(CAMERA, ALLOWED, f"--use-file-for-fake-video-capture={path}") as browser:
        visitor = BrowserUser(browser, web.base_url, size=PHONE)
        visitor.sign_in(counter.username, PASSWORD)
        page = visitor.open_page(COUNTER_PAGE)
        shot(page, "form")
        fill_in(page)

        # The code lives half a minute: it is put before the camera last of all.
        show(counter.code("off"))
        with page.expect_navigation():
            page.click("[data-start]")
        page.wait_for_load_state("networkidle")
        assert "核销 1 张，应付 ¥95.00" in page.inner_text("body")
        shot(page, "read")

        press(page, "redeem")
        shown_text = page.inner_text(".c-done")
        shot(page, "done")
        page.reload()
        again = page.inner_text(".c-done")
        # Back opens the form anew: nothing is sent again, and the browser asks nobody.
        page.go_back(wait_until="networkidle")
        back = page.inner_text("body")

    assert "已核销" in shown_text
    assert shown_text == again
    assert "验券" in back
    assert "核销 1 张" not in back
    assert visitor.page_errors == []
    redeemed = Redemption.objects.get()
    assert (redeemed.store_id, redeemed.discount_fen) == (counter.store.pk, 500)


def test_a_picture_that_is_no_coupon_is_said_so_and_the_bill_may_come_last(counter, web, film):
    path, show = film
    with open_browser(CAMERA, ALLOWED, f"--use-file-for-fake-video-capture={path}") as browser:
        visitor = BrowserUser(browser, web.base_url, size=PHONE)
        visitor.sign_in(counter.username, PASSWORD)
        page = visitor.open_page(COUNTER_PAGE)

        show("https://poster.example/claim")
        page.click("[data-start]")
        page.wait_for_selector("text=这不是优惠券的二维码")
        shot(page, "camera")
        page.click("[data-start]")

        code = counter.code("off")
        show(code)
        page.click("[data-start]")
        page.wait_for_selector("text=已读到券码")
        assert page.input_value("#id_codes") == code
        assert not page.locator("#scanner video").is_visible()
        assert visitor.page_errors == []


@pytest.mark.parametrize(
    ("flags", "text"),
    [((CAMERA,), "没有相机权限"), ((), "没有找到相机")],
    ids=["refused", "absent"],
)
def test_without_a_camera_the_page_says_why(counter, web, flags, text):
    with open_browser(*flags) as browser:
        visitor = BrowserUser(browser, web.base_url, size=PHONE)
        visitor.sign_in(counter.username, PASSWORD)
        page = visitor.open_page(COUNTER_PAGE)

        page.click("[data-start]")
        page.wait_for_selector(f"text={text}")

        assert page.locator("#scanner video").is_hidden()
        assert visitor.page_errors == []


def test_the_page_can_be_read_on_a_phone_and_on_a_computer(counter, web):
    codes = [counter.paper(name) for name in ("off", "gift", "alone", "dear")]
    found = {}
    with open_browser() as browser:
        for size, dark in ((PHONE, False), (PHONE, True), (DESKTOP, False), (DESKTOP, True)):
            visitor = BrowserUser(browser, web.base_url, size=size, dark=dark)
            visitor.sign_in(counter.username, PASSWORD)
            page = visitor.open_page(COUNTER_PAGE)
            found["empty", size["width"], dark] = looks(visitor, "empty", size, dark)
            fill_in(page, *codes, "NONSENSE")
            press(page, "check")
            found["checked", size["width"], dark] = looks(visitor, "checked", size, dark)
            fill_in(page, "券")
            press(page, "check")
            found["refused", size["width"], dark] = looks(visitor, "refused", size, dark)
            visitor.context.close()

    assert {where: seen for where, seen in found.items() if seen != (0, [], [])} == {}
