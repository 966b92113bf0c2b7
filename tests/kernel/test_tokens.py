"""Short-lived signed codes."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from district.kernel.errors import TokenExpired, TokenInvalid
from district.kernel.security import tokens

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HALF_A_MINUTE = timedelta(seconds=30)
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


@pytest.fixture(autouse=True)
def keys(settings):
    settings.TOKEN_KEYS = {2: b"2" * 32, 1: b"1" * 32}
    return settings


def code(purpose: str = "card", payload: bytes = b"\x00payload\xff") -> str:
    return tokens.sign(purpose=purpose, payload=payload, at=NOON, lifetime=HALF_A_MINUTE)


def read(text: str, purpose: str = "card", at: datetime = NOON) -> bytes:
    return tokens.open_token(purpose=purpose, text=text, at=at)


def test_a_code_says_its_payload_until_its_time_is_over():
    assert read(code()) == b"\x00payload\xff"
    assert read(code(), at=NOON + timedelta(seconds=29.999)) == b"\x00payload\xff"
    with pytest.raises(TokenExpired):
        read(code(), at=NOON + HALF_A_MINUTE)


def test_a_code_is_upper_case_letters_and_digits():
    assert set(code()) <= set(ALPHABET)


def test_a_code_of_one_purpose_is_nothing_for_another():
    with pytest.raises(TokenInvalid):
        read(code("card"), purpose="visit")


def test_purpose_and_body_cannot_be_cut_elsewhere(keys):
    """`card` + `A…` and `cardA` + `…` would be the same bytes if they were merely joined."""
    second_byte = int(NOON.timestamp()).to_bytes(4, "big")[0]
    keys.TOKEN_KEYS = {ord("A"): b"k" * 32, second_byte: b"k" * 32}
    raw = base64.b32decode(code(purpose="card") + "=" * (-len(code(purpose="card")) % 8))

    with pytest.raises(TokenInvalid):
        read(base64.b32encode(raw[1:]).decode().rstrip("="), purpose="cardA")


def test_any_changed_letter_is_refused():
    genuine = code()

    for place, letter in enumerate(genuine):
        for other in ALPHABET:
            if other != letter:
                with pytest.raises(TokenInvalid):
                    read(genuine[:place] + other + genuine[place + 1 :])


def test_any_truncated_or_lengthened_code_is_refused():
    genuine = code()

    for length in range(len(genuine)):
        with pytest.raises(TokenInvalid):
            read(genuine[:length])
    for more in ("A", "=", "AAAAAAAA", " ", "\n", "\0"):
        with pytest.raises(TokenInvalid):
            read(genuine + more)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "A",
        "A" * 27,
        "A" * 400,
        "A" * 401,
        "A" * 100_000,
        "码" * 40,
        "\ud800" * 40,
        "\0" * 40,
        "-1",
        "0189" * 10,
    ],
)
def test_rubbish_is_refused(text):
    with pytest.raises(TokenInvalid):
        read(text)


def test_a_code_has_one_text():
    """Lower case, padding, look-alikes or stray bits would let one code be used as two."""
    genuine = code()
    padded = genuine + "=" * (-len(genuine) % 8)

    for twin in (
        genuine.lower(),
        padded,
        f" {genuine}",
        genuine.replace("O", "0"),
        genuine[:4] + "-" + genuine[4:],
    ):
        if twin != genuine:
            with pytest.raises(TokenInvalid):
                read(twin)


def test_an_expired_forgery_is_invalid_and_not_expired():
    raw = bytearray(base64.b32decode(code() + "=" * (-len(code()) % 8)))
    raw[-1] ^= 1
    forged = base64.b32encode(bytes(raw)).decode().rstrip("=")

    with pytest.raises(TokenInvalid):
        read(forged, at=NOON + timedelta(days=1))


def test_a_later_expiry_cannot_be_written_into_a_code():
    raw = bytearray(base64.b32decode(code() + "=" * (-len(code()) % 8)))
    raw[1:5] = int((NOON + timedelta(days=1)).timestamp()).to_bytes(4, "big")

    with pytest.raises(TokenInvalid):
        read(base64.b32encode(bytes(raw)).decode().rstrip("="), at=NOON + timedelta(hours=1))


def test_after_a_rotation_the_former_key_still_opens_and_no_longer_signs(keys):
    former = code()
    keys.TOKEN_KEYS = {3: b"3" * 32, 2: b"2" * 32}

    assert read(former) == b"\x00payload\xff"
    assert base64.b32decode(code() + "=" * (-len(code()) % 8))[0] == 3


def test_a_key_taken_out_of_the_ring_opens_nothing(keys):
    former = code()
    keys.TOKEN_KEYS = {3: b"3" * 32}

    with pytest.raises(TokenInvalid):
        read(former)


def test_a_version_cannot_be_claimed_for_another_key(keys):
    former = code()
    keys.TOKEN_KEYS = {2: b"X" * 32}

    with pytest.raises(TokenInvalid):
        read(former)
