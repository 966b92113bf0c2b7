"""What a till's check and redemption read: the coupons shown, the counter, and the bill."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from coupons.rules.bill import Counter
from coupons.rules.judging import Held
from district.kernel.postgres import first_row


@dataclass(frozen=True, slots=True)
class Card:
    """A coupon as the counter sees it; numbers are the rows'."""

    pk: int
    public_id: str
    version: int
    member: int
    held: Held


@dataclass(frozen=True, slots=True)
class OnBill:
    """What lies on a bill already: its amount and discounts in fen, and the versions of its coupons.

    `seq` changes whenever any of this does; a bill nobody has told of yet has 0.
    """

    fen: int
    seq: int = 0
    discount_fen: int = 0
    versions: tuple[int, ...] = ()


def cards(coupons: list[int]) -> dict[int, Card]:
    """The coupons of these numbers."""
    return {card.pk: card for card in _cards("coupon.id = any(%s)", coupons)}


def wallet(member: int) -> list[Card]:
    """A member's live coupons, the one that ends first at the front."""
    return list(_cards("coupon.member_id = %s and coupon.state = 'live'", member))


def counter_of(store: int) -> Counter:
    """How a store is named by scopes."""
    return Counter(*first_row(_COUNTER, store))


def counter_and_bill(store: int, bill_no: str, fen: int) -> tuple[Counter, OnBill]:
    """The same, and what lies on the bill of that number; with the given amount where it is new."""
    *names, told, seq, discount, versions = first_row(_COUNTER_AND_BILL, bill_no, store)
    if told is None:
        return Counter(*names), OnBill(fen)
    return Counter(*names), OnBill(told, seq, discount, tuple(versions))


def party_names(parties: list[int]) -> dict[int, tuple[str, str]]:
    """Public id and name of each party."""
    if not parties:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PARTIES, [parties])
        return {pk: (public_id, name) for pk, public_id, name in cursor.fetchall()}


def _cards(condition: str, value: Any) -> list[Card]:
    with connection.cursor() as cursor:
        cursor.execute(_CARDS.format(condition), [value])
        return [
            Card(pk, public_id, version, member, Held(*held))
            for pk, public_id, version, member, *held in cursor.fetchall()
        ]


# Asked at the counter: without the ORM, which would take longer than the redemption itself.
_CARDS = """
    select coupon.id, coupon.public_id, coupon.version_id, coupon.member_id, coupon.state,
        coupon.valid_from, coupon.valid_until, coupon.uses_left, coupon.value_left_fen,
        coalesce(store.public_id, ''), coupon.leased_until
    from coupons_coupon coupon left join merchants_store store on store.id = coupon.leased_to_id
    where {} order by coupon.valid_until, coupon.id
"""
_NAMES = "store.public_id, merchant.public_id, venue.public_id, trade.code"
_STORE = """
    from merchants_store store
    join merchants_merchant merchant on merchant.id = store.merchant_id
    join merchants_venue venue on venue.id = store.venue_id
    join merchants_trade trade on trade.id = store.trade_id
"""
_COUNTER = f"select {_NAMES} {_STORE} where store.id = %s"
_COUNTER_AND_BILL = f"""
    select {_NAMES}, bill.bill_fen, bill.seq, bill.discount_fen, array(
        select version_id from coupons_redemption
        where bill_id = bill.id and reversed_at is null order by id)
    {_STORE} left join coupons_couponbill bill on bill.store_id = store.id and bill.bill_no = %s
    where store.id = %s
"""
_PARTIES = "select id, public_id, name from merchants_merchant where id = any(%s)"
