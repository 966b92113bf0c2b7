"""The code at the counter: one live per store, and a page that says what it is worth now."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import IntegrityError, transaction
from django.test import Client, override_settings

from credit import services as credit
from credit.code_links import link_of, scene_of
from credit.errors import CreditCodeEnded, CreditCodeLive
from credit.models import CreditCode, StoreScanCount
from district.kernel import clock
from district.merchants.errors import StoreIsClosed
from district.merchants.models import Merchant, Store
from tests.factories.credit import fresh_key, make_code
from tests.factories.merchants import make_store
from tests.race import race


def path_of(code, **changes):
    parts = urlsplit(link_of(code))
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return parts.path, query


def heading(code, **changes):
    path, query = path_of(code, **changes)
    answer = Client().get(path, query)
    return re.search("<h1>(.*)</h1>", answer.text).group(1), answer


def scans(store):
    return sum(StoreScanCount.objects.filter(store=store).values_list("count", flat=True))


def test_a_store_has_one_live_code_and_its_history(store):
    key = fresh_key()
    first = credit.issue_code(store=store, by=None, key=key)
    assert credit.issue_code(store=store, by=None, key=key) == first
    with pytest.raises(CreditCodeLive):
        make_code(store)
    again = fresh_key()
    second = credit.rotate_code(code=first, reason="破损", by=None, key=again)
    assert credit.rotate_code(code=first, reason="破损", by=None, key=again) == second
    with pytest.raises(CreditCodeEnded):
        credit.revoke_code(code=first, reason="丢失", by=None)
    credit.revoke_code(code=second, reason="丢失", by=None)
    third = make_code(store)

    rows = CreditCode.objects.filter(store=store).order_by("number")
    assert [(row.number, row.state) for row in rows] == [
        (1, "rotated"),
        (2, "revoked"),
        (3, "live"),
    ]
    with pytest.raises(IntegrityError, match="credit_code_one_live"), transaction.atomic():
        CreditCode.objects.create(store=store, number=4, issued_at=clock.now())
    Store.objects.filter(pk=store.pk).update(state="closed", closed_at=clock.now())
    with pytest.raises(StoreIsClosed):
        credit.rotate_code(code=third, reason="破损", by=None, key=fresh_key())
    third.refresh_from_db()
    assert third.state == "live"


def test_a_venue_gets_the_codes_that_are_missing(store):
    have = make_code(store)
    other = make_store(venue=store.venue)
    make_store(venue=store.venue, state="closed", closed_at=clock.now())
    make_store()

    issued = credit.issue_venue_codes(venue=store.venue, by=None)

    assert [code.store for code in issued] == [other]
    assert credit.issue_venue_codes(venue=store.venue, by=None) == []
    assert set(CreditCode.objects.all()) == {have, *issued}


def test_the_page_says_what_the_code_is_worth_now(store):
    code = make_code(store)
    page_heading, answer = heading(code)
    assert (page_heading, answer.status_code) == ("诚信码有效", 200)
    assert store.name in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r'(src|href)="(https?:)?//|<script', answer.text)
    assert 'class="large"' not in answer.text
    assert 'class="large"' in heading(code, text="large")[1].text
    # Python reads no number of more than 4,300 digits.
    endless = {"v": "9" * 5_000}
    for wrong in (
        {"s": "A" * 16},
        {"v": "99"},
        endless,
        {"v": "٣"},
        {"s": "坏"},
        {"v": "", "s": ""},
    ):
        page_heading, answer = heading(code, **wrong)
        assert page_heading == "签名不符，可能是仿制码"
        assert store.name not in answer.text
    other = make_code()
    assert heading(code, s=path_of(other)[1]["s"])[0] == "签名不符，可能是仿制码"

    Merchant.objects.filter(pk=store.merchant_id).update(
        state="suspended", suspended_at=clock.now(), suspended_for="整顿"
    )
    assert heading(code)[0] == "商户已暂停"
    Store.objects.filter(pk=store.pk).update(state="closed", closed_at=clock.now())
    assert heading(code)[0] == "门店已闭店"
    Store.objects.filter(pk=store.pk).update(state="open", closed_at=None)
    new = credit.rotate_code(code=code, reason="破损", by=None, key=fresh_key())
    assert heading(code)[0] == "这是旧码"
    credit.revoke_code(code=new, reason="冒用", by=None)
    assert heading(new)[0] == "诚信码已吊销"
    unknown = Client().get("/m/crc_" + "0" * 22, {"v": "1", "s": "A" * 16})
    assert (unknown.status_code, "这不是本商圈的诚信码" in unknown.text) == (404, True)
    assert Client().get("/m/anything").status_code == 404


def test_scans_are_counted_without_who_and_copies_are_not(store):
    code = make_code(store)
    path, query = path_of(code)
    client = Client()
    for _ in range(3):
        assert not client.get(path, query).cookies
    client.head(path, query)
    client.get(path, query | {"s": "A" * 16})

    assert scans(store) == 3
    names = {field.name for field in StoreScanCount._meta.fields}
    assert names == {"id", "store", "day", "slot", "count"}


def test_the_api_checks_a_code_with_or_without_its_signature(store):
    code = make_code(store)
    path = f"/api/v1/credit/codes/{code.public_id}"
    query = path_of(code)[1]
    client = Client()

    signed, mini, copied = (
        client.get(path, asked).json() for asked in (query, {}, query | {"s": "A" * 16})
    )

    assert (signed["status"], signed["is_signature_right"]) == ("valid", True)
    assert (mini["status"], mini["is_signature_right"]) == ("valid", None)
    assert (copied["status"], copied["store"]) == ("signature_wrong", None)
    assert signed["store"]["merchant"]["legal_name"] == store.merchant.legal_name
    assert scans(store) == 2
    assert client.get("/api/v1/credit/codes/crc_x").json()["code"] == "not_found"
    standing = client.get(f"/api/v1/stores/{store.public_id}/credit").json()
    assert (standing["store"]["id"], standing["has_live_code"]) == (store.public_id, True)


def test_an_old_print_is_good_as_long_as_its_key_is_kept(store):
    code = make_code(store)
    with override_settings(TOKEN_KEYS={1: b"a" * 32}):
        old = path_of(code)[1]
    with override_settings(TOKEN_KEYS={2: b"b" * 32, 1: b"a" * 32}):
        assert heading(code, **old)[0] == "诚信码有效"
        assert path_of(code)[1]["v"] == "2"
    with override_settings(TOKEN_KEYS={2: b"b" * 32}):
        assert heading(code, **old)[0] == "签名不符，可能是仿制码"


def test_the_scene_fits_a_mini_program_code(store):
    assert re.fullmatch("m=[0-9A-Za-z]{22}", scene_of(make_code(store)))


def test_stores_race_for_one_code(real_db):
    store = make_store()
    race(*(lambda: credit.issue_venue_codes(venue=store.venue, by=None) for _ in range(3)))
    code = CreditCode.objects.get()
    race(
        lambda: credit.rotate_code(code=code, reason="破损", by=None, key=fresh_key()),
        lambda: credit.revoke_code(code=code, reason="丢失", by=None),
        lambda: credit.rotate_code(code=code, reason="破损", by=None, key=fresh_key()),
    )

    assert CreditCode.objects.filter(state="live").count() <= 1
    assert CreditCode.objects.exclude(state="live").filter(pk=code.pk).exists()
