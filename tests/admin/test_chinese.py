"""The back office speaks Chinese throughout: our words, Django's and the theme's."""

import gettext
import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import translation

from tests.admin.action_forms import act
from tests.admin.gettext_files import read_po, theme_strings
from tests.admin.page_words import english_in
from tests.admin.two_merchants import label, registered_admins

FOLDER = Path(__file__).resolve().parents[2] / "district/locale/zh_Hans/LC_MESSAGES"
CHINESE = re.compile("[\u4e00-\u9fff]")
# Placeholders alone: the same in every language.
SAME = {"%(class_name)s %(instance)s", " By %(filter_title)s "}


def test_every_word_of_the_theme_has_its_chinese():
    with translation.override("zh-hans"):
        english = {text for text in theme_strings() - SAME if not _is_translated(text)}

    assert len(theme_strings()) > 100
    assert english == set()


def _is_translated(text: str) -> bool:
    """By itself or as a singular, which gettext of Python 3.11.2 finds only beside its plural."""
    return any(
        CHINESE.search(found)
        for found in (translation.gettext(text), translation.ngettext(text, text, 1))
    )


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


def test_what_a_search_finds_is_chinese(operator):
    for address in ("/admin/search/?s=店", "/admin/merchants/store/?q=zz"):
        assert english_in(operator.get(address).content.decode()) == set()


@pytest.mark.slow
def test_no_page_of_an_owner_holds_english(two_merchants, owner):
    """Those of operators: test_every_page."""
    client, found, seen = owner, {}, 0
    addresses = ["/admin/", "/admin/desks/counter/", "/admin/password_change/"]
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
        if answer.status_code == 200:
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
