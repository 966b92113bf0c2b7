"""What is printed for a campaign, and the page its code leads to."""

import io
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
import qrcode
from django.test import Client
from PIL import Image

from coupons import services as coupons
from coupons.models import TemplateVersion
from district.kernel import clock
from district.members.models import User
from tests.admin.action_forms import text_of
from tests.admin.two_merchants import signed_in, table_digests
from tests.coupons.admin.drafts import VERSIONS
from tests.factories.coupons import claim, make_draft, make_version
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_clerk

pytestmark = pytest.mark.django_db
OFTEN = 10  # pixels of a PNG's module
QUIET = 4  # modules around the code


@pytest.fixture
def store():
    return allied_store()


@pytest.fixture
def owner(store):
    return signed_in(make_clerk(merchant=store.merchant).user)


@pytest.fixture
def version(store):
    return make_version(merchant=store.merchant)


def modules_of(link):
    """What any QR writer must paint for this text, by the library itself."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=0)
    code.add_data(link)
    code.make()
    return code.get_matrix()


def modules_in(png):
    picture = Image.open(io.BytesIO(png)).convert("L")
    size = picture.width // OFTEN - 2 * QUIET
    centres = [(QUIET + number) * OFTEN + OFTEN // 2 for number in range(size)]
    return [[picture.getpixel((x, y)) == 0 for x in centres] for y in centres]


def dark_squares(svg):
    """The corners of all squares that the one path of the picture draws."""
    (path,) = [element for element in ET.fromstring(svg) if element.tag.endswith("path")]
    moves = [move.split("H")[0] for move in path.get("d").split("M")[1:]]
    return {tuple(float(side) for side in move.split(",")) for move in moves}


def test_the_pictures_hold_the_link_and_are_the_same_for_merchant_and_everybody(
    owner, version, settings
):
    settings.PUBLIC_URL = "https://district.example"
    link = f"https://district.example/c/{version.public_id}"
    matrix = modules_of(link)

    for client, base in ((owner, f"{VERSIONS}{version.pk}"), (Client(), f"/c/{version.public_id}")):
        png, svg = client.get(f"{base}/qr.png"), client.get(f"{base}/qr.svg")
        assert (png["Content-Type"], svg["Content-Type"]) == ("image/png", "image/svg+xml")
        assert modules_in(png.content) == matrix
        assert len(dark_squares(svg.content)) == sum(map(sum, matrix))
    assert link in owner.get(f"{VERSIONS}{version.pk}/change/").content.decode()


def test_a_poster_says_what_the_coupon_says(owner, version, store):
    page = owner.get(f"{VERSIONS}{version.pk}/poster/")

    for text in ("满 20 元减 5 元", store.merchant.name, version.template.name, version.public_id):
        assert text in page.content.decode()
    assert "../qr.svg" in page.content.decode()
    assert "<script>" not in page.content.decode()


@pytest.mark.parametrize("path", ["qr.svg", "qr.png", "poster/"])
def test_there_is_nothing_to_print_of_drafts_and_of_others(owner, version, store, path):
    foreign = make_version(merchant=allied_store().merchant)
    draft = make_draft(merchant=store.merchant)
    cashier = signed_in(make_clerk(merchant=store.merchant, role="cashier").user)

    assert owner.get(f"{VERSIONS}{foreign.pk}/{path}").status_code == 404
    assert owner.get(f"{VERSIONS}{draft.pk}/{path}").status_code == 404
    assert owner.get(f"{VERSIONS}{10**20}/{path}").status_code == 404
    assert cashier.get(f"{VERSIONS}{version.pk}/{path}").status_code in {403, 404}
    assert Client().get(f"{VERSIONS}{version.pk}/{path}").status_code == 302


def test_the_page_behind_the_code_shows_the_coupon_to_everybody(version, store):
    before = table_digests()
    page = Client().get(f"/c/{version.public_id}")

    text = text_of(page)
    assert page.status_code == 200
    for words in (
        "正在发放",
        "满 20 元减 5 元",
        store.merchant.name,
        version.template.name,
        "扫一扫",
    ):
        assert words in text
    assert f"/c/{version.public_id}/qr.svg" in page.content.decode()
    assert "script-src 'self'" in page["Content-Security-Policy"]
    assert "<script" not in page.content.decode()
    assert not page.cookies
    assert table_digests() == before


def stopped(version):
    coupons.stop_version(version=version, by=User.objects.create_staff("zhang"))


def sold_out(version):
    claim(version, make_member())


@pytest.mark.parametrize(
    ("fields", "then", "words"),
    [
        ({}, stopped, "领取已结束"),
        ({"claim_until": -1}, None, "领取已结束"),
        ({"claim_from": 1}, None, "开始领取"),
        ({"stock": 1}, sold_out, "已领完"),
        ({"stock": 2}, None, "正在发放。"),
        ({"stock_per_day": 1}, sold_out, "请明天再来"),
        ({"claimable": False, "at_counter": True}, None, "不能自行领取"),
        ({"claimable": False, "points_price": 100}, None, "100 积分兑换"),
    ],
)
def test_the_page_says_how_it_stands(fields, then, words):
    days = {"claim_from", "claim_until"}
    now = clock.now()
    text = {
        name: now + timedelta(days=value) if name in days else value
        for name, value in fields.items()
    }
    version = make_version(**text)
    if then is not None:
        then(version)

    page = Client().get(f"/c/{version.public_id}")

    assert page.status_code == 200
    assert words in text_of(page)
    closed = words not in {"正在发放。", "100 积分兑换"}
    assert ("扫一扫" not in text_of(page)) == closed


@pytest.mark.parametrize("state", ["draft", "submitted", "rejected"])
def test_what_is_not_published_is_not_there(state):
    version = make_draft()
    if state != "draft":
        coupons.submit_version(version=version, by=version.drafted_by)
    if state == "rejected":
        other = User.objects.create_staff("zhang")
        coupons.reject_version(version=version, by=other, note="不合适")
    assert TemplateVersion.objects.get().state == state

    for path in ("", "/qr.svg", "/qr.png"):
        page = Client().get(f"/c/{version.public_id}{path}")
        assert (page.status_code, "没有这张券" in text_of(page)) == (404, True)


@pytest.mark.parametrize(
    "path",
    ["ctv_0", "ctv_" + "0" * 22, "x/../..", "%00", "ctv_" + "0" * 22 + "%00", "a" * 3_000, "券"],
)
def test_anything_else_below_c_is_not_there_either(path):
    page = Client().get(f"/c/{path}")

    assert (page.status_code, "没有这张券" in text_of(page)) == (404, True)


def test_the_page_is_only_for_looking(version):
    for method in ("post", "put", "delete"):
        assert getattr(Client(), method)(f"/c/{version.public_id}").status_code == 405
    assert Client().head(f"/c/{version.public_id}").status_code == 200


def test_wechat_finds_its_file_and_nobody_any_other(settings):
    assert Client().get("/c/aB3dE.txt").status_code == 404

    settings.WECHAT_LINK_CHECK = "aB3dE.txt:0123456789abcdef"
    found = Client().get("/c/aB3dE.txt")

    assert (found.status_code, found.content) == (200, b"0123456789abcdef")
    assert found["Content-Type"].startswith("text/plain")
    assert Client().get("/c/aB3dE.txt/").status_code == 404
