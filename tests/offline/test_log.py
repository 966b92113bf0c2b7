"""What a till did without the network becomes a redemption, or a conflict whose payer was fixed before."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from coupons import services as coupons
from coupons.models import Coupon, Redemption
from coupons.offline import services as offline
from coupons.offline.errors import LogForked, LogGap, LogNotUploaded, TerminalRetired
from coupons.offline.models import LogEntry, RedemptionConflict
from district.kernel import clock
from district.kernel.models import OutboxRow
from loyalty.settlement.models import Booking
from tests.factories.coupons import GIFT, claim, fresh_key, make_version, redeem, told
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_merchant, make_store
from tests.factories.offline import Tills

pytestmark = pytest.mark.django_db


def leased_code(member, store, *, hours=4, **fields):
    coupon = claim(make_version(offline="leased", **fields), member)
    held = coupons.lease_coupon(coupon=coupon, store=store, hours=hours, key=fresh_key())
    return held, coupons.show_coupon(coupon=held).code


def open_code(member, **fields):
    coupon = claim(make_version(offline="allowance", **fields), member)
    return coupon, coupons.show_coupon(coupon=coupon).code


def later(**span):
    return time_machine.travel(clock.real_now() + timedelta(**span))


def only_conflict():
    return RedemptionConflict.objects.get()


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


def test_a_till_knows_its_own_doings_also_by_another_pass(till, store, member):
    held, code = leased_code(member, store)
    till.scan(code, no="B1", fen=5_000)
    with later(minutes=10):
        another = coupons.show_coupon(coupon=held).code

        assert another != code
        assert till.scan(another, no="B2", fen=5_000).entry.outcome == "used"
        till.force(another, no="B3", fen=5_000, discount=500)
        till.upload()

    assert (only_conflict().reason, only_conflict().payer) == ("used_at_this_store", "store")


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


def test_after_the_lease_another_store_was_first_and_the_alliance_bears_it(till, store, member):
    fund = make_merchant(kind="fund")
    coupon, code = leased_code(member, store, hours=1, payers=[(None, 2_000), (fund, 5_000)])
    till.scan(code, no="B1", fen=5_000)
    with later(hours=2):
        redeem(Coupon.objects.get(pk=coupon.pk), store=allied_store(), bill=told(5_000))

        (entry,) = till.upload()

        conflict = only_conflict()
        assert entry.result == LogEntry.Result.CONFLICT
        assert (conflict.reason, conflict.payer, conflict.state) == (
            "used_elsewhere",
            "alliance",
            "decided",
        )
        # What others would have owed it: 80 % of 500.
        assert conflict.fen == 400
        assert Booking.objects.get(source="coupon_conflict").fen == 400
        assert conflict.winner == Redemption.objects.get()
        told_of = OutboxRow.objects.get(name="CouponConflict").payload
        assert (told_of["member"], told_of["conflict"]) == (member.pk, conflict.public_id)


def test_a_coupon_revoked_meanwhile_is_the_alliances(till, store, member, operator):
    coupon, code = leased_code(member, store)
    till.scan(code, no="B1", fen=5_000)
    coupons.revoke_coupon(coupon=Coupon.objects.get(pk=coupon.pk), reason="误发", by=operator)

    till.upload()

    assert (only_conflict().reason, only_conflict().payer) == ("withdrawn", "alliance")


def test_within_the_allowance_the_alliance_answers_and_beyond_it_the_store(till, store):
    taken = [open_code(make_member(f"会员{number}")) for number in range(3)]
    for number, (_coupon, code) in enumerate(taken):
        till.scan(code, no=f"B{number}", fen=5_000)
    for coupon, _code in taken:
        redeem(coupon, store=allied_store(), bill=told(5_000))

    till.upload()

    found = RedemptionConflict.objects.order_by("pk").values_list("reason", "payer")
    assert list(found) == [
        ("used_elsewhere", "alliance"),
        ("used_elsewhere", "alliance"),
        ("beyond_the_allowance", "store"),
    ]


def test_beyond_the_allowance_what_is_still_there_is_redeemed(till):
    taken = [open_code(make_member(f"会员{number}")) for number in range(4)]
    for number, (_coupon, code) in enumerate(taken):
        till.scan(code, no=f"B{number}", fen=5_000)

    assert {entry.result for entry in till.upload()} == {"redeemed"}


def test_two_tills_of_one_store_are_one_house(till, store, member, operator):
    _coupon, code = leased_code(member, store)
    second = Tills(
        offline.register_terminal(
            store=store,
            name="二号机",
            allowance_count=0,
            allowance_fen=0,
            by=operator,
            key=fresh_key(),
        )
    )
    till.scan(code, no="B1", fen=5_000)
    second.scan(code, no="B2", fen=5_000)

    till.upload()
    second.upload()

    assert (only_conflict().reason, only_conflict().payer) == ("used_at_this_store", "store")


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


def test_given_to_a_friend_after_it_was_scanned_it_is_the_friends(till, member):
    coupon, code = open_code(member, transferable=True)
    till.scan(code, no="B1", fen=5_000)
    friend = make_member("小林")
    coupons.accept_coupon(code=coupons.offer_coupon(coupon=coupon), member=friend, key=fresh_key())

    till.upload()

    assert Coupon.objects.get().state == Coupon.State.LIVE
    assert (only_conflict().reason, only_conflict().payer) == ("withdrawn", "alliance")


def test_of_what_the_till_gave_no_more_counts_than_the_rules_give(till, store, member):
    _coupon, code = leased_code(member, store)
    till.force(code, no="B1", fen=5_000, discount=4_000)

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


BROKEN = {
    "forged": lambda code, kit: {"code": code[:-8] + "AAAAAAAA"},
    "kit_unknown": lambda code, kit: {"kit": "okt_" + "0" * 22},
    "below_threshold": lambda code, kit: {"bill_fen": 1_999},
    "nothing_given": lambda code, kit: {"discount_fen": 0},
}


@pytest.mark.parametrize("reason", BROKEN)
def test_who_does_not_keep_to_a_rule_bears_it_alone(till, store, member, reason):
    coupon, code = leased_code(member, store)
    line = till.scan(code, no="B1", fen=5_000)
    till.log.clear()
    till.write(replace(line.entry, **BROKEN[reason](code, till.kit)))

    (entry,) = till.upload()

    assert entry.result == LogEntry.Result.CONFLICT
    assert (only_conflict().reason, only_conflict().payer) == (reason, "store")
    assert Coupon.objects.get(pk=coupon.pk).state == Coupon.State.LIVE
    assert not Booking.objects.exists()


def test_an_instant_is_believed_between_the_kit_and_the_upload_by_a_clock_like_ours(
    till, store, member
):
    _coupon, code = leased_code(member, store)
    now = clock.now()
    for number, at in enumerate((now - timedelta(hours=1), now + timedelta(hours=1))):
        till.force(code, no=f"B{number}", fen=5_000, discount=500, at=at)
    till.upload()
    till.force(code, no="B3", fen=5_000, discount=500)
    till.upload(sent_at=now - timedelta(minutes=10))

    reasons = set(RedemptionConflict.objects.values_list("reason", "payer"))
    assert reasons == {("clock_not_trusted", "store")}
    assert LogEntry.objects.order_by("-pk")[0].skew >= 600


def test_a_pass_of_another_store_is_no_good_here(till, store, member):
    _coupon, code = leased_code(member, make_store(merchant=store.merchant))
    till.force(code, no="B1", fen=5_000, discount=500)

    till.upload()

    assert (only_conflict().reason, only_conflict().payer) == ("leased_to_another_store", "store")


def test_a_new_kit_needs_the_whole_log(till, terminal):
    till.scan("RUBBISH", no="B1", fen=100)

    with pytest.raises(LogNotUploaded):
        _ = Tills(terminal, last_seq=1).kit
    till.upload()
    assert Tills(terminal, last_seq=1).kit["last_hash"] == till.log[0].hash


def test_a_retired_terminal_gets_no_kit_and_its_log_is_still_taken(till, terminal, operator):
    till.scan("RUBBISH", no="B1", fen=100)
    offline.retire_terminal(terminal=terminal, by=operator)

    assert [entry.result for entry in till.upload()] == ["noted"]
    with pytest.raises(TerminalRetired):
        _ = Tills(terminal, last_seq=1).kit


def test_the_kit_says_which_leased_coupons_are_gone(terminal, store, member):
    coupon, code = leased_code(member, store)
    coupons.redeem_coupons(
        store=store,
        told=told(5_000),
        shown=[code],
        request_no="L1",
        actor="till:1",
        key=fresh_key(),
    )

    till = Tills(terminal)

    assert till.kit["spent"] == [coupon.pk]
    assert till.scan(code, no="B1", fen=5_000).entry.outcome == "used"
