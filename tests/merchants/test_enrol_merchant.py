from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from district.kernel.models import AuditLine
from district.merchants import services as merchants
from district.merchants.errors import MembershipsOverlap, MerchantSuspended, StoreNotInAlliance
from district.merchants.models import AllianceMembership
from district.merchants.queries import alliance_store, require_alliance
from tests.factories.merchants import make_merchant, make_store

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def periods_of(merchant):
    return [
        (period.lower, period.upper)
        for period in merchant.memberships.order_by("id").values_list("period", flat=True)
    ]


@time_machine.travel(NOON, tick=False)
def test_a_merchant_joins_now_and_only_once():
    merchant = make_merchant()

    first = merchants.enrol_merchant(merchant=merchant, by=None)
    again = merchants.enrol_merchant(merchant=merchant, by=None)

    assert again == first
    assert periods_of(merchant) == [(NOON, None)]
    assert AuditLine.objects.get().facts == {"since": NOON.isoformat(), "until": None}


def test_a_member_leaves_and_comes_back():
    merchant = make_merchant()
    merchants.enrol_merchant(merchant=merchant, since=NOON, by=None)

    merchants.withdraw_merchant(merchant=merchant, at=NOON + DAY, by=None)
    merchants.enrol_merchant(merchant=merchant, since=NOON + 2 * DAY, by=None)

    assert periods_of(merchant) == [(NOON, NOON + DAY), (NOON + 2 * DAY, None)]


def test_leaving_twice_changes_nothing():
    merchant = make_merchant()
    merchants.enrol_merchant(merchant=merchant, since=NOON, by=None)
    merchants.withdraw_merchant(merchant=merchant, at=NOON + DAY, by=None)

    again = merchants.withdraw_merchant(merchant=merchant, at=NOON + 2 * DAY, by=None)

    assert again is None
    assert periods_of(merchant) == [(NOON, NOON + DAY)]
    assert AuditLine.objects.count() == 2


def test_who_leaves_is_not_enrolled_again_by_an_old_plan():
    merchant = make_merchant()
    merchants.enrol_merchant(merchant=merchant, since=NOON, until=NOON + 5 * DAY, by=None)
    merchants.enrol_merchant(merchant=merchant, since=NOON + 9 * DAY, by=None)

    merchants.withdraw_merchant(merchant=merchant, at=NOON + DAY, by=None)

    assert periods_of(merchant) == [(NOON, NOON + DAY)]


def test_a_membership_may_not_run_into_a_later_one():
    merchant = make_merchant()
    merchants.enrol_merchant(merchant=merchant, since=NOON + DAY, by=None)

    with pytest.raises(MembershipsOverlap):
        merchants.enrol_merchant(merchant=merchant, since=NOON, by=None)

    assert periods_of(merchant) == [(NOON + DAY, None)]


def test_a_suspended_merchant_cannot_join():
    merchant = make_merchant()
    merchants.suspend_merchant(merchant=merchant, reason="投诉未处理", by=None)

    with pytest.raises(MerchantSuspended):
        merchants.enrol_merchant(merchant=merchant, by=None)

    assert not AllianceMembership.objects.exists()


def test_a_store_is_of_the_alliance_from_the_first_instant_until_before_the_last():
    store = make_store()
    merchants.enrol_merchant(merchant=store.merchant, since=NOON, until=NOON + DAY, by=None)
    instant = timedelta(microseconds=1)

    for at in (NOON, NOON + DAY - instant):
        require_alliance(store, at)
        assert alliance_store(store.public_id, at) == store
    for at in (NOON - instant, NOON + DAY):
        with pytest.raises(StoreNotInAlliance):
            require_alliance(store, at)
        with pytest.raises(StoreNotInAlliance):
            alliance_store(store.public_id, at)


def test_a_suspended_merchants_store_is_refused_as_such(store):
    merchants.suspend_merchant(merchant=store.merchant, reason="投诉未处理", by=None)

    with pytest.raises(MerchantSuspended):
        alliance_store(store.public_id)
