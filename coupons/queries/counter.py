"""What a till's check and redemption read: the coupons shown, the counter, and the bill."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from psycopg.types.numeric import Int8

from coupons.engine.bill import StoreRef
from coupons.engine.eligibility import CouponState
from district.kernel.database.postgres import first_row


@dataclass(frozen=True, slots=True)
class CounterCoupon:
    """A coupon as the counter sees it; numbers are the rows'."""

    pk: int
    public_id: str
    version: int
    member: int
    held: CouponState

    @property
    def turn(self) -> int:
        """Of its next use, for what its payers cannot share (engine.funding)."""
        return self.pk + self.held.uses_left + (self.held.value_left or 0)


@dataclass(frozen=True, slots=True)
class BillState:
    """What lies on a bill already: its amount and discounts in fen, and of each coupon its version and
    what it took off.

    `seq` changes whenever any of this does; a bill nobody has reported yet has 0.
    """

    fen: int
    seq: int = 0
    discount_fen: int = 0
    uses: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CounterSnapshot:
    """A counter, what lies on the bill there, and coupons by number; of unknown numbers there is none."""

    counter: StoreRef
    bill: BillState
    cards: dict[int, CounterCoupon]


def cards(coupons: list[int]) -> dict[int, CounterCoupon]:
    """The coupons of these numbers."""
    return {card.pk: card for card in _cards("coupon.id = any(%s)", coupons)}


def wallet(member: int) -> list[CounterCoupon]:
    """A member's live coupons, the one that ends first at the front."""
    return list(_cards("coupon.member_id = %s and coupon.state = 'live'", member))


def counter_of(store: int) -> StoreRef:
    """How a store is named by scopes."""
    return StoreRef(*first_row(_COUNTER, store))


def read_counter(store: int, bill_no: str, fen: int, coupons: list[int]) -> CounterSnapshot:
    """What lies on the bill of that number, with the given amount where it is new, and these coupons."""
    is_single = len(coupons) == 1
    # Of a list PostgreSQL would plan anew each time, which takes longer than the answer.
    query = _AT_COUNTER.format("= %s" if is_single else "= any(%s)")
    with connection.cursor() as cursor:
        cursor.execute(query, [Int8(coupons[0]) if is_single else coupons, bill_no, Int8(store)])
        rows = cursor.fetchall()
    *names, known_fen, seq, discount, uses = rows[0][:_BEFORE_CARDS]
    bill = (
        BillState(fen)
        if known_fen is None
        else BillState(known_fen, seq, discount, tuple(map(tuple, uses)))
    )
    seen = [_card(row[_BEFORE_CARDS:]) for row in rows if row[_BEFORE_CARDS] is not None]
    return CounterSnapshot(StoreRef(*names), bill, {card.pk: card for card in seen})


def party_names(parties: list[int]) -> dict[int, tuple[str, str]]:
    """Public id and name of each party."""
    if not parties:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PARTIES, [parties])
        return {pk: (public_id, name) for pk, public_id, name in cursor.fetchall()}


def _cards(condition: str, value: Any) -> list[CounterCoupon]:
    with connection.cursor() as cursor:
        cursor.execute(_CARDS.format(condition), [value])
        return list(map(_card, cursor.fetchall()))


def _card(row: Any) -> CounterCoupon:
    pk, public_id, version, member, *held = row
    return CounterCoupon(pk, public_id, version, member, CouponState(*held))


# Asked at the counter: without the ORM, which would take longer than the redemption itself.
_CARD = """coupon.id, coupon.public_id, coupon.version_id, coupon.member_id,
        case when coupon.state = 'live' and not coupons_origin_holds(coupon.id, coupon.source)
            then 'void' else coupon.state end,
        coupon.valid_from, coupon.valid_until, coupon.uses_left, coupon.value_left_fen,
        coalesce(leased_to.public_id, ''), coupon.leased_until"""
_LEASED_TO = "left join merchants_store leased_to on leased_to.id = coupon.leased_to_id"
_CARDS = f"""
    select {_CARD} from coupons_coupon coupon {_LEASED_TO}
    where {{}} order by coupon.valid_until, coupon.id
"""
_NAMES = "store.public_id, merchant.public_id, venue.public_id, trade.code"
_STORE = """
    from merchants_store store
    join merchants_merchant merchant on merchant.id = store.merchant_id
    join merchants_venue venue on venue.id = store.venue_id
    join merchants_trade trade on trade.id = store.trade_id
"""
_COUNTER = f"select {_NAMES} {_STORE} where store.id = %s"
_AT_COUNTER = f"""
    select {_NAMES}, bill.bill_fen, bill.seq, bill.discount_fen, array(
        select array[version_id, discount_fen] from coupons_redemption
        where bill_id = bill.id and reversed_at is null order by id), {_CARD}
    {_STORE}
    left join (coupons_coupon coupon {_LEASED_TO}) on coupon.id {{}}
    left join coupons_couponbill bill on bill.store_id = store.id and bill.bill_no = %s
    where store.id = %s
"""
_BEFORE_CARDS = 8
_PARTIES = "select id, public_id, name from merchants_merchant where id = any(%s)"
