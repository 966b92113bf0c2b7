from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from district.kernel import clock
from district.kernel.models import AuditLine, Idem
from district.members.models import CardCodeUse
from district.merchants.models import Visit
from tests.factories.merchants import allied_store, make_store, till_key_text
from tests.merchants.api_client import LOOK_UP, code_of, look_up, problem, refusal

pytestmark = pytest.mark.django_db


def test_a_card_code_opens_a_visit(at_till, store, with_phone):
    answer = look_up(at_till, store=store.public_id, code=code_of(with_phone))

    visit = Visit.objects.get()
    assert answer.status_code == 201
    body = answer.json()
    assert body["member"] == {
        "id": with_phone.public_id,
        "nickname": "小林",
        "phone_masked": "138****8000",
    }
    assert body["visit"]["token"].startswith("vis_")
    assert body["visit"]["expires_at"] == visit.expires_at.astimezone(clock.SHANGHAI).isoformat()


def test_a_member_without_a_phone_is_shown_without_one(at_till, store, member):
    answer = look_up(at_till, store=store.public_id, code=code_of(member))

    assert answer.json()["member"]["phone_masked"] is None


def test_the_same_key_and_code_are_answered_alike(at_till, store, member):
    code = code_of(member)
    first = look_up(at_till, store=store.public_id, code=code)

    with time_machine.travel(clock.real_now() + timedelta(hours=1)):
        again = look_up(at_till, store=store.public_id, code=code)

    assert (again.status_code, again.json()) == (201, first.json())
    assert Visit.objects.count() == 1


def test_the_same_key_with_another_code_is_refused(at_till, store, member):
    look_up(at_till, store=store.public_id, code=code_of(member))

    answer = look_up(at_till, store=store.public_id, code=code_of(member))

    assert refusal(answer) == (422, "idempotency_key_reused")
    assert Visit.objects.count() == CardCodeUse.objects.count() == 1


def test_a_code_seen_before_is_used(at_till, store, member):
    code = code_of(member)
    look_up(at_till, store=store.public_id, code=code)

    answer = look_up(at_till, "k2", store=store.public_id, code=code)

    assert refusal(answer) == (409, "token_used")
    assert Visit.objects.count() == 1


def test_an_expired_code_is_gone_and_a_forged_one_invalid(at_till, store, member):
    code = code_of(member)
    with time_machine.travel(clock.real_now() + timedelta(seconds=31)):
        answer = look_up(at_till, store=store.public_id, code=code)
        assert refusal(answer) == (410, "token_expired")
    for forged in (code[:-1], "A" * 60, "会员码"):
        answer = look_up(at_till, store=store.public_id, code=forged)
        assert refusal(answer) == (400, "token_invalid")

    assert not Visit.objects.exists()
    assert not Idem.objects.filter(scope__startswith="merchant:").exists()


def test_every_store_but_the_keys_own_is_refused_alike(at_till, store, member):
    sibling, foreign = make_store(merchant=store.merchant), allied_store()
    till_key_text(foreign)
    bodies = []

    for public_id in (sibling.public_id, foreign.public_id, "str_" + "0" * 22):
        for body in ({"code": code_of(member)}, {"phone": "13800138000"}):
            answer = look_up(at_till, store=public_id, **body)
            assert refusal(answer) == (403, "store_not_yours")
            bodies.append(answer.content)

    assert len(set(bodies)) == 1
    assert not Visit.objects.exists()
    assert not CardCodeUse.objects.exists()


def test_a_phone_shows_a_masked_member_and_opens_no_visit(at_till, store, with_phone):
    answer = look_up(at_till, store=store.public_id, phone="138-0013-8000")

    assert answer.status_code == 200
    assert answer.json() == {
        "member": {
            "id": with_phone.public_id,
            "nickname": "小*",
            "phone_masked": "138****8000",
        },
        "visit": None,
    }
    assert not Visit.objects.exists()
    assert AuditLine.objects.filter(verb="find_by_phone").count() == 1


@pytest.mark.parametrize("phone", ["13900139000", "1234567"])
def test_an_unknown_phone_is_not_found(at_till, store, with_phone, phone):
    answer = look_up(at_till, store=store.public_id, phone=phone)

    assert refusal(answer) == (404, "member_not_found")


