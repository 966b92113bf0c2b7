"""Licences, profiles, promises and inspections: what was verified, and when."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client

from credit import services as credit
from credit.errors import (
    InspectionInvalid,
    InspectionRecorded,
    LicenceInvalid,
    PromiseNotJoined,
    PromiseNotOpen,
)
from credit.models import ProfileEntry
from credit.queries.standing import store_standing
from district.kernel import clock
from tests.credit.test_codes import path_of
from tests.factories.credit import fresh_key, make_code, make_inspection

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)


def verify(store, until, at=AT, number="330100000123456"):
    with clock.travel_to(at):
        return credit.verify_licence(
            merchant=store.merchant,
            number=number,
            valid_from=date(2021, 5, 1),
            valid_until=until,
            by=None,
            key=fresh_key(),
        )


def licence(store, at):
    return store_standing(store.public_id, at=at).licence.status


def test_a_licence_is_valid_through_its_last_day_and_the_one_verified_last_counts(store):
    assert licence(store, AT) == "unverified"
    with pytest.raises(LicenceInvalid):
        verify(store, date(2021, 4, 30))
    verify(store, date(2026, 11, 30))
    assert licence(store, AT - timedelta(seconds=1)) == "unverified"
    assert licence(store, datetime(2026, 11, 30, 15, 59, tzinfo=UTC)) == "valid"
    assert licence(store, datetime(2026, 11, 30, 16, tzinfo=UTC)) == "expired"
    verify(store, None, at=AT + timedelta(days=20))
    assert licence(store, AT + timedelta(days=20)) == "valid"


def test_the_latest_entry_of_an_item_counts_and_an_empty_one_is_nothing(store):
    def set_entry(content):
        return credit.set_profile_entry(
            merchant=store.merchant, item="address", content=content, by=None
        )

    first = set_entry("湖滨路 1 号")
    assert set_entry("湖滨路 1 号") == first
    assert store_standing(store.public_id, at=clock.now()).profile == {"address": "湖滨路 1 号"}
    set_entry("")
    assert store_standing(store.public_id, at=clock.now()).profile == {}
    assert ProfileEntry.objects.count() == 2


def test_a_promise_is_joined_left_and_joined_again(store):
    promise = credit.set_promise(code="safe", name="放心消费", description="不售假", by=None)
    joined = credit.join_promise(promise=promise, merchant=store.merchant, by=None)
    assert credit.join_promise(promise=promise, merchant=store.merchant, by=None) == joined
    names = [row.name for row in store_standing(store.public_id, at=clock.now()).promises]
    assert names == ["放心消费"]
    credit.leave_promise(adoption=joined, reason="改业态", by=None)
    with pytest.raises(PromiseNotJoined):
        credit.leave_promise(adoption=joined, reason="改业态", by=None)
    assert store_standing(store.public_id, at=clock.now()).promises == []
    credit.join_promise(promise=promise, merchant=store.merchant, by=None)
    closed = credit.set_promise(
        code="safe", name="放心消费", description="不售假", is_open=False, by=None
    )
    assert closed == promise
    with pytest.raises(PromiseNotOpen):
        credit.join_promise(promise=promise, merchant=make_code().store.merchant, by=None)


def test_a_store_is_inspected_once_a_round(store):
    inspection = make_inspection(store, passed=6, failed=1)
    with pytest.raises(InspectionRecorded):
        make_inspection(store)
    for impossible in ({"passed": 0, "failed": 0}, {"passed": 1001}, {"passed": -1, "failed": 2}):
        with pytest.raises(InspectionInvalid):
            make_inspection(store, name="另一轮", **impossible)
    assert make_inspection(store, name="另一轮").round != inspection.round


def test_the_page_tells_what_was_verified_and_stays_small(store):
    code = make_code(store)
    verify(store, None)
    promise = credit.set_promise(code="safe", name="放心消费", description="不售假", by=None)
    credit.join_promise(promise=promise, merchant=store.merchant, by=None)
    path, query = path_of(code)
    page = Client().get(path, query)

    for text in ("已核验，在有效期内", "330100000123456", "放心消费", "没有公示中的失信记录"):
        assert text in page.text
    assert len(page.content) < 20_000
