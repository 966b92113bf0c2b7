"""What a till's check and redemption read: the coupons shown, the counter, and the bill."""

from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from psycopg.types.numeric import Int8

from coupons.engine.bill import Bill, StoreRef
from coupons.engine.coupon import CouponState
from district.kernel.database.postgres import first_row


@dataclass(frozen=True, slots=True)
class CounterSnapshot:
    """A counter, the bill as it stands there, and coupons by number; of unknown numbers there is none."""

    counter: StoreRef
    bill: Bill
    coupons: dict[int, CouponState]


def coupon_states(coupons: list[int]) -> dict[int, CouponState]:
    """The coupons of these numbers as they are now."""
    return {coupon.pk: coupon for coupon in _states("coupon.id = any(%s)", coupons)}


def wallet(member: int) -> list[CouponState]:
    """A member's live coupons, the one that ends first at the front."""
    return list(_states("coupon.member_id = %s and coupon.state = 'live'", member))


def counter_of(store: int) -> StoreRef:
    """How a store is named by scopes."""
    return StoreRef(*first_row(_COUNTER, store))


def read_counter(store: int, reported_bill: Bill, coupons: list[int]) -> CounterSnapshot:
    """The bill of that number as it stands, and these coupons. A number means one amount: of a bill that
    was reported before it is the one of then."""
    is_single = len(coupons) == 1
    # Of a list PostgreSQL would plan anew each time, which takes longer than the answer.
    query = _AT_COUNTER.format("= %s" if is_single else "= any(%s)")
    with connection.cursor() as cursor:
        cursor.execute(
            query, [Int8(coupons[0]) if is_single else coupons, reported_bill.bill_no, Int8(store)]
        )
        rows = cursor.fetchall()
    *names, known_fen, seq, discount_fen, discounts = rows[0][:_BEFORE_COUPON]
    bill = reported_bill
    if known_fen is not None:
        bill = replace(
            bill,
            fen=known_fen,
            seq=seq,
            discount_fen=discount_fen,
            discounts=tuple(map(tuple, discounts)),
        )
    found = [_state(row[_BEFORE_COUPON:]) for row in rows if row[_BEFORE_COUPON] is not None]
    return CounterSnapshot(StoreRef(*names), bill, {coupon.pk: coupon for coupon in found})


def party_names(parties: list[int]) -> dict[int, tuple[str, str]]:
    """Public id and name of each party."""
    if not parties:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PARTIES, [parties])
        return {pk: (public_id, name) for pk, public_id, name in cursor.fetchall()}


def _states(condition: str, value: Any) -> list[CouponState]:
    with connection.cursor() as cursor:
        cursor.execute(_COUPONS.format(condition), [value])
        return [_state(row) for row in cursor.fetchall()]


def _state(row: Any) -> CouponState:
    return CouponState(*row)


# Asked at the counter: without the ORM, which would take longer than the redemption itself.
_STATE = """case when coupon.state = 'live' and not coupons_origin_holds(coupon.id, coupon.source)
            then 'void' else coupon.state end,
        coupon.valid_from, coupon.valid_until, coupon.uses_left, coupon.value_left_fen,
        coalesce(leased_to.public_id, ''), coupon.leased_until,
        coupon.id, coupon.public_id, coupon.version_id, coupon.member_id"""
_LEASED_TO = "left join merchants_store leased_to on leased_to.id = coupon.leased_to_id"
_COUPONS = f"""
    select {_STATE} from coupons_coupon coupon {_LEASED_TO}
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
        where bill_id = bill.id and reversed_at is null order by id), {_STATE}
    {_STORE}
    left join (coupons_coupon coupon {_LEASED_TO}) on coupon.id {{}}
    left join coupons_couponbill bill on bill.store_id = store.id and bill.bill_no = %s
    where store.id = %s
"""
_BEFORE_COUPON = 8
_PARTIES = "select id, public_id, name from merchants_merchant where id = any(%s)"
