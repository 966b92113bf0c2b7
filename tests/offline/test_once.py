"""One allowance over all kits, one party a merchant, one use an open pass: what a till or a shopper tries
in order to have the alliance pay more than once."""

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection

from coupons import services as coupons
from coupons.models import Coupon, Redemption
from coupons.offline import services as offline
from coupons.offline.models import RedemptionConflict
from district.kernel import clock
from district.kernel.errors import TokenUsed
from tests.factories.coupons import (
    GIFT,
    claim,
    fresh_key,
    issue,
    make_version,
    redeem,
    reported_bill,
)
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_store
from tests.factories.offline import OfflineTill, make_terminal
from tests.offline.pass_codes import later, only_conflict, open_code

pytestmark = pytest.mark.django_db

THREE = {"uses": 3, "kind": "cash_off", "face_fen": 500, "threshold_fen": 0}


def payers():
    return list(RedemptionConflict.objects.order_by("pk").values_list("reason", "payer"))


@pytest.fixture
def version(db):
    return make_version(offline="allowance")


def taken_twice(till, version, *, elsewhere):
    """The till takes a coupon of somebody that is then used elsewhere."""
    coupon = claim(version, make_member())
    line = till.scan(coupons.show_coupon(coupon=coupon).code, no=f"K{coupon.pk}", fen=5_000)
    assert line.entry.outcome == "redeemed"
    redeem(coupon, store=elsewhere, bill=reported_bill(5_000))


def next_till(till):
    """The same terminal with the kit it is given after its log was uploaded."""
    return OfflineTill(till.terminal, last_seq=till.kit["last_seq"] + len(till.log))


def test_kits_fetched_one_after_the_other_have_one_allowance(till, version):
    for number in range(4):
        taken_twice(till, version, elsewhere=allied_store())
        till.upload()
        till = next_till(till)
        left = (till.kit["allowance_left_count"], till.kit["allowance_left_fen"])
        assert left == (max(1 - number, 0), max(1_000 - 500 * number, 0))

    assert [payer for _reason, payer in payers()] == ["alliance", "alliance", "store", "store"]
    assert payers()[-1] == ("beyond_the_allowance", "store")


def test_kits_fetched_at_once_are_one_allowance(till, version):
    kits = [
        offline.equip_terminal(terminal=till.terminal, last_seq=0, key=fresh_key())
        for _ in range(4)
    ]
    for kit in kits:
        till.kit["id"] = kit.public_id
        taken_twice(till, version, elsewhere=allied_store())

    till.upload()

    assert [payer for _reason, payer in payers()] == ["alliance", "alliance", "store", "store"]


def test_after_72_hours_there_is_an_allowance_again(till, version):
    for _ in range(2):
        taken_twice(till, version, elsewhere=allied_store())
    till.upload()
    with later(hours=72, minutes=1):
        again = next_till(till)
        assert again.kit["allowance_left_count"] == 2
        taken_twice(again, version, elsewhere=allied_store())
        again.upload()

    assert [payer for _reason, payer in payers()] == ["alliance"] * 3


def test_a_gift_takes_its_value_of_the_allowance(store, operator):
    till, version = (
        OfflineTill(make_terminal(store, most=5, fen=1_000)),
        make_version(offline="allowance", **GIFT),
    )
    for _ in range(2):
        taken_twice(till, version, elsewhere=allied_store())

    till.upload()

    assert payers() == [("used_elsewhere", "alliance"), ("beyond_the_allowance", "store")]


def test_a_merchant_bears_what_it_redeemed_at_its_other_store(till, store, version):
    for _ in range(2):
        taken_twice(till, version, elsewhere=make_store(merchant=store.merchant))

    till.upload()

    assert payers() == [("used_at_this_merchant", "store")] * 2


def test_two_stores_of_a_merchant_are_answered_for_once(till, store, member):
    """Both took one pass without the network, a third merchant's till had redeemed it online."""
    other = OfflineTill(make_terminal(make_store(merchant=store.merchant)))
    coupon, code = open_code(member)
    till.scan(code, no="K1", fen=5_000)
    other.scan(code, no="K2", fen=5_000)
    redeem(coupon, store=allied_store(), bill=reported_bill(5_000))

    till.upload()
    other.upload()

    assert payers() == [("used_elsewhere", "alliance"), ("used_at_this_merchant", "store")]


def test_one_pass_of_three_uses_goes_once_at_a_till(till, member):
    coupon, code = open_code(member, **THREE)
    assert till.scan(code, no="K1", fen=5_000).entry.outcome == "redeemed"
    assert till.scan(code, no="K2", fen=5_000).entry.outcome == "pass_used"
    till.scan_wrongly(code, no="K3", fen=5_000, discount=500)

    taken, noted, forced = till.upload()

    assert (taken.result, noted.result, forced.result) == ("redeemed", "noted", "conflict")
    assert payers() == [("pass_used", "store")]
    assert Coupon.objects.get(pk=coupon.pk).uses_left == 2


