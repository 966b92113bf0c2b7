"""Sealing personal data, and looking it up without reading it."""

import pytest
from django.conf import settings as configured

from district.kernel.security import crypto
from district.kernel.security.crypto import Unsealable

PLACE = "member:7:phone"
# Who may hash without a key: what is hashed there cannot be guessed, or is no secret.
UNKEYED = {
    "credit/evidence/intake.py": "whole files, as they were handed in; who has one proves it",
    "credit/financing/access_codes.py": "keyed by the token keys",
    "credit/financing/report_text.py": "reports that are signed and handed out",
    "district/bootstrap.py": "the pinned requirements",
    "district/demo/plan/build.py": "an invented plan",
    "district/embedded/paths.py": "a folder of this machine",
    "district/kernel/http/api.py": "public answers",
    "district/kernel/backoffice/edits.py": "what a form shows, sent to whoever sees it and stored nowhere",
    "district/kernel/inbox/reception.py": "notices, which stand beside it and are forgotten with it",
    "district/kernel/security/crypto.py": "the keyed digests themselves",
    "district/kernel/http/health.py": "names of migrations",
    "district/kernel/security/signatures.py": "keys of ours",
    "district/kernel/database/sqlfiles.py": "our files",
    "district/kernel/security/tokens.py": "keyed by the token keys",
    "district/members/session_tokens.py": "32 random bytes",
    "district/merchants/till_secrets.py": "32 random bytes",
    "district/payments/channels/unionpay_messages.py": "a message that stands beside it, as UnionPay's signature wants",
    "district/payments/services/fetch_bills.py": "a channel's bill, for people to compare",
    "district/wechat/message_push.py": "the name of a key of 32 random bytes",
    "district/wechat/sandbox/messages.py": "a signature as WeChat makes it",
    "district/wechat/pay/pictures.py": "a picture beside its hash, as WeChat wants it",
    "district/wechat/sandbox/pay/complaint_media.py": "pictures of people who do not exist",
    "district/wechat/pay/bills.py": "a bill's file, whose hash WeChat gives",
    "district/wechat/sandbox/pay/bills.py": "a bill's file of people who do not exist",
    "district/wechat/sandbox/people.py": "people who do not exist",
    "district/replay/receipts/batch_player.py": "files of a replay",
    "district/replay/receipts/result.py": "sums of a replay",
    "district/replay/receipts/member_player.py": "card codes of a replay, thirty seconds old",
    "district/replay/complaints/figures.py": "sums of a replay",
    "district/replay/complaints/preparation.py": "names of companies that a file publishes",
    "district/replay/occupancy/figures.py": "free places, which everybody sees",
    "parking/services/import_car_parks.py": "a file of car parks that a city publishes",
    "parking/services/refused_rows.py": "numbers of cars, which stand beside it",
    "parking/tariff/document.py": "a published tariff",
    "credit/code_links.py": "keyed by the token keys",
    "credit/services/records.py": "a file of records that an authority publishes",
    "credit/complaints/case_posting/bundles.py": "the file of a case, for whoever has it to compare",
    "credit/complaints/case_posting/evidence.py": "evidence, for the parties and a court to recompute",
    "credit/complaints/machine/events.py": "a case's chain, for the parties and a court to recompute",
    "credit/complaints/machine/simulation.py": "sums of a replay",
    "credit/complaints/machine/working_days.py": "the calendar, which is public",
    "credit/score/digest.py": "facts that the public page shows",
    "credit/score/policy_document.py": "a published policy",
    "loyalty/arithmetic.py": "store, day, amount and number of a bill, which stand beside it",
    "loyalty/settlement/merkle.py": "the journal, for others to recompute",
    "coupons/services/pictures.py": "pictures that are shown to everybody",
    "coupons/engine/hash_chain.py": "a terminal's log, for the terminal to recompute",
    "district/consent/services/notices.py": "public texts",
    "district/consent/values.py": "a chain of events that name a subject by a random number",
}


@pytest.fixture(autouse=True)
def keys(settings):
    settings.MASTER_KEYS = {2: b"b" * 32, 1: b"a" * 32}
    settings.PEPPER = b"p" * 32
    return settings


def test_what_was_sealed_opens_with_its_key_at_its_place():
    key = crypto.new_data_key()
    sealed = crypto.seal(key, "13812341234 – 张三", place=PLACE)

    assert crypto.unseal(key, sealed, place=PLACE) == "13812341234 – 张三"
    assert b"13812341234" not in sealed


