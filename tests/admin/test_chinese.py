"""The back office speaks Chinese throughout: our words, Django's and the theme's."""

import gettext
import html
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from tests.admin.action_forms import act
from tests.admin.gettext_files import read_po, theme_strings
from tests.admin.two_merchants import label, registered_admins

FOLDER = Path(__file__).resolve().parents[2] / "district/locale/zh_Hans/LC_MESSAGES"
CHINESE = re.compile("[\u4e00-\u9fff]")
# Placeholders alone: the same in every language.
SAME = {"%(class_name)s %(instance)s", " By %(filter_title)s "}
# What is no English: keys of the keyboard, numbers of things, the words of protocols and of stored data.
KNOWN = re.compile(
    r"""\b(?:mem|crc|csp|ins|cor|chr|rtg|cas|cpk|cpc|rrt|tkt|pol|fed|cim|pf|cpn|ctp|ctv|rdm|crf|isj|cdb|trm|okt|cfl|bat|rec|cyc|stm|pmt|dsp|crn|erv|bph|bcf|tr|tar|trv|sty|arr|wpc|veh|rsv|pld|adj|hld|rfd|prk|rcp|mrc|str|ven|pay|ptx|prf|pqt|pvl|key|tk|usr|user|till)[_:](?:\w+\b|…) | [a-z]+\.[a-z]+:\d+ | \b[0-9a-f]{64}\b | \b(?:receipt|refund|paid)_(?:no|fen|at)\b | \bclean_plate\b | \b(?:store|member|phone|code|kind|fen|csv|ndjson|receipt|refund|reversal|merchant|points|transfer|payment)\b | \bN?D?JSON\b | \bCSV\b | \bXLSX\b | \bExcel\b | \bJPEG\b | \bPNG\b | \bUTF-8\b | \bCtrl\b | \besc\b | \bGCJ-02\b | \bWGS-84\b | \bGPS\b | \bgate-\d+ | \bGeoJSON\b | \bFeatureCollection\b | \bParkAPI\b | \bParkingSite\b | \bproperties\b | \bcredit-v\d\b | \bA[45]\b
    # Payments in member stores, as WeChat words them.
    | \bmpy_\w+ | \bREGISTERED_MODE\b
    | \bPoints(?:Earned|Activated|Held|Spent|Expired|Adjusted)\b | \bHoldEnded\b | \bReceiptRefunded\b
    | \bCoupon(?:Issued|Leased|Conflict|Redeemed|Returned|Expired|Expiring|Given|Revoked|BillRefunded)\b
    # Numbers of orders, refunds and transactions; a channel's own code.
    | \bT?[PRW]\d{8}[0-9A-Z]{16}\b | \bRULE_LIMIT\b
    | \b(?:NORMAL|ACCEPTED|SUCCESS|FAIL|OVERDUE)\b
    # How the documents of a coupon template are written.
    | "[\w…]+" | \bAccountsMerged\b | \bTransferReversed\b | \bValueError\b | \bF[0-9]\b | \b\dF\b | \bB\d\b""",
    re.VERBOSE,
)
DATA = {
    "yunying",
    "genben",
    "owner",
    "manager",
    "cashier",
    "finance",
    "trade",
    "usr",
    "csrfmiddlewaretoken",
}


def test_every_word_of_the_theme_has_its_chinese():
    with translation.override("zh-hans"):
        english = {
            text for text in theme_strings() - SAME if not CHINESE.search(translation.gettext(text))
        }

    assert len(theme_strings()) > 100
    assert english == set()


def test_the_compiled_catalogue_is_the_written_one():
    written = {
        text: translation
        for text, translation in read_po(FOLDER / "django.po").items()
        if translation
    }
    with (FOLDER / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)._catalog

    flat = {
        key[0] if isinstance(key, tuple) else key: translation
        for key, translation in compiled.items()
    }
    assert flat == written
    assert set(written) - {""} - theme_strings() == set()


def spoken(page):
    """What a person reads or hears of a page: text, titles, labels, placeholders."""
    markup = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page, flags=re.DOTALL)
    markup = re.sub(
        r"<(\w+)[^>]*material-symbols-outlined[^>]*>.*?</\1>", " ", markup, flags=re.DOTALL
    )
    attributes = re.findall(r'\s(?:title|aria-label|placeholder|alt)="([^"]*)"', markup)
    # An attribute may hold a > of some script; texts are what stands between whole tags.
    text = re.sub(r"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""", "\n", markup)
    # Nine tenths of a page are spaces between tags, at each of which every word of KNOWN would be tried.
    words = "\n".join([re.sub(r"\s+", " ", text), *attributes])
    return html.unescape(words)


def english_in(page):
    rest = KNOWN.sub(" ", spoken(page))
    return {word for word in re.findall(r"[A-Za-z]{2,}", rest) if word.lower() not in DATA}


@pytest.mark.parametrize("who", ["operator", pytest.param("owner", marks=pytest.mark.slow)])
def test_no_page_holds_english(two_merchants, who, request):
    client, found, seen = request.getfixturevalue(who), {}, 0
    addresses = [
        "/admin/",
        "/admin/desks/counter/",
        "/admin/password_change/",
        "/admin/search/?s=x",
        "/admin/search/?s=店",
    ]
    for model, screen in registered_admins():
        base = f"/admin/{label(model)}/"
        addresses += [
            base,
            f"{base}?q=zz",
            f"{base}add/",
            *(f"{base}{act.name}/" for act in screen.list_actions),
        ]
        row = screen.get_queryset(client.get("/admin/").wsgi_request).first()
        if row is not None:
            addresses += [f"{base}{row.pk}/change/", f"{base}{row.pk}/history/"]
            addresses += [f"{base}{row.pk}/{act.name}/" for act in screen.row_actions]

    for address in addresses:
        answer = client.get(address)
        if answer.status_code == 200 and address != "/admin/search/?s=x":
            seen += 1
            found[address] = english_in(answer.content.decode())

    assert seen > 40
    assert {address: words for address, words in found.items() if words} == {}


def test_refusals_sign_in_and_sign_out_are_chinese(two_merchants, operator):
    pages = [
        Client().get("/admin/login/"),
        Client().post("/admin/login/", {"username": "x", "password": "y"}),
        act(operator, "/admin/merchants/merchant/add/", name="", uscc="x"),
        act(operator, f"/admin/merchants/store/{two_merchants.first.store.pk}/hours/", day_0="?"),
        operator.get("/admin/nothing/"),
        operator.post(f"/admin/members/member/{two_merchants.member.pk}/delete/"),
        operator.get("/admin/members/member/?password=1"),
        operator.get("/admin/merchants/"),
        operator.post("/admin/logout/"),
    ]

    assert [page.status_code for page in pages] == [200, 200, 422, 422, 404, 403, 400, 200, 200]
    assert [english_in(page.content.decode()) for page in pages] == [set()] * len(pages)


def test_the_pages_say_that_they_are_chinese(operator):
    assert '<html lang="zh-hans"' in operator.get("/admin/").content.decode()
    assert '<html lang="zh-hans"' in operator.get("/admin/nothing/").content.decode()
