"""What WeChat Pay signed and encrypted is read; what it did not is refused, each for its own reason."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from district.wechat.pay.errors import (
    BadSignature,
    SignatureProbe,
    StaleTimestamp,
    Undecryptable,
    UnknownKey,
)
from district.wechat.pay.keys import PlatformKeys, load_merchant, load_public_key
from district.wechat.pay.notices import open_resource, verify_notice
from district.wechat.pay.resources import decrypt, decrypt_field, encrypt_field
from district.wechat.pay.signatures import SIGNED_HEADERS, sign, verify
from tests.wechat.pay_fixtures import (
    API_V3_KEY,
    NOW,
    PUBLIC_KEY_ID,
    make_certificate,
    make_key,
    platform_headers,
    sealed,
)

OFFICIAL = json.loads(Path(__file__).with_name("official_vectors.json").read_text())
NOTICE = OFFICIAL["notice"]
BODY = '{"名":"值"}'.encode()


@pytest.fixture(scope="session")
def official_key():
    pem = OFFICIAL["testing_key"].replace("TESTING KEY", "PRIVATE " + "KEY")
    return load_pem_private_key(pem.encode(), None)


def test_the_official_notice_is_verified_and_opened():
    certificate = x509.load_pem_x509_certificate(NOTICE["certificate"].encode())
    platform = PlatformKeys(certificates=[certificate])
    now = datetime.fromtimestamp(NOTICE["received_at"], UTC)

    key_id = verify_notice(NOTICE["headers"], NOTICE["body"].encode(), platform=platform, now=now)

    assert key_id == "D7CE59D1F522D701"
    content = open_resource(NOTICE["body"].encode(), [NOTICE["api_v3_key"].encode()])
    assert content == NOTICE["plain"]


def test_the_official_key_signs_as_officially_signed(official_key):
    headers = NOTICE["headers"]

    signature = sign(
        official_key, headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], NOTICE["body"]
    )

    assert signature == headers["Wechatpay-Signature"]


def test_the_official_resource_and_field_are_decrypted(official_key):
    resource, field = OFFICIAL["resource"], OFFICIAL["field"]
    sealed_official = {"algorithm": "AEAD_AES_256_GCM"} | resource

    plain = decrypt(sealed_official, [b"0" * 32, resource["api_v3_key"].encode()])

    assert plain.decode() == resource["plain"]
    assert decrypt_field(field["ciphertext"], official_key) == field["plain"]


def check(platform_keys, headers, *, body=BODY, now=NOW):
    return verify(headers, body, platform=platform_keys, now=now)


def test_the_headers_names_may_be_written_in_any_case(platform_keys, platform_key):
    headers = platform_headers(platform_key, BODY)

    for written in (headers, {name.upper(): value for name, value in headers.items()}):
        assert check(platform_keys, written) == PUBLIC_KEY_ID
    assert {name.lower() for name in headers} == set(SIGNED_HEADERS)


def test_an_empty_body_is_signed_too(platform_keys, platform_key):
    headers = platform_headers(platform_key, b"")

    assert check(platform_keys, headers, body=b"") == PUBLIC_KEY_ID
    with pytest.raises(BadSignature):
        check(platform_keys, headers, body=b"{}")


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"Signature": "WECHATPAY/SIGNTEST/" + "A" * 325}, SignatureProbe),
        ({"Signature": "not base64"}, BadSignature),
        ({"Signature": "AAAA"}, BadSignature),
        ({"Signature": None}, BadSignature),
        ({"Nonce": "another"}, BadSignature),
        ({"Nonce": None}, BadSignature),
        ({"Timestamp": None}, BadSignature),
        ({"Timestamp": "-1"}, BadSignature),
        ({"Timestamp": "1e9"}, BadSignature),
        ({"Timestamp": "9" * 5000}, StaleTimestamp),
        ({"Serial": None}, BadSignature),
        ({"Serial": "PUB_KEY_ID_0"}, UnknownKey),
        ({"Serial": "D7CE59D1F522D701"}, UnknownKey),
        ({"Signature_Type": "WECHATPAY2-SM2-WITH-SM3"}, BadSignature),
    ],
)
def test_what_is_not_rightly_signed_is_refused(platform_keys, platform_key, changed, refusal):
    with pytest.raises(refusal) as refused:
        check(platform_keys, platform_headers(platform_key, BODY, **changed))

    assert type(refused.value) is refusal


def test_a_right_signature_of_another_is_refused(platform_keys):
    with pytest.raises(BadSignature):
        check(platform_keys, platform_headers(make_key(), BODY))


@pytest.mark.parametrize("seconds", [-300, 300])
def test_a_signature_is_good_for_five_minutes_each_way(platform_keys, platform_key, seconds):
    headers = platform_headers(platform_key, BODY)

    check(platform_keys, headers, now=NOW + timedelta(seconds=seconds))
    with pytest.raises(StaleTimestamp):
        check(platform_keys, headers, now=NOW + timedelta(seconds=seconds * 1.01))


def test_certificates_and_public_keys_are_good_at_the_same_time(platform_keys, platform_key):
    old_key = make_key()
    old = make_certificate(old_key, 0x0A5B6C7D8E)
    platform_keys.replace_certificates([old])

    assert (
        check(platform_keys, platform_headers(old_key, BODY, key_id="0A5B6C7D8E")) == "0A5B6C7D8E"
    )
    assert check(platform_keys, platform_headers(platform_key, BODY)) == PUBLIC_KEY_ID
    assert platform_keys.encryption_key(NOW)[0] == PUBLIC_KEY_ID


def test_a_certificate_counts_only_while_it_is_valid_and_the_freshest_encrypts():
    key = make_key()
    keys = PlatformKeys(
        certificates=[
            make_certificate(key, 0xA1, valid_from=NOW - timedelta(days=400)),
            make_certificate(key, 0xB2),
            make_certificate(key, 0xC3, valid_from=NOW - timedelta(days=10)),
            make_certificate(key, 0xD4, valid_from=NOW + timedelta(days=1)),
        ]
    )

    for key_id in ("A1", "D4"):
        with pytest.raises(UnknownKey):
            keys.key(key_id, NOW)
    assert keys.encryption_key(NOW)[0] == "C3"
    with pytest.raises(UnknownKey):
        keys.encryption_key(NOW + timedelta(days=9999))


@pytest.mark.parametrize(
    "broken",
    [
        {"algorithm": "AEAD_SM4_GCM"},
        {"ciphertext": "AAAA"},
        {"ciphertext": "not base64!"},
        {"ciphertext": None},
        {"nonce": "another12byt"},
        {"nonce": ""},
        {"associated_data": "other"},
    ],
)
def test_a_resource_that_does_not_open_is_undecryptable(broken):
    with pytest.raises(Undecryptable):
        decrypt(sealed(b"{}") | broken, [API_V3_KEY])


def test_a_resource_opens_with_the_key_before_a_change_and_with_no_other():
    resource = sealed(b"{}", associated_data="")
    del resource["associated_data"]

    assert decrypt(resource, [b"n" * 32, API_V3_KEY]) == b"{}"
    with pytest.raises(Undecryptable):
        decrypt(resource, [b"n" * 32])


@given(text=st.text(max_size=50))
def test_a_sensitive_field_is_read_by_whom_it_is_for(merchant_key, platform_key, text):
    field = encrypt_field(text, merchant_key.public_key())

    assert decrypt_field(field, merchant_key) == text
    with pytest.raises(Undecryptable):
        decrypt_field(field, platform_key)


@pytest.mark.parametrize(
    ("pem", "keys"), [(b"hunter2", ["k" * 32]), (None, ["k" * 31]), (None, ["hunter2"]), (None, [])]
)
def test_unfit_keys_are_refused_without_quoting_them(merchant_key, pem, keys):
    from cryptography.hazmat.primitives import serialization as s

    good = merchant_key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    with pytest.raises(ValueError, match="key") as refused:
        load_merchant(mchid="1", serial_no="1", private_key_pem=pem or good, api_v3_keys=keys)

    assert "hunter" not in f"{refused.value!r} {refused.value.__cause__!r}"
    with pytest.raises(ValueError, match="PEM") as refused:
        load_public_key(b"hunter2")
    assert "hunter" not in repr(refused.value)


def test_nothing_secret_is_printed_with_a_merchant(merchant):
    assert repr(merchant) == (
        "PayMerchant(mchid='1900000109', serial_no='3775B6A45ACD588826D15E583A95F5DD')"
    )
