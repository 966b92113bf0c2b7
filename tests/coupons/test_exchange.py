"""A coupon bought with points and taken back unused gives the points back, once, with a line of the
statement: asked over HTTP by the member, by the operator in the back office."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from coupons import services as coupons
from coupons.models import Coupon
from district.kernel import clock
from district.members.models import User
from loyalty import services as loyalty
from loyalty.errors import TransferNotReversible
from loyalty.models import Transfer
from loyalty.queries import balance_of
from tests.admin.action_forms import act
from tests.admin.two_merchants import signed_in
from tests.coupons.counter_requests import counter, problem_of  # noqa: F401 - a fixture
from tests.factories.coupons import fresh_key, make_version, redeem
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_operator

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
SOLD = {"points_price": 60, "claimable": False, "threshold_fen": 0, "transferable": True}


@pytest.fixture
def shop():
    return make_earning_store()


def exchanged(member, shop, **fields):
    """A coupon for 60 of the member's 100 points."""
    buy(member, shop, fen=10_000)
    version = make_version(**SOLD | fields)
    made = coupons.exchange_coupon(version=version, member=member, key=fresh_key())
    return Coupon.objects.get(pk=made.pk)


def undo(counter, coupon, key=""):  # noqa: F811
    return counter.ask(f"/me/coupons/{coupon.public_id}/exchange/reversal", None, key=key)


def entries(counter):  # noqa: F811
    return list(
        Transfer.objects.filter(account=counter.member.pk)
        .order_by("seq")
        .values_list("kind", "points", "available_after")
    )


def test_a_member_undoes_an_unused_exchange_within_its_time_once(counter, shop):  # noqa: F811
    coupon = exchanged(counter.member, shop, exchange_undo_minutes=30)

    answer = undo(counter, coupon, key="u-1")

    assert answer.status_code == 201, answer.content
    assert (answer.json()["state"], answer.json()["exchange_undo_until"]) == ("void", None)
    assert undo(counter, coupon, key="u-1").json() == answer.json()
    assert problem_of(undo(counter, coupon)) == (409, "coupon_exchange_not_undoable")
    assert entries(counter) == [("earn", 100, 100), ("spend", 60, 40), ("reverse_spend", 60, 100)]
    again = counter.ask("/me/coupons/exchanges", {"version": coupon.version.public_id})
    assert again.status_code == 201, again.content


@pytest.mark.parametrize("why", ["not allowed", "late", "used", "given", "leased", "claimed"])
def test_what_is_no_unused_exchange_in_time_is_not_undone(counter, shop, why):  # noqa: F811
    minutes = None if why == "not allowed" else 30
    with clock.travel_to(NOON):
        coupon = exchanged(
            counter.member, shop, exchange_undo_minutes=minutes, offline="leased", per_member=2
        )
    with clock.travel_to(NOON + timedelta(minutes=30 if why == "late" else 1)):
        if why == "used":
            redeem(coupon, store=shop)
        elif why == "leased":
            coupons.lease_coupon(coupon=coupon, store=shop, hours=1, key=fresh_key())
        elif why == "given":
            code = coupons.offer_coupon(coupon=coupon)
            coupons.accept_coupon(code=code, member=counter.friend, key=fresh_key())
        elif why == "claimed":
            coupon = counter.coupon
        answer = undo(counter, coupon)

    # What a friend holds nobody else can find.
    assert problem_of(answer)[0] == (404 if why == "given" else 409)
    assert balance_of(counter.member).available == 40


def test_the_phone_reads_until_when_and_the_face_for_how_long(counter, shop):  # noqa: F811
    with clock.travel_to(NOON):
        coupon = exchanged(counter.member, shop, exchange_undo_minutes=1_440)

        def get(path):
            return Client().get(
                f"/api/v1{path}", headers={"Authorization": f"Bearer {counter.phone}"}
            )

        seen = get(f"/me/coupons/{coupon.public_id}").json()
        assert seen["exchange_undo_until"] == "2026-11-27T12:00:00+08:00"
        assert get(f"/coupons/{coupon.version.public_id}").json()["exchange_undo_minutes"] == 1_440
        page = Client().get(f"/c/{coupon.version.public_id}").content.decode()
    assert "兑换后 1 天内未使用可退回" in page


def test_the_operator_takes_one_back_at_any_time_and_the_points_return(counter, shop):  # noqa: F811
    with clock.travel_to(NOON):
        coupon = exchanged(counter.member, shop)
        code = coupons.offer_coupon(coupon=coupon)
        coupons.accept_coupon(code=code, member=counter.friend, key=fresh_key())
    operator = signed_in(User.objects.create_superuser("genben"))

    act(operator, f"/admin/coupons/coupon/{coupon.pk}/revoke/", reason="误发")

    coupon.refresh_from_db()
    assert coupon.state == Coupon.State.VOID
    # Who paid gets them, not the friend.
    assert balance_of(counter.member).available == 100
    assert balance_of(counter.friend).available == 0
    assert entries(counter)[-1] == ("reverse_spend", 60, 100)


def test_of_one_that_was_used_undone_and_replaced_the_points_return_when_that_is_revoked(shop):
    member, by = make_member(), make_operator()
    with clock.travel_to(NOON):
        coupon = exchanged(member, shop, days_from=0, days=1, replacement_days=3)
        used = redeem(coupon, store=shop).redemptions.get()
    with clock.travel_to(NOON + timedelta(days=2)):
        coupons.reverse_redemption(
            redemption=used, reason="扫错", actor="user:1", key=fresh_key(), operator=True
        )
        assert balance_of(member).available == 40
        replacement = Coupon.objects.get(source=Coupon.Source.REPLACEMENT)
        coupons.revoke_coupon(coupon=replacement, reason="误发", by=by)

    assert balance_of(member).available == 100


def test_a_till_cannot_take_the_points_back_and_leave_the_coupon(counter, shop):  # noqa: F811
    own = make_version(merchant=shop.merchant, **SOLD)
    buy(counter.member, shop, fen=10_000)
    coupons.exchange_coupon(version=own, member=counter.member, key=fresh_key())

    with pytest.raises(TransferNotReversible):
        loyalty.reverse_transfer(
            transfer=Transfer.objects.get(kind="spend"),
            store=shop,
            reason="误操作",
            actor="till:1",
            key=fresh_key(),
        )


def test_after_a_merger_the_points_return_to_who_has_them_today(shop):
    old, new = make_member("旧号"), make_member("新号")
    coupon = exchanged(old, shop)
    loyalty.merge_members(
        source=old, into=new, reason="同一人", by=make_operator(), key=fresh_key()
    )
    coupons.move_coupons(source=old.pk, into=new.pk)

    coupons.revoke_coupon(coupon=coupon, reason="误发", by=make_operator("fuhe2"))

    assert balance_of(new).available == 100
