"""A merchant appeals against what it should bear; somebody else decides, once."""

from datetime import timedelta

import pytest
import time_machine

from coupons import services as coupons
from coupons.offline import services as offline
from coupons.offline.errors import AppealDecidedByAppellant, AppealNotOpen, AppealNotPossible
from coupons.offline.models import RedemptionConflict
from district.kernel import clock
from loyalty.settlement.models import Booking
from tests.factories.coupons import claim, fresh_key, make_version
from tests.factories.members import make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def conflict(till, store, member):
    """The store took a pass twice."""
    coupon = claim(make_version(offline="leased"), member)
    held = coupons.lease_coupon(coupon=coupon, store=store, hours=4, key=fresh_key())
    code = coupons.show_coupon(coupon=held).code
    till.scan(code, no="B1", fen=5_000)
    till.scan_wrongly(code, no="B2", fen=5_000, discount=500)
    till.upload()
    return RedemptionConflict.objects.get()


@pytest.fixture
def clerk(db):
    return make_operator("dianzhang")


def test_upheld_the_alliance_owes_it(conflict, clerk, operator):
    offline.appeal_conflict(conflict=conflict, words="顾客出示了两张券", by=clerk)
    ended = offline.uphold_appeal(conflict=conflict, words="情况属实", by=operator)

    assert (ended.state, ended.payer) == ("upheld", "alliance")
    assert Booking.objects.get(source="coupon_conflict").fen == conflict.fen == 500


def test_rejected_nothing_is_owed_and_nothing_more_can_be_done(conflict, clerk, operator):
    offline.appeal_conflict(conflict=conflict, words="顾客出示了两张券", by=clerk)
    offline.reject_appeal(conflict=conflict, words="同一张券", by=operator)

    assert not Booking.objects.filter(source="coupon_conflict").exists()
    with pytest.raises(AppealNotOpen):
        offline.uphold_appeal(conflict=conflict, words="改判", by=operator)
    with pytest.raises(AppealNotPossible) as refused:
        offline.appeal_conflict(conflict=conflict, words="再申诉", by=clerk)
    assert refused.value.facts == {"reason": "state"}


def test_nobody_decides_the_own_appeal_or_one_that_was_not_made(conflict, clerk):
    with pytest.raises(AppealNotOpen):
        offline.uphold_appeal(conflict=conflict, words="没有申诉", by=clerk)
    offline.appeal_conflict(conflict=conflict, words="申诉", by=clerk)
    with pytest.raises(AppealDecidedByAppellant):
        offline.uphold_appeal(conflict=conflict, words="自己批", by=clerk)


def test_after_thirty_days_it_is_too_late(conflict, clerk):
    with (
        time_machine.travel(clock.real_now() + timedelta(days=31)),
        pytest.raises(AppealNotPossible) as refused,
    ):
        offline.appeal_conflict(conflict=conflict, words="申诉", by=clerk)
    assert refused.value.facts == {"reason": "late"}