def test_looking_up_by_phone_is_limited(at_till, store, with_phone, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"look_up_phone_till": (2, 60)}
    with time_machine.travel(clock.real_now(), tick=False):
        for _ in range(2):
            assert look_up(at_till, store=store.public_id, phone="13800138000").status_code == 200

        answer = look_up(at_till, store=store.public_id, phone="13800138000")

    assert refusal(answer) == (429, "too_many_requests")
    assert 0 < int(answer["Retry-After"]) <= 60
    other = APIClient()
    other.credentials(HTTP_AUTHORIZATION=f"Bearer {till_key_text(store)}")
    assert look_up(other, store=store.public_id, phone="13800138000").status_code == 200


def test_guessing_codes_and_phones_is_limited_across_both(at_till, store, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"look_up_miss_till": (2, 60)}
    with time_machine.travel(clock.real_now(), tick=False):
        first = look_up(at_till, store=store.public_id, code="A" * 60)
        second = look_up(at_till, store=store.public_id, phone="13800138000")
        third = look_up(at_till, store=store.public_id, code="A" * 60)

    assert refusal(first) == (400, "token_invalid")
    assert refusal(second) == (404, "member_not_found")
    assert refusal(third) == (429, "too_many_requests")


def test_after_too_many_misses_a_right_code_is_refused_too(at_till, store, member, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"look_up_miss_till": (2, 60)}
    with time_machine.travel(clock.real_now(), tick=False):
        for turn in range(2):
            look_up(at_till, f"k{turn}", store=store.public_id, code="A" * 40)

        answer = look_up(at_till, "k9", store=store.public_id, code=code_of(member))

    assert refusal(answer) == (429, "too_many_requests")
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["code", "store"]),
        ({"store": "here", "code": "A"}, ["store"]),
        ({"store": 5, "code": "A"}, ["store"]),
        ({"store": None, "code": "A"}, ["store"]),
        ({"code": 5}, ["code", "store"]),
        ({"code": ["A"]}, ["code", "store"]),
        ({"code": "A\u0000"}, ["code", "store"]),
        ({"code": "A" * 401}, ["code", "store"]),
        ({"code": ""}, ["code", "store"]),
        ({"phone": "call me"}, ["phone", "store"]),
        ({"phone": "1" * 40}, ["phone", "store"]),
        ({"phone": 13800138000.5}, ["phone", "store"]),
        ([], ["non_field_errors"]),
        ("text", ["non_field_errors"]),
    ],
)
def test_a_bad_body_is_a_problem_that_names_the_field(at_till, body, fields):
    answer = at_till.post(LOOK_UP, body, format="json", HTTP_IDEMPOTENCY_KEY="k1")

    assert problem(answer) == (400, "invalid_request", fields)
    assert not Idem.objects.filter(scope__startswith="merchant:").exists()


def test_a_code_or_a_phone_but_not_both_and_not_neither(at_till, store, member):
    neither = look_up(at_till, store=store.public_id)
    both = look_up(at_till, store=store.public_id, code=code_of(member), phone="13800138000")

    assert problem(neither) == (400, "invalid_request", ["code"])
    assert problem(both) == (400, "invalid_request", ["phone"])
    assert not CardCodeUse.objects.exists()


@pytest.mark.parametrize("key", [None, "", "k" * 256, "k 1", "键"])
def test_a_look_up_needs_an_idempotency_key(at_till, store, member, key):
    encoded = key if key is None else key.encode().decode("latin-1")
    answer = look_up(at_till, encoded, store=store.public_id, code=code_of(member))

    assert refusal(answer) == (400, "idempotency_key_missing")
    assert not CardCodeUse.objects.exists()


@pytest.mark.parametrize(
    ("raw", "kind", "status", "code"),
    [
        (b"{", "application/json", 400, "invalid_request"),
        (b"\xff\xfe", "application/json", 400, "invalid_request"),
        (b"[" * 100_000, "application/json", 400, "invalid_request"),
        (b"store=1", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"x" * (10 * 1024 * 1024), "application/json", 413, "body_too_large"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(at_till, raw, kind, status, code):
    answer = at_till.post(LOOK_UP, raw, content_type=kind, HTTP_IDEMPOTENCY_KEY="k1")

    assert answer.status_code == status
    assert answer.json()["code"] == code


def test_two_merchants_may_use_the_same_key(at_till, store, member):
    other = allied_store()
    elsewhere = APIClient()
    elsewhere.credentials(HTTP_AUTHORIZATION=f"Bearer {till_key_text(other)}")

    here = look_up(at_till, store=store.public_id, code=code_of(member))
    there = look_up(elsewhere, store=other.public_id, code=code_of(member))

    assert (here.status_code, there.status_code) == (201, 201)
    assert here.json()["visit"]["token"] != there.json()["visit"]["token"]
