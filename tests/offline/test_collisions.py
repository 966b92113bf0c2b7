"""What was no longer there to take, or against the rules: who bears it was fixed before."""

from dataclasses import replace
from datetime import timedelta

import pytest

from coupons import services as coupons
from coupons.models import Coupon, Redemption
from coupons.offline import services as offline
from coupons.offline.models import LogEntry, RedemptionConflict
from district.kernel import clock
from district.kernel.models import OutboxRow
from loyalty.settlement.models import Booking
from tests.factories.coupons import fresh_key, redeem, reported_bill
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_merchant, make_store
from tests.factories.offline import OfflineTill
from tests.offline.pass_codes import later, leased_code, only_conflict, open_code

pytestmark = pytest.mark.django_db


def test_a_till_knows_its_own_doings_also_by_another_pass(till, store, member):
    held, code = leased_code(member, store)
    till.scan(code, no="B1", fen=5_000)
    with later(minutes=10):
        another = coupons.show_coupon(coupon=held).code

        assert another != code
        assert till.scan(another, no="B2", fen=5_000).entry.outcome == "used"
        till.scan_wrongly(another, no="B3", fen=5_000, discount=500)
        till.upload()

    assert (only_conflict().reason, only_conflict().payer) == ("used_at_this_store", "store")


def test_after_the_lease_another_store_was_first_and_the_alliance_bears_it(till, store, member):
    fund = make_merchant(kind="fund")
    coupon, code = leased_code(member, store, hours=1, payers=[(None, 2_000), (fund, 5_000)])
    till.scan(code, no="B1", fen=5_000)
    with later(hours=2):
        redeem(Coupon.objects.get(pk=coupon.pk), store=allied_store(), bill=reported_bill(5_000))

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
        payload = OutboxRow.objects.get(name="CouponConflict").payload
        assert (payload["member"], payload["conflict"]) == (member.pk, conflict.public_id)


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
        redeem(coupon, store=allied_store(), bill=reported_bill(5_000))

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


def test_two_tills_of_one_store_are_one_party(till, store, member, operator):
    _coupon, code = leased_code(member, store)
    second = OfflineTill(
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


def test_given_to_a_friend_after_it_was_scanned_it_is_the_friends(till, member):
    coupon, code = open_code(member, transferable=True)
    till.scan(code, no="B1", fen=5_000)
    friend = make_member("小林")
    coupons.accept_coupon(code=coupons.offer_coupon(coupon=coupon), member=friend, key=fresh_key())

    till.upload()

    assert Coupon.objects.get().state == Coupon.State.LIVE
    assert (only_conflict().reason, only_conflict().payer) == ("withdrawn", "alliance")


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
    till.append_to_log(replace(line.entry, **BROKEN[reason](code, till.kit)))

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
        till.scan_wrongly(code, no=f"B{number}", fen=5_000, discount=500, at=at)
    till.upload()
    till.scan_wrongly(code, no="B3", fen=5_000, discount=500)
    till.upload(sent_at=now - timedelta(minutes=10))

    reasons = set(RedemptionConflict.objects.values_list("reason", "payer"))
    assert reasons == {("clock_not_trusted", "store")}
    assert LogEntry.objects.order_by("-pk")[0].skew >= 600


def test_a_pass_of_another_store_is_no_good_here(till, store, member):
    _coupon, code = leased_code(member, make_store(merchant=store.merchant))
    till.scan_wrongly(code, no="B1", fen=5_000, discount=500)

    till.upload()

    assert (only_conflict().reason, only_conflict().payer) == ("leased_to_another_store", "store")