def test_the_same_text_never_looks_the_same_twice():
    key = crypto.new_data_key()

    assert len({crypto.seal(key, "13812341234", place=PLACE) for _ in range(100)}) == 100


def test_bytes_moved_to_another_place_or_person_are_refused():
    key = crypto.new_data_key()
    sealed = crypto.seal(key, "13812341234", place=PLACE)

    for place in ("member:8:phone", "member:7:birthday", ""):
        with pytest.raises(Unsealable):
            crypto.unseal(key, sealed, place=place)


def test_every_changed_byte_is_noticed():
    key = crypto.new_data_key()
    sealed = crypto.seal(key, "13812341234", place=PLACE)

    for place in range(len(sealed)):
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(Unsealable):
            crypto.unseal(key, bytes(changed), place=PLACE)


def test_cut_off_bytes_are_refused():
    key = crypto.new_data_key()
    sealed = crypto.seal(key, "13812341234", place=PLACE)

    for length in range(len(sealed)):
        with pytest.raises(Unsealable):
            crypto.unseal(key, sealed[:length], place=PLACE)


def test_another_key_opens_nothing():
    sealed = crypto.seal(crypto.new_data_key(), "13812341234", place=PLACE)

    for key in (crypto.new_data_key(), b"short"):
        with pytest.raises(Unsealable):
            crypto.unseal(key, sealed, place=PLACE)


def test_the_newest_master_key_wraps_and_the_former_one_still_opens(keys):
    key = crypto.new_data_key()
    version, wrapped = crypto.wrap(key, place="member:7")
    keys.MASTER_KEYS = {3: b"c" * 32, 2: b"b" * 32}

    assert version == 2
    assert crypto.unwrap(version, wrapped, place="member:7") == key
    assert crypto.wrap(key, place="member:7")[0] == 3


def test_a_master_key_that_is_gone_or_other_opens_nothing(keys):
    version, wrapped = crypto.wrap(crypto.new_data_key(), place="member:7")

    for ring in ({3: b"c" * 32}, {2: b"c" * 32}, {}):
        keys.MASTER_KEYS = ring
        with pytest.raises(Unsealable):
            crypto.unwrap(version, wrapped, place="member:7")


def test_a_data_key_of_one_person_is_not_accepted_for_another():
    version, wrapped = crypto.wrap(crypto.new_data_key(), place="member:7")

    with pytest.raises(Unsealable):
        crypto.unwrap(version, wrapped, place="member:8")


def test_an_unsealable_text_says_where_it_stands_and_not_what_it_was():
    with pytest.raises(Unsealable, match=PLACE):
        crypto.unseal(crypto.new_data_key(), b"\0" * 40, place=PLACE)


def test_a_look_up_hash_depends_on_the_kind_the_value_and_the_pepper(keys):
    mine = crypto.lookup_hash("phone", "13812341234")

    assert mine == crypto.lookup_hash("phone", "13812341234")
    assert len(mine) == 32
    assert mine != crypto.lookup_hash("openid", "13812341234")
    assert mine != crypto.lookup_hash("phone", "13812341235")
    assert crypto.lookup_hash("a", "b\0c") != crypto.lookup_hash("a\0b", "d")
    keys.PEPPER = b"q" * 32
    assert mine != crypto.lookup_hash("phone", "13812341234")


def test_a_keyed_digest_depends_on_purpose_content_and_pepper(keys):
    mine = crypto.keyed_digest("terms", b"1990-05-17")

    assert mine == crypto.keyed_digest("terms", b"1990-05-17")
    assert len(mine) == 32
    assert mine != crypto.keyed_digest("photo", b"1990-05-17")
    assert mine != crypto.keyed_digest("terms", b"1990-05-18")
    assert mine != crypto.lookup_hash("terms", "1990-05-17")
    keys.PEPPER = b"q" * 32
    assert mine != crypto.keyed_digest("terms", b"1990-05-17")


def test_nobody_else_hashes_without_a_key():
    """A new file that imports hashlib says here why what it hashes cannot be guessed."""
    found = {
        str(path.relative_to(configured.ROOT))
        for app in ("district", "loyalty", "coupons", "parking", "credit")
        for path in (configured.ROOT / app).rglob("*.py")
        if "hashlib" in path.read_text()
    }

    assert found == set(UNKEYED)
