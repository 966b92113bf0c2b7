"""What must always hold of ceilings on earning and of what waits for a person: nothing may come back."""

# What was granted without a person, with the ceilings of its hour. Who set no rules has those of the
# first day, which stand in ceilings.sql too.
_GRANTED = """
            select receipt.id, receipt.account_id, receipt.merchant_id, receipt.actor, receipt.granted,
                (receipt.at at time zone 'Asia/Shanghai')::date as day,
                least(case when rules.id is null then 50000 else rules.receipt_ceiling_points end,
                      own.receipt_points) as receipt_ceiling,
                least(case when rules.id is null then 200000 else rules.member_day_ceiling_points end,
                      own.member_day_points) as member_day,
                least(case when rules.id is null then 1000000 else rules.key_day_ceiling_points end,
                      own.key_day_points) as key_day,
                least(case when rules.id is null then 3000000
                          else rules.merchant_day_ceiling_points end,
                      own.merchant_day_points) as merchant_day
            from loyalty_receipt receipt
            left join loyalty_earningreview review on review.receipt_id = receipt.id
            left join loyalty_alliancepolicy rules on rules.valid @> receipt.at
            left join loyalty_merchantceilings own
                on own.merchant_id = receipt.merchant_id and own.valid @> receipt.at
            where review.id is null and receipt.granted > 0
"""

CEILINGS: dict[str, str] = {
    "what waits for a person is pending, and whole but for refunds": """
        select review.id, review.points, receipt.clawed, lots.points as waiting, lots.ready
        from loyalty_earningreview review
        join loyalty_receipt receipt on receipt.id = review.receipt_id
        cross join lateral (
            select coalesce(sum(remaining) filter (where in_review and pending), 0) as points,
                coalesce(sum(remaining) filter (where not (in_review and pending)), 0) as ready
            from loyalty_lot
            where transfer_id = receipt.transfer_id or origin_id = receipt.transfer_id) lots
        where review.state = 'waiting'
            and (lots.points <> review.points - receipt.clawed or lots.ready > 0)
    """,
    "nothing waits that no review names": """
        select lot.transfer_id from loyalty_lot lot
        left join loyalty_receipt receipt
            on receipt.transfer_id = coalesce(lot.origin_id, lot.transfer_id)
        left join loyalty_earningreview review
            on review.receipt_id = receipt.id and review.state = 'waiting'
        where lot.in_review and lot.remaining > 0 and review.id is null
    """,
    "no receipt above its ceiling is live without a person": f"""
        with granted as ({_GRANTED})
        select * from granted where granted > receipt_ceiling
    """,
    "no day of a member, key or merchant is above its ceiling without a person": f"""
        with granted as ({_GRANTED})
        -- The highest ceiling of the day: it may have been changed while the day lasted.
        select 'member' as of, account_id::text as subject, day, sum(granted) as points,
            max(member_day) as ceiling
        from granted group by account_id, day
        having sum(granted) > max(member_day) and count(member_day) = count(*)
        union all
        select 'key', actor, day, sum(granted), max(key_day)
        from granted group by actor, day
        having sum(granted) > max(key_day) and count(key_day) = count(*)
        union all
        select 'merchant', merchant_id::text, day, sum(granted), max(merchant_day)
        from granted group by merchant_id, day
        having sum(granted) > max(merchant_day) and count(merchant_day) = count(*)
    """,
    "counters of earning hold what was granted without a person": """
        select counter.subject, counter.day, counter.points, granted.points as granted
        from (select subject, day, sum(points) as points from loyalty_earningcounter
              group by subject, day) counter
        left join (
            select subject, day, sum(granted) as points from (
                select receipt.granted, (receipt.at at time zone 'Asia/Shanghai')::date as day,
                    unnest(array['key ' || receipt.actor, 'merchant ' || receipt.merchant_id])
                        as subject
                from loyalty_receipt receipt
                left join loyalty_earningreview review on review.receipt_id = receipt.id
                where review.id is null) each
            group by subject, day) granted using (subject, day)
        where counter.points > coalesce(granted.points, 0)
    """,
    "an approved review is the line of a person": """
        select review.id, review.state, receipt.clawed, lots.points from loyalty_earningreview review
        join loyalty_receipt receipt on receipt.id = review.receipt_id
        cross join lateral (
            select coalesce(sum(remaining) filter (where in_review), 0) as points from loyalty_lot
            where transfer_id = receipt.transfer_id or origin_id = receipt.transfer_id) lots
        where review.state in ('approved', 'refused') and lots.points > 0
            or review.state = 'refused' and receipt.clawed <> receipt.granted
            or review.state = 'approved' and (review.decided_by_id is null
                or review.needs_two and review.first_by_id is not distinct from review.decided_by_id)
    """,
}
