from datetime import timedelta

import pytest
import time_machine

from district.kernel import clock
from district.kernel.errors import InvalidRequest
from district.kernel.models import AuditLine
from district.merchants import services as merchants
from district.merchants import till_secrets
from district.merchants.errors import (
    MerchantSuspended,
    StoreNotYours,
    TillKeyEnded,
    TillKeyInvalid,
)
from district.merchants.models import TillKey
from district.merchants.queries import till_for
from tests.factories.merchants import allied_store, make_store, till_key_text

pytestmark = pytest.mark.django_db


@pytest.fixture
def issued(store, key):
    return merchants.issue_till_key(
        merchant=store.merchant, stores=[store], name="一楼收银台", by=None, key=key("k1")
    )


def test_a_key_is_shown_once_and_kept_as_a_digest(issued, store, key):
    again = merchants.issue_till_key(
        merchant=store.merchant, stores=[store], name="一楼收银台", by=None, key=key("k1")
    )

    prefix, secret = issued.text.removeprefix("tk_").split("_")
    held = TillKey.objects.get()
    assert again == (held, None)
    assert (held.prefix, bytes(held.secret_hash)) == (prefix, till_secrets.digest(secret))
    assert AuditLine.objects.get(verb="issue_till_key").facts == {"stores": [store.pk]}
    assert secret not in str(list(TillKey.objects.values())) + str(list(AuditLine.objects.values()))


def test_a_key_says_who_its_till_is(issued, store):
    till = till_for(issued.text)

    assert till.merchant == store.merchant
    assert till.stores == {store.public_id: store}
    assert till.in_alliance
    assert till.actor == f"till:{issued.till_key.pk}"


def test_columns_that_were_not_read_with_the_key_load_when_asked(issued, store):
    till = till_for(issued.text)

    assert till.merchant.legal_name == store.merchant.legal_name
    assert till.stores[store.public_id].venue == store.venue


def test_one_query_tells_all_about_a_till(store, django_assert_num_queries):
    text = till_key_text(store, make_store(merchant=store.merchant))

    with django_assert_num_queries(1):
        till = till_for(text)
        assert [s.merchant.name for s in till.stores.values()] == [store.merchant.name] * 2


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[:-1],
        lambda text: text[:-1] + ("A" if text[-1] != "A" else "B"),
        lambda text: text.replace("tk_", "sht_"),
        lambda text: f"tk_{'0' * 12}_{text.rpartition('_')[2]}",
        lambda text: text + "\n",
        lambda text: text.replace("_", "＿"),
    ],
)
def test_anything_but_the_whole_key_is_refused(issued, spoil):
    with pytest.raises(TillKeyInvalid):
        till_for(spoil(issued.text))


def test_a_key_opens_the_stores_it_names_and_tells_nothing_of_others(issued, store):
    sibling, foreign = make_store(merchant=store.merchant), allied_store()
    till = till_for(issued.text)

    assert till.alliance_store(store.public_id) == store
    for public_id in (sibling.public_id, foreign.public_id, "str_unknown", ""):
        with pytest.raises(StoreNotYours) as refusal:
            till.store(public_id)
        assert refusal.value.facts == {}


def test_a_key_needs_a_store_and_only_own_ones(store, key):
    name = {"merchant": store.merchant, "name": "一楼收银台", "by": None}

    with pytest.raises(InvalidRequest):
        merchants.issue_till_key(**name, stores=[], key=key("k1"))
    with pytest.raises(StoreNotYours):
        merchants.issue_till_key(**name, stores=[store, make_store()], key=key("k1"))

    assert not TillKey.objects.exists()


def test_a_revoked_key_is_refused_at_once_and_for_ever(issued):
    first = merchants.revoke_till_key(till_key=issued.till_key, by=None)
    again = merchants.revoke_till_key(till_key=issued.till_key, by=None)

    assert again.revoked_at == first.revoked_at
    assert AuditLine.objects.filter(verb="revoke_till_key").count() == 1
    with pytest.raises(TillKeyInvalid):
        till_for(issued.text)


def test_a_key_ends_at_its_date(store, key):
    ends = clock.real_now() + timedelta(days=30)
    issued = merchants.issue_till_key(
        merchant=store.merchant,
        stores=[store],
        name="快闪店",
        by=None,
        key=key("k1"),
        expires_at=ends,
    )
    assert issued.text is not None

    with time_machine.travel(ends - timedelta(seconds=1), tick=False):
        till_for(issued.text)
    with time_machine.travel(ends, tick=False), pytest.raises(TillKeyInvalid):
        till_for(issued.text)


def test_a_rotated_key_lives_on_while_tills_change_over(issued, store, key):
    rotated = merchants.rotate_till_key(till_key=issued.till_key, by=None, key=key("k2"))
    assert rotated.text is not None

    old = TillKey.objects.get(pk=issued.till_key.pk)
    assert old.replaced_by == rotated.till_key
    assert old.expires_at is not None
    assert till_for(rotated.text).stores == {store.public_id: store}
    with time_machine.travel(old.expires_at - timedelta(seconds=1), tick=False):
        till_for(issued.text)
    with time_machine.travel(old.expires_at, tick=False):
        till_for(rotated.text)
        with pytest.raises(TillKeyInvalid):
            till_for(issued.text)


def test_a_rotation_without_overlap_ends_the_old_key_now(issued, key):
    merchants.rotate_till_key(
        till_key=issued.till_key, overlap=timedelta(0), by=None, key=key("k2")
    )

    with pytest.raises(TillKeyInvalid):
        till_for(issued.text)


def test_a_rotation_is_repeated_without_a_third_key(issued, key):
    first = merchants.rotate_till_key(till_key=issued.till_key, by=None, key=key("k2"))

    again = merchants.rotate_till_key(till_key=issued.till_key, by=None, key=key("k2"))

    assert again == (first.till_key, None)
    assert TillKey.objects.count() == 2


def test_an_ended_key_is_not_rotated(issued, key):
    merchants.rotate_till_key(till_key=issued.till_key, by=None, key=key("k2"))

    with pytest.raises(TillKeyEnded):
        merchants.rotate_till_key(till_key=issued.till_key, by=None, key=key("k3"))
    successor = TillKey.objects.get(replaced_by=None)
    merchants.revoke_till_key(till_key=successor, by=None)
    with pytest.raises(TillKeyEnded):
        merchants.rotate_till_key(till_key=successor, by=None, key=key("k4"))

    assert TillKey.objects.count() == 2


def test_a_suspended_merchants_till_is_refused_and_comes_back(issued, store):
    merchants.suspend_merchant(merchant=store.merchant, reason="投诉未处理", by=None)
    with pytest.raises(MerchantSuspended):
        till_for(issued.text)

    merchants.resume_merchant(merchant=store.merchant, by=None)

    assert till_for(issued.text).merchant == store.merchant


def test_the_last_use_is_noted_once_a_minute(issued, django_assert_num_queries):
    def note():
        merchants.note_key_use(till=till_for(issued.text))
        return TillKey.objects.get().last_used_at

    start = clock.real_now()
    with time_machine.travel(start, tick=False):
        assert note() == start
    with time_machine.travel(start + timedelta(seconds=59), tick=False):
        till = till_for(issued.text)
        with django_assert_num_queries(0):
            merchants.note_key_use(till=till)
    later = start + timedelta(seconds=60)
    with time_machine.travel(later, tick=False):
        assert note() == later
        merchants.note_key_use(till=till)
        assert TillKey.objects.get().last_used_at == later
