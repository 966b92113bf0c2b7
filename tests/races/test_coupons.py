"""Coupons under fire, over HTTP with real connections."""

import pytest

from coupons.models import Coupon, CouponGift, Redemption
from coupons.offline.models import LogEntry, RedemptionConflict
from district.kernel import invariants
from district.merchants.models import Store
from tests.api_clients import call_concurrently
from tests.coupon_api_clients import CouponShopperClient, CouponTillClient
from tests.factories.coupons import make_version
from tests.factories.offline import OfflineTill, body_of, make_terminal
from tests.races.coupon_phones import phones, statuses


@pytest.fixture
def phone(shopper):
    return CouponShopperClient(shopper.base_url, shopper.token)


@pytest.fixture
def counter(till):
    return CouponTillClient(till.base_url, till.token, store=till.store)


def test_one_coupon_at_16_tills_is_redeemed_once(phone, counter, other_till):
    coupon = phone.claim(make_version().public_id).json()["id"]
    code = phone.code(coupon)
    others = CouponTillClient(other_till.base_url, other_till.token, store=other_till.store)

    answers = call_concurrently(
        counter, [lambda client: client.redeem(code)] * 8
    ) + call_concurrently(others, [lambda client: client.redeem(code)] * 8)

    status_counts = statuses(answers)
    assert status_counts.pop((201, None)) == 1
    assert set(status_counts) <= {(409, "coupon_not_usable"), (409, "token_used")}
    assert Redemption.objects.count() == 1
    assert list(invariants.offences()) == []


def test_320_redemptions_of_one_request_are_one(phone, counter):
    coupon = phone.claim(make_version().public_id).json()["id"]
    code = phone.code(coupon)

    answers = call_concurrently(
        counter, [lambda client: client.redeem(code, no="C-1", request_no="Q-1", key="one")] * 320
    )

    assert statuses(answers) == {(201, None): 320}
    assert len({answer.text for answer in answers}) == 1
    assert Redemption.objects.count() == 1


def test_of_64_claims_with_a_limit_of_two_two_succeed(phone, member):
    version = make_version(per_member=2, stock=1_000).public_id

    answers = call_concurrently(phone, [lambda client: client.claim(version)] * 64)

    assert statuses(answers) == {(201, None): 2, (409, "claim_limit_reached"): 62}
    assert sorted(Coupon.objects.values_list("nth", flat=True)) == [1, 2]
    assert list(invariants.offences()) == []


def test_a_gift_opened_by_16_friends_is_one_friends(phone, web):
    version = make_version(transferable=True)
    gift = phone.offer(phone.claim(version.public_id).json()["id"])
    friends = phones(web.base_url, 16)

    answers = call_concurrently(
        friends[0], [lambda _, client=client: client.accept(gift) for client in friends]
    )

    assert statuses(answers) == {(201, None): 1, (409, "coupon_not_transferable"): 15}
    assert CouponGift.objects.count() == 1


def test_of_16_leases_to_two_stores_one_holds(phone, counter, other_till):
    coupon = phone.claim(make_version(offline="leased").public_id).json()["id"]
    stores = [counter.store, other_till.store]

    answers = call_concurrently(
        phone, [lambda client, at=at: client.lease(coupon, at) for at in stores * 8]
    )

    assert statuses(answers) == {(201, None): 1, (409, "coupon_not_leasable"): 15}
    assert Coupon.objects.get().leased_to is not None


def test_a_lease_beside_15_redemptions_elsewhere_either_holds_or_comes_too_late(
    phone, counter, other_till
):
    coupon = phone.claim(make_version(offline="leased").public_id).json()["id"]
    code = phone.code(coupon)

    answers = call_concurrently(
        phone,
        [
            lambda client: client.lease(coupon, other_till.store),
            *[lambda _, no=no: counter.redeem(code, no=f"L{no}") for no in range(15)],
        ],
    )

    status_counts = statuses(answers)
    assert status_counts.pop((201, None)) == 1
    assert set(status_counts) <= {
        (409, "coupon_not_leasable"),
        (409, "coupon_not_usable"),
        (409, "token_used"),
    }
    held = Coupon.objects.get()
    assert (held.state == Coupon.State.USED) == (held.leased_to is None)
    assert list(invariants.offences()) == []


def test_a_log_sent_by_16_connections_at_once_is_taken_over_once(phone, counter):
    coupon = phone.claim(make_version(offline="leased").public_id).json()["id"]
    assert phone.lease(coupon, counter.store).status_code == 201
    till = OfflineTill(make_terminal(Store.objects.get(public_id=counter.store)))
    for number in range(3):
        till.scan(phone.code(coupon), no=f"L{number}", fen=5_000)
    sent, address = body_of(till.log), f"/till/terminals/{till.terminal.public_id}/log"

    answers = call_concurrently(counter, [lambda client: client.post(address, sent)] * 16)

    assert statuses(answers) == {(200, None): 16}
    assert len({answer.text for answer in answers}) == 1
    assert (Redemption.objects.count(), LogEntry.objects.count()) == (1, 3)
    assert list(invariants.offences()) == []


def test_of_64_reversals_one_gives_the_coupon_back(phone, counter):
    code = phone.code(phone.claim(make_version().public_id).json()["id"])
    redemption = counter.redeem(code).json()["redemptions"][0]["id"]

    answers = call_concurrently(
        counter, [lambda client: client.reverse_redemption(redemption)] * 64
    )

    assert statuses(answers) == {(201, None): 1, (409, "redemption_already_reversed"): 63}
    assert Coupon.objects.get().state == Coupon.State.LIVE
    assert list(invariants.offences()) == []


def test_one_open_pass_at_two_terminals_and_a_till_at_once_is_one_use(phone, counter, other_till):
    """Of three uses left; whoever comes later bears it, or the alliance, of each merchant once."""
    version = make_version(offline="allowance", uses=3, threshold_fen=0)
    coupon = phone.claim(version.public_id).json()["id"]
    store = Store.objects.get(public_id=counter.store)
    tills = [OfflineTill(make_terminal(store)) for _ in range(2)]
    code = phone.code(coupon)
    for number, till in enumerate(tills):
        assert till.scan(code, no=f"P{number}", fen=5_000).entry.outcome == "redeemed"
    logs = [(f"/till/terminals/{till.terminal.public_id}/log", body_of(till.log)) for till in tills]
    other = CouponTillClient(other_till.base_url, other_till.token, store=other_till.store)

    call_concurrently(
        counter,
        [
            *[lambda client, log=log: client.post(*log) for log in logs * 2],
            *[lambda _, no=no: other.redeem(code, no=f"P{no}") for no in range(4)],
        ],
    )

    assert Redemption.objects.count() == 1
    assert Coupon.objects.get().uses_left == 2
    conflicts = RedemptionConflict.objects.filter(payer="alliance").count()
    assert conflicts == (0 if Redemption.objects.get().offline else 1)
    assert list(invariants.offences()) == []
