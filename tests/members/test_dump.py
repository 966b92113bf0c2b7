"""What somebody reads out of a full dump of the database without a key: nothing of a person."""

import json
from datetime import date, timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from coupons.issuing import services as issuing
from district.kernel import clock
from district.members.models import Member
from loyalty import services as loyalty
from tests.database_dump import DumpReader, full_dump
from tests.factories import coupons as coupon_factory
from tests.factories.loyalty import fresh_key, make_earning_store
from tests.factories.members import make_operator
from tests.factories.merchants import till_key_text
from tests.members.conftest import MemberApiClient
from tests.receipt_batches.rows import ndjson, receipt_row
from tests.receipt_photos.pictures import jpeg

PHONE, OTHER_PHONE = "13800001234", "13955556789"
BIRTHDAY, NICKNAME, PERSON = "1990-05-17", "林一一", "小林"
OLDEST_BIRTHDAY, YOUNGEST_BIRTHDAY = date(1940, 1, 1), date(2015, 1, 1)


@pytest.fixture
def database_after_use(real_db, wechat):
    """A database in which a member has done whatever the APIs let a member do, and its dump."""
    cache.clear()
    web = Client()
    session = MemberApiClient(web, {}).post("session", {"code": wechat.login_code(PERSON)}).json()
    phone = MemberApiClient(web, {"HTTP_AUTHORIZATION": f"Bearer {session['token']}"})
    for number, change in enumerate(
        (
            {"birthday": BIRTHDAY},
            {"nickname": NICKNAME},
            {"nickname": NICKNAME, "birthday": BIRTHDAY},
        )
    ):
        answer = phone.patch("me", change, key=f"profile-{number}")
        assert answer.status_code == 200, answer.content
    bound = phone.post("me/phone", {"code": wechat.phone_code(PERSON, phone=PHONE)}, key="phone-1")
    assert bound.status_code == 200, bound.content

    store = make_earning_store()
    till = MemberApiClient(web, {"HTTP_AUTHORIZATION": f"Bearer {till_key_text(store)}"})
    at = {"store": store.public_id}
    member = session["member"]["id"]
    assert till.post("till/members/lookup", at | {"phone": PHONE}, key="k1").status_code == 200
    assert (
        till.post("till/members/lookup", at | {"phone": OTHER_PHONE}, key="k2").status_code == 404
    )
    code = phone.post("me/card/code").json()["code"]
    seen = till.post("till/members/lookup", at | {"code": code}, key="k3").json()
    paid = {"paid_fen": 12_680, "paid_at": clock.now().isoformat()}
    receipt = at | paid | {"member": member, "receipt_no": "B-1"}
    assert till.post("till/receipts", receipt, key="k4").status_code == 201
    visit = at | {"visit": seen["visit"]["token"], "points": 20}
    assert till.post("till/spendings", visit | {"request_no": "P-1"}, key="k5").status_code == 201
    held = visit | {"request_no": "H-1", "minutes": 5}
    assert till.post("till/holds", held, key="k6").status_code == 201
    refund = at | {"receipt_no": "B-1", "refund_no": "R-1", "fen": 1_000}
    assert till.post("till/refunds", refund, key="k7").status_code == 201
    picture = SimpleUploadedFile("tmp.jpg", jpeg(), "image/jpeg")
    form = {**at, **paid, "receipt_no": "B-2", "photo": picture}
    sent = web.post("/api/v1/me/receipts", form, HTTP_IDEMPOTENCY_KEY="k8", **phone.headers)
    assert sent.status_code == 201, sent.content
    batch = till.post("till/batches", {"format": "ndjson", "name": "今天"}, key="k9").json()["id"]
    content = ndjson([receipt_row(store, Member.objects.get(), no="B-3")])
    put = web.put(
        f"/api/v1/till/batches/{batch}/content?offset=0",
        content,
        content_type="application/x-ndjson",
        **till.headers,
    )
    assert put.status_code == 200, put.content
    operator = make_operator()
    issuing.open_issue_job(
        version=coupon_factory.make_version(),
        to=f"phone\n{PHONE}\n{OTHER_PHONE}\n".encode(),
        name="周年庆",
        by=operator,
        key=fresh_key(),
    )
    till.post("till/holds/none/void", key="k10")
    loyalty.set_alliance_policy(
        policy=loyalty.AlliancePolicyValues(), start=clock.now(), by=operator
    )
    return DumpReader(full_dump(real_db.url)), wechat.openid(PERSON)


def test_no_personal_value_stands_in_a_dump_in_clear_or_by_dictionary(database_after_use):
    reader, openid = database_after_use

    # The reader finds what is there: the nickname is kept to be shown (docs/decisions/0003).
    assert reader.contains(NICKNAME)
    for value in (PHONE, f"+86{PHONE}", OTHER_PHONE, BIRTHDAY, "19900517", openid):
        assert not reader.contains(value), value

    assert reader.found_as_digest(_birthdays()) == []
    phones = [PHONE, OTHER_PHONE, *(f"138000{number:05}" for number in range(1_000, 3_000))]
    assert reader.found_as_digest(_written(phones, "phone", prefixes=("", "+86"))) == []
    assert reader.found_as_digest([openid, f"openid\0{openid}", NICKNAME, PERSON]) == []
    assert reader.found_as_digest(_written([NICKNAME], "nickname")) == []


def test_the_dictionary_finds_a_digest_without_a_key(real_db):
    """The same search over a database that holds one: it would be found, whole or cut off."""
    terms = json.dumps({"birthday": BIRTHDAY}, sort_keys=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into kernel_idem (scope, key, terms, result) values"
            " ('a', 'whole', sha256(%(terms)s), 1), ('a', 'cut', substr(sha256(%(phone)s), 1, 12), 1)",
            {"terms": terms.encode(), "phone": PHONE.encode()},
        )
    reader = DumpReader(full_dump(real_db.url))

    assert reader.found_as_digest(_birthdays()) == [terms]
    assert reader.found_as_digest([PHONE, OTHER_PHONE]) == [PHONE]


def _birthdays():
    days = (YOUNGEST_BIRTHDAY - OLDEST_BIRTHDAY).days
    return _written(
        [(OLDEST_BIRTHDAY + timedelta(days=day)).isoformat() for day in range(days)], "birthday"
    )


def _written(values, name, prefixes=("",)):
    """Each value as requests and rows might write it, also beside the member's known nickname."""
    for value in values:
        for prefix in prefixes:
            text = f"{prefix}{value}"
            yield text
            yield text.replace("-", "")
            yield f"{name}\0{text}"
            for terms in ({name: text}, {name: text, "nickname": NICKNAME}):
                yield json.dumps(terms, sort_keys=True, ensure_ascii=False)
                yield json.dumps(terms, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
