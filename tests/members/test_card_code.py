"""The member card and its rotating code."""

import base64
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError

from district.kernel import clock
from district.kernel.errors import TokenExpired, TokenInvalid, TokenUsed
from district.kernel.security import tokens
from district.members import services as members
from district.members.models import CardCodeUse, Member
from district.members.services.card_code import PURPOSE
from tests.factories.members import make_member

NOON = datetime.fromisoformat("2026-03-01T12:00:00.250000+08:00")


def test_the_card_shows_number_name_and_since_when(shopper, member):
    card = shopper.get("me/card").json()

    assert card == {
        "card_no": member.card_no,
        "nickname": "小林",
        "member_since": shopper.get("me").json()["joined_at"],
    }
    assert [len(group) for group in card["card_no"].split(" ")] == [4, 4, 4, 4, 4]


def test_a_code_is_good_for_half_a_minute_by_the_servers_clock(shopper):
    answer = shopper.post("me/card/code")

    body = answer.json()
    lifetime = datetime.fromisoformat(body["expires_at"]) - datetime.fromisoformat(
        body["server_time"]
    )
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert timedelta(seconds=29) < lifetime <= timedelta(seconds=30)
    assert body["svg"].startswith("<svg ")


def test_a_till_learns_whose_code_it_is(member):
    code = members.issue_card_code(member=member)

    assert members.use_card_code(code=code.code) == member


def test_a_code_is_good_until_its_last_instant_and_not_in_it(member):
    with time_machine.travel(NOON, tick=False):
        code, late = (members.issue_card_code(member=member) for _ in range(2))
    assert code.expires_at == NOON.replace(microsecond=0) + timedelta(seconds=30)

    with time_machine.travel(code.expires_at - timedelta(microseconds=1), tick=False):
        members.use_card_code(code=code.code)
    with time_machine.travel(code.expires_at, tick=False), pytest.raises(TokenExpired):
        members.use_card_code(code=late.code)

    assert CardCodeUse.objects.count() == 1


def test_a_code_is_good_once(member):
    code = members.issue_card_code(member=member).code
    members.use_card_code(code=code)

    with pytest.raises(TokenUsed):
        members.use_card_code(code=code)

    assert CardCodeUse.objects.count() == 1


def test_every_call_gives_another_code_and_each_is_good_once(member):
    codes = [members.issue_card_code(member=member).code for _ in range(3)]

    assert len(set(codes)) == 3
    assert [members.use_card_code(code=code) for code in codes] == [member] * 3


@pytest.mark.parametrize("change", ["A", "z", "0", "=", "é", "AAAAAAAA"])
def test_a_changed_code_is_not_ours(member, change):
    code = members.issue_card_code(member=member).code

    for forged in (code + change, change + code, code[:-1] + change, code[:5] + change + code[6:]):
        if forged.upper() != code:
            with pytest.raises(TokenInvalid):
                members.use_card_code(code=forged)

    assert not CardCodeUse.objects.exists()


def test_what_scanners_and_hands_add_changes_nothing(member):
    for spelt in ("{}\r\n", " {}", "\ufeff{}"):
        code = members.issue_card_code(member=member).code
        assert members.use_card_code(code=spelt.format(code.lower())) == member


def test_a_code_signed_for_something_else_is_not_a_member_code(member):
    code = tokens.sign(
        purpose="coupon",
        payload=bytes(member.card_id) + b"8 bytes!",
        at=clock.real_now(),
        lifetime=timedelta(seconds=30),
    )

    with pytest.raises(TokenInvalid):
        members.use_card_code(code=code)


def test_a_code_of_a_card_that_is_nobodys_is_refused(db):
    code = tokens.sign(
        purpose=PURPOSE,
        payload=b"\0" * 16,
        at=clock.real_now(),
        lifetime=timedelta(seconds=30),
    )

    with pytest.raises(TokenInvalid):
        members.use_card_code(code=code)


def test_a_closed_members_code_is_refused(member):
    code = members.issue_card_code(member=member).code
    Member.objects.filter(pk=member.pk).update(closed_at=clock.now())

    with pytest.raises(TokenInvalid):
        members.use_card_code(code=code)


def test_a_screenshot_tells_the_cards_opaque_id_and_nothing_else(member):
    code = members.issue_card_code(member=member).code

    inside = base64.b32decode(code + "=" * (-len(code) % 8))

    assert inside[5:13] == bytes(member.card_id)
    assert len(inside) == 5 + 8 + 8 + 12
    for readable in (member.public_id, str(member.pk).zfill(6), member.nickname):
        assert readable.encode() not in inside


def test_an_old_signing_key_is_good_as_long_as_it_is_on_the_ring(member, settings):
    code, later = (members.issue_card_code(member=member).code for _ in range(2))

    settings.TOKEN_KEYS = {200: b"n" * 32} | settings.TOKEN_KEYS
    assert members.use_card_code(code=code) == member
    assert members.use_card_code(code=members.issue_card_code(member=member).code) == member
    settings.TOKEN_KEYS = {200: b"n" * 32}

    with pytest.raises(TokenInvalid):
        members.use_card_code(code=later)


def test_a_replays_clock_does_not_lengthen_a_code(member):
    with time_machine.travel(NOON, tick=False):
        code = members.issue_card_code(member=member).code

    with (
        time_machine.travel(NOON + timedelta(seconds=30), tick=False),
        clock.travel_to(NOON),
        pytest.raises(TokenExpired),
    ):
        members.use_card_code(code=code)


def test_somebody_who_asks_too_often_is_slowed_down(shopper, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"card_code_member": (2, 60)}

    answers = [shopper.post("me/card/code") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 1 <= int(answers[2]["Retry-After"]) <= 60


def test_the_table_refuses_a_code_a_second_time(member):
    use = {"jti": b"8 bytes!", "used_at": clock.real_now()}
    CardCodeUse.objects.create(member=member, **use)

    with pytest.raises(IntegrityError, match="card_code_used_once"):
        CardCodeUse.objects.create(member=make_member(), **use)


def test_the_table_refuses_one_card_for_two_members(member):
    with pytest.raises(IntegrityError, match="card_of_one_member"):
        Member.objects.filter(pk=make_member().pk).update(card_id=member.card_id)


def test_the_table_refuses_a_short_card_id(member):
    with pytest.raises(IntegrityError, match="card_id_has_eight_bytes"):
        Member.objects.update(card_id=b"short")