def test_one_pass_of_three_uses_goes_once_over_three_tills(till, store, member):
    """At two stores of one merchant, and at another merchant's."""
    coupon, code = open_code(member, **THREE)
    stores = [make_store(merchant=store.merchant), allied_store()]
    tills = [till, *[OfflineTill(make_terminal(shop)) for shop in stores]]
    for number, terminal in enumerate(tills):
        terminal.scan(code, no=f"K{number}", fen=5_000)

    results = [entry.result for terminal in tills for entry in terminal.upload()]

    assert results == ["redeemed", "conflict", "conflict"]
    assert payers() == [("used_at_this_merchant", "store"), ("used_elsewhere", "alliance")]
    assert Coupon.objects.get(pk=coupon.pk).uses_left == 2


@pytest.mark.parametrize("by_ticket", [False, True])
def test_a_pass_taken_online_is_no_good_without_the_network(till, member, by_ticket):
    coupon, code = open_code(member, **THREE)
    till.scan(code, no="K1", fen=5_000)
    elsewhere = allied_store()
    text = code
    if by_ticket:
        checked = coupons.check_coupons(
            store=elsewhere, reported_bill=reported_bill(5_000), codes=[code]
        )
        text = checked.tickets[coupon.public_id]
    use(elsewhere, text)

    (entry,) = till.upload()

    assert entry.result == "conflict"
    assert only_conflict().winner == Redemption.objects.get()
    assert (only_conflict().reason, only_conflict().payer) == ("used_elsewhere", "alliance")


@pytest.mark.parametrize("by_ticket", [False, True])
def test_a_pass_taken_without_the_network_is_no_good_online(till, member, by_ticket):
    # A value in parts: what is left of it would still be as it was shown.
    coupon, code = open_code(member, kind="cash_off", face_fen=3_000, partial=True, threshold_fen=0)
    elsewhere = allied_store()
    checked = coupons.check_coupons(
        store=elsewhere, reported_bill=reported_bill(1_000), codes=[code]
    )
    till.scan(code, no="K1", fen=1_000)
    till.upload()
    text = checked.tickets[coupon.public_id] if by_ticket else code

    with pytest.raises(TokenUsed):
        use(elsewhere, text)


def test_another_pass_is_another_use(till, member):
    coupon, code = open_code(member, **THREE)
    till.scan(code, no="K1", fen=5_000)
    with later(minutes=2):
        use(allied_store(), coupons.show_coupon(coupon=coupon).code)

        assert [entry.result for entry in till.upload()] == ["redeemed"]
    assert Coupon.objects.get(pk=coupon.pk).uses_left == 1


def test_what_was_given_back_may_be_used_again_by_the_same_pass(till, member):
    _coupon, code = open_code(member, **THREE)
    store = allied_store()
    request = use(store, code)
    till.scan(code, no="K1", fen=5_000)
    coupons.reverse_redemption(
        redemption=Redemption.objects.get(pk=request.redemptions[0].pk),
        reason="扫错券",
        actor="till:1",
        key=fresh_key(),
    )

    assert [entry.result for entry in till.upload()] == ["redeemed"]
    with pytest.raises(TokenUsed):
        use(store, code)


def test_others_uses_of_a_coupon_of_three_are_not_the_merchants_own(till, store, member):
    coupon, code = open_code(member, **THREE)
    till.scan(code, no="K1", fen=5_000)
    elsewhere = [make_store(merchant=store.merchant), allied_store(), allied_store()]
    for minutes, at in enumerate(elsewhere, 2):
        with later(minutes=minutes):
            use(at, coupons.show_coupon(coupon=Coupon.objects.get(pk=coupon.pk)).code)
    with later(minutes=6):
        till.upload()

    assert payers() == [("used_elsewhere", "alliance")]


@pytest.mark.parametrize("scanned", [".000000", ".200000", ".999999"])
def test_a_scan_in_the_second_of_the_claim_is_valid(till, member, scanned):
    version = make_version(offline="allowance")
    assert till.kit["id"]
    second = (clock.real_now() + timedelta(seconds=5)).replace(microsecond=0)
    with time_machine.travel(second.replace(microsecond=700_000), tick=False):
        code = coupons.show_coupon(coupon=claim(version, member)).code
        at = datetime.fromisoformat(second.isoformat().replace("+00:00", f"{scanned}+00:00"))
        assert till.scan(code, no="K1", fen=5_000, at=at).entry.outcome == "redeemed"
    with later(seconds=10):
        assert [entry.result for entry in till.upload()] == ["redeemed"]


def test_a_coupon_of_before_whose_time_says_fractions(till, member):
    """Written before whole seconds decided: its pass says whole ones."""
    coupon = issue(make_version(offline="allowance"), member)
    second = (clock.real_now() + timedelta(seconds=5)).replace(microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table coupons_coupon disable trigger user")
        cursor.execute(
            "update coupons_coupon set valid_from = %s", [second.replace(microsecond=700_000)]
        )
        cursor.execute("alter table coupons_coupon enable trigger user")
    coupon.refresh_from_db()
    with time_machine.travel(second.replace(microsecond=800_000), tick=False):
        code = coupons.show_coupon(coupon=coupon).code
        assert till.scan(code, no="K1", fen=5_000, at=second).entry.outcome == "redeemed"
    with later(seconds=10):
        assert [entry.result for entry in till.upload()] == ["redeemed"]


def use(store, text):
    bill = reported_bill(1_000)
    return coupons.redeem_coupons(
        store=store,
        reported_bill=bill,
        codes=[text],
        request_no=bill.bill_no,
        actor="till:1",
        key=fresh_key(),
    )
