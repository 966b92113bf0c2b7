"""Coupons under fire, over HTTP with real connections."""

from coupons.models import Coupon, CouponGift, Redemption
from coupons.offline.models import LogEntry, RedemptionConflict
from district.kernel import invariants
from district.merchants.models import Store
from tests.factories.coupons import make_version
from tests.factories.offline import OfflineTill, body_of, make_terminal
from tests.race import call_concurrently, statuses
from tests.races.coupon_phones import phones


def test_one_coupon_at_16_tills_is_redeemed_once(shopper, till, other_till):
    coupon = shopper.claim(make_version().public_id).body["id"]
    code = shopper.coupon_code(coupon).body["code"]

    answers = call_concurrently(till, [lambda client: client.redeem(code)] * 8) + call_concurrently(
        other_till, [lambda client: client.redeem(code)] * 8
    )

    status_counts = statuses(answers)
    assert status_counts.pop((201, None)) == 1
    assert set(status_counts) <= {(409, "coupon_not_usable"), (409, "token_used")}
    assert Redemption.objects.count() == 1
    assert list(invariants.offences()) == []


def test_320_redemptions_of_one_request_are_one(shopper, till):
    coupon = shopper.claim(make_version().public_id).body["id"]
    code = shopper.coupon_code(coupon).body["code"]

    answers = call_concurrently(
        till, [lambda client: client.redeem(code, no="C-1", request_no="Q-1", key="one")] * 320
    )

    assert statuses(answers) == {(201, None): 320}
    assert len({answer.content for answer in answers}) == 1
    assert Redemption.objects.count() == 1


def test_of_64_claims_with_a_limit_of_two_two_succeed(shopper, member):
    version = make_version(per_member=2, stock=1_000).public_id

    answers = call_concurrently(shopper, [lambda client: client.claim(version)] * 64)

    assert statuses(answers) == {(201, None): 2, (409, "claim_limit_reached"): 62}
    assert sorted(Coupon.objects.values_list("nth", flat=True)) == [1, 2]
    assert list(invariants.offences()) == []


def test_a_gift_opened_by_16_friends_is_one_friends(shopper, web):
    version = make_version(transferable=True)
    gift = shopper.offer(shopper.claim(version.public_id).body["id"]).body["code"]
    friends = phones(web, 16)

    answers = call_concurrently(
        friends[0], [lambda _, client=client: client.accept(gift) for client in friends]
    )

    assert statuses(answers) == {(201, None): 1, (409, "coupon_not_transferable"): 15}
    assert CouponGift.objects.count() == 1


def test_of_16_leases_to_two_stores_one_holds(shopper, till, other_till):
    coupon = shopper.claim(make_version(offline="leased").public_id).body["id"]
    stores = [till.store, other_till.store]

    answers = call_concurrently(
        shopper, [lambda client, at=at: client.lease(coupon, at) for at in stores * 8]
    )

    assert statuses(answers) == {(201, None): 1, (409, "coupon_not_leasable"): 15}
    assert Coupon.objects.get().leased_to is not None


def test_a_lease_beside_15_redemptions_elsewhere_either_holds_or_comes_too_late(
    shopper, till, other_till
):
    coupon = shopper.claim(make_version(offline="leased").public_id).body["id"]
    code = shopper.coupon_code(coupon).body["code"]

    answers = call_concurrently(
        shopper,
        [
            lambda client: client.lease(coupon, other_till.store),
            *[
                lambda client, no=no: till.over(client.connection).redeem(code, no=f"L{no}")
                for no in range(15)
            ],
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


def test_a_log_sent_by_16_connections_at_once_is_taken_over_once(shopper, till):
    coupon = shopper.claim(make_version(offline="leased").public_id).body["id"]
    assert shopper.lease(coupon, till.store).status == 201
    offline = OfflineTill(make_terminal(Store.objects.get(public_id=till.store)))
    for number in range(3):
        offline.scan(shopper.coupon_code(coupon).body["code"], no=f"L{number}", fen=5_000)
    sent, terminal = body_of(offline.log), offline.terminal.public_id

    answers = call_concurrently(till, [lambda client: client.upload_log(terminal, sent)] * 16)

    assert statuses(answers) == {(200, None): 16}
    assert len({answer.content for answer in answers}) == 1
    assert (Redemption.objects.count(), LogEntry.objects.count()) == (1, 3)
    assert list(invariants.offences()) == []


def test_of_64_reversals_one_gives_the_coupon_back(shopper, till):
    code = shopper.coupon_code(shopper.claim(make_version().public_id).body["id"]).body["code"]
    redemption = till.redeem(code).body["redemptions"][0]["id"]

    answers = call_concurrently(till, [lambda client: client.reverse_redemption(redemption)] * 64)

    assert statuses(answers) == {(201, None): 1, (409, "redemption_already_reversed"): 63}
    assert Coupon.objects.get().state == Coupon.State.LIVE
    assert list(invariants.offences()) == []


def test_one_open_pass_at_two_terminals_and_a_till_at_once_is_one_use(shopper, till, other_till):
    """Of three uses left; whoever comes later bears it, or the alliance, of each merchant once."""
    version = make_version(offline="allowance", uses=3, threshold_fen=0)
    coupon = shopper.claim(version.public_id).body["id"]
    store = Store.objects.get(public_id=till.store)
    terminals = [OfflineTill(make_terminal(store)) for _ in range(2)]
    code = shopper.coupon_code(coupon).body["code"]
    for number, offline in enumerate(terminals):
        assert offline.scan(code, no=f"P{number}", fen=5_000).entry.outcome == "redeemed"
    logs = [(offline.terminal.public_id, body_of(offline.log)) for offline in terminals]

    call_concurrently(
        till,
        [
            *[lambda client, log=log: client.upload_log(*log) for log in logs * 2],
            *[
                lambda client, no=no: other_till.over(client.connection).redeem(code, no=f"P{no}")
                for no in range(4)
            ],
        ],
    )

    assert Redemption.objects.count() == 1
    assert Coupon.objects.get().uses_left == 2
    conflicts = RedemptionConflict.objects.filter(payer="alliance").count()
    assert conflicts == (0 if Redemption.objects.get().offline else 1)
    assert list(invariants.offences()) == []
