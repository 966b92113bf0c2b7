"""What a till did without the network becomes a redemption, once, at the instant of its scan."""

from dataclasses import replace
from datetime import timedelta

import pytest

from coupons import services as coupons
from coupons.models import Coupon, Redemption
from coupons.offline import services as offline
from coupons.offline.errors import LogForked, LogGap, LogNotUploaded, TerminalRetired
from coupons.offline.models import LogEntry, RedemptionConflict
from district.kernel import clock
from loyalty.settlement.models import Booking
from tests.factories.coupons import GIFT, claim, fresh_key, make_version, reported_bill
from tests.factories.offline import OfflineTill
from tests.offline.pass_codes import later, leased_code, open_code

pytestmark = pytest.mark.django_db


def test_a_leased_coupon_is_redeemed_at_the_instant_of_its_scan(till, store, member):
    coupon, code = leased_code(member, store)
    with later(hours=2):
        line = till.scan(code, no="B1", fen=5_000)
    assert line.entry.outcome == "redeemed"

    with later(hours=30):
        (entry,) = till.upload()

    assert entry.result == LogEntry.Result.REDEEMED
    redemption = entry.redemption
    assert (redemption.at, redemption.offline, redemption.discount_fen) == (
        line.scanned_at,
        True,
        500,
    )
    assert Coupon.objects.get(pk=coupon.pk).state == Coupon.State.USED
    assert Booking.objects.get(source="coupon").fen == 500


def test_an_open_coupon_is_taken_by_its_code_of_half_a_minute(till, member):
    _coupon, code = open_code(member)
    taken = till.scan(code, no="B1", fen=5_000)
    with later(minutes=3):
        stale = till.scan(code, no="B2", fen=5_000)

    assert (taken.entry.outcome, stale.entry.outcome) == ("redeemed", "code_expired")
    redeemed, noted = till.upload()
    assert (redeemed.result, noted.result) == ("redeemed", "noted")
    assert RedemptionConflict.objects.count() == 0


def test_without_leave_of_the_template_no_code_can_be_read_by_a_till(till, store, member):
    plain = coupons.show_coupon(coupon=claim(make_version(), member)).code
    only_leased = coupons.show_coupon(coupon=claim(make_version(offline="leased"), member)).code

    assert till.scan(plain, no="B1", fen=5_000).entry.outcome == "forged"
    assert till.scan(only_leased, no="B2", fen=5_000).entry.outcome == "forged"


def test_the_till_says_the_same_as_the_server_would(till, store, member):
    _coupon, code = leased_code(member, store, threshold_fen=6_000, kind="cash_off", face_fen=500)

    assert till.scan(code, no="B1", fen=5_000).entry.outcome == "below_threshold"
    with later(hours=5):
        assert till.scan(code, no="B1", fen=9_000).entry.outcome == "code_expired"
    assert till.scan(code, no="B1", fen=9_000).entry.discount_fen == 500
    assert till.scan(code, no="B2", fen=9_000).entry.outcome == "used"


def test_what_was_sent_before_is_answered_again_and_does_nothing(till, store, member):
    _coupon, code = leased_code(member, store)
    till.scan(code, no="B1", fen=5_000)
    first = till.upload()

    till.sent = 0
    again = till.upload()

    assert [entry.pk for entry in again] == [entry.pk for entry in first]
    assert Redemption.objects.count() == 1


def test_a_log_with_a_gap_or_another_story_is_refused_and_writes_nothing(till, terminal, member):
    for number in range(3):
        till.scan("RUBBISH", no=f"B{number}", fen=5_000)
    lines = list(till.log)

    def sent(some):
        return offline.upload_log(
            terminal=terminal, lines=some, sent_at=clock.now(), actor="till:1"
        )

    with pytest.raises(LogGap) as gap:
        sent(lines[1:])
    assert gap.value.facts == {"next_seq": 1}
    with pytest.raises(LogGap):
        sent([lines[0], lines[2]])
    changed = replace(lines[1], entry=replace(lines[1].entry, bill_fen=1))
    with pytest.raises(LogForked):
        sent([lines[0], changed])
    assert not LogEntry.objects.exists()
    sent(lines[:2])
    till.log.clear()
    rewritten = till.scan("OTHER", no="B9", fen=5_000)
    with pytest.raises(LogForked):
        sent([rewritten])
    assert LogEntry.objects.count() == 2


def test_a_coupon_that_expired_before_the_upload_comes_back_for_its_use(till, store, member):
    until = clock.now() + timedelta(hours=1)
    coupon, code = leased_code(
        member,
        store,
        valid_from=clock.now() - timedelta(days=1),
        valid_until=until,
        budget_fen=500,
    )
    till.scan(code, no="B1", fen=5_000)
    with later(hours=2):
        assert coupons.expire_coupons() == 1

        (entry,) = till.upload()

    assert entry.result == LogEntry.Result.REDEEMED
    assert Coupon.objects.get(pk=coupon.pk).state == Coupon.State.USED


def test_of_what_the_till_gave_no_more_counts_than_the_rules_give(till, store, member):
    _coupon, code = leased_code(member, store)
    till.scan_wrongly(code, no="B1", fen=5_000, discount=4_000)

    (entry,) = till.upload()

    assert entry.redemption.discount_fen == 500


def test_a_gift_is_owed_its_value(till, store, member):
    _coupon, code = leased_code(member, store, **GIFT)
    till.scan(code, no="B1", fen=5_000)

    (entry,) = till.upload()

    assert (entry.redemption.discount_fen, entry.redemption.cost_fen) == (0, 900)


def test_a_value_is_used_up_in_parts_by_one_pass(till, store, member):
    coupon, code = leased_code(
        member, store, kind="cash_off", face_fen=3_000, partial=True, threshold_fen=0
    )
    fens = [till.scan(code, no=f"B{number}", fen=2_000).entry.discount_fen for number in range(2)]
    assert till.scan(code, no="B9", fen=2_000).entry.outcome == "used"

    entries = till.upload()

    assert fens == [2_000, 1_000]
    assert [entry.result for entry in entries] == ["redeemed", "redeemed", "noted"]
    assert Coupon.objects.get(pk=coupon.pk).value_left_fen == 0


def test_a_new_kit_needs_the_whole_log(till, terminal):
    till.scan("RUBBISH", no="B1", fen=100)

    with pytest.raises(LogNotUploaded):
        _ = OfflineTill(terminal, last_seq=1).kit
    till.upload()
    assert OfflineTill(terminal, last_seq=1).kit["last_hash"] == till.log[0].hash


def test_a_retired_terminal_gets_no_kit_and_its_log_is_still_taken(till, terminal, operator):
    till.scan("RUBBISH", no="B1", fen=100)
    offline.retire_terminal(terminal=terminal, by=operator)

    assert [entry.result for entry in till.upload()] == ["noted"]
    with pytest.raises(TerminalRetired):
        _ = OfflineTill(terminal, last_seq=1).kit


def test_the_kit_says_which_leased_coupons_are_gone(terminal, store, member):
    coupon, code = leased_code(member, store)
    coupons.redeem_coupons(
        store=store,
        reported_bill=reported_bill(5_000),
        codes=[code],
        request_no="L1",
        actor="till:1",
        key=fresh_key(),
    )

    till = OfflineTill(terminal)

    assert till.kit["spent"] == [coupon.pk]
    assert till.scan(code, no="B1", fen=5_000).entry.outcome == "used"
