"""What a demo district comes to, said without the ids and secrets of chance."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

# Everything that has a place in time or a number, by the names people know. What happens in the moment of
# the seeding itself, so that a code or a hold is still good afterwards, has no instant here.
STATEMENTS = """
    select m.nickname, m.joined_at, t.seq, t.kind, t.points, t.available_after, s.name,
           (select t.at where t.at < (d.last_day + 1)::timestamp at time zone 'Asia/Shanghai'),
           t.reason, r.receipt_no, r.paid_fen, r.paid_at, r.granted, r.clawed, c.name
    from loyalty_transfer t
    cross join demo_seeding d
    join members_member m on m.id = t.account_id
    left join merchants_store s on s.id = t.store_id
    left join merchants_merchant c on c.id = t.merchant_id
    left join loyalty_receipt r on r.transfer_id = t.id
    order by m.joined_at, m.nickname, t.seq
"""
RECEIPTS = """
    select s.name, r.receipt_no, r.paid_fen, r.paid_at, r.at, r.granted, r.clawed
    from loyalty_receipt r join merchants_store s on s.id = r.store_id order by 1, 2
"""
MERCHANTS = """
    select m.name, m.uscc, m.state, m.suspended_at, s.name, s.state, s.closed_at, s.unit_no, v.name,
           (select array_agg(period::text order by period) from merchants_alliancemembership
            where merchant_id = m.id),
           (select array_agg(row(valid, earn_points, earn_per_fen, price_milli_fen,
                                 validity_months)::text order by valid)
            from loyalty_merchantterms where merchant_id = m.id),
           (select array_agg(row(u.username, u.name, c.role, c.appointed_at, c.ended_at)::text
                             order by u.username)
            from merchants_clerk c join members_user u on u.id = c.user_id where merchant_id = m.id),
           (select array_agg(row(weekday, opens_minute, closes_minute)::text order by id)
            from merchants_openinghours where store_id = s.id)
    from merchants_merchant m join merchants_store s on s.merchant_id = m.id
    join merchants_venue v on v.id = s.venue_id order by m.uscc, s.name
"""
PEOPLE = """
    select nickname, joined_at, phone_hash is not null, w.openid_hash::text
    from members_member m join members_wechatidentity w on w.member_id = m.id order by w.openid_hash
"""
LIVE_LOTS = """
    select m.nickname, m.joined_at, l.granted, l.remaining, l.price_milli_fen, l.active_from,
           l.expires_at
    from loyalty_lot l join members_member m on m.id = l.account_id order by 2, 1, l.active_from, l.expires_at, 3
"""


@dataclass(frozen=True)
class YearTotals:
    """What a year of receipts came to, by kinds of posting."""

    transfers: dict[str, int]
    points: dict[str, int]
    receipts: int
    visits: int
    available: int
    # Rows that the members of both lanes would share, so that the lanes could wait for each other.
    counters: int


def year_totals() -> YearTotals:
    by_kind = rows("select kind, count(*), sum(points) from loyalty_transfer group by 1")
    return YearTotals(
        transfers={kind: count for kind, count, _points in by_kind},
        points={kind: points for kind, _count, points in by_kind},
        receipts=rows("select count(*) from loyalty_receipt")[0][0],
        visits=rows("select count(*) from merchants_visit")[0][0],
        available=rows("select sum(available) from loyalty_pointsaccount")[0][0],
        counters=rows("select count(*) from loyalty_earningcounter")[0][0],
    )


def digest() -> str:
    """The same for two districts with the same history."""
    digest = hashlib.sha256()
    for query in (STATEMENTS, RECEIPTS, MERCHANTS, PEOPLE, LIVE_LOTS):
        digest.update(json.dumps(rows(query), default=str, ensure_ascii=False).encode())
    return digest.hexdigest()


def row_counts() -> dict[str, int]:
    """How many rows each table holds."""
    tables = rows(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        # What the machinery writes by itself.
        " and relname not in ('kernel_cache', 'kernel_outboxrow') order by 1"
    )
    return {name: rows(f'select count(*) from "{name}"')[0][0] for (name,) in tables}


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
