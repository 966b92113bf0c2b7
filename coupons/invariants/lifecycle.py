"""What must always hold of the life of a coupon: its stock, uses, budget and bills."""

LIFECYCLE: dict[str, str] = {
    "a stock slot misses as many units as coupons hold of it": """
        with held as (
            select version_id, null::date as day, stock_slot as slot, count(*) as units
                from coupons_coupon where stock_slot is not null group by 1, 3
            union all
            select version_id, claim_day, day_slot, count(*)
                from coupons_coupon where day_slot is not null group by 1, 2, 3)
        select version_id, nullif(day, 'infinity') as day, slot, capacity - remaining as missing, units
        from (select version_id, coalesce(day, 'infinity') as day, slot, capacity, remaining
              from coupons_stockslot) stock
        full join (select version_id, coalesce(day, 'infinity') as day, slot, units from held) held
            using (version_id, day, slot)
        where coalesce(capacity - remaining, 0) <> coalesce(units, 0)
    """,
    "a budget misses what coupons reserve and redemptions cost": """
        with taken as (
            select version_id, sum(fen) as fen from (
                select version_id, reserved_fen as fen from coupons_coupon
                union all
                select redemption.version_id, part.fen from coupons_fundingpart part
                    join coupons_redemption redemption on redemption.id = part.redemption_id
                    join coupons_coupon coupon on coupon.id = redemption.coupon_id
                    where coupon.budget_slot is not null) parts
            group by version_id)
        select version_id, missing, coalesce(taken.fen, 0) as taken
        from (select version_id, sum(capacity_fen - remaining_fen) as missing
              from coupons_budgetslot group by version_id) budget
        left join taken using (version_id)
        where missing <> coalesce(taken.fen, 0)
    """,
    "a coupon has been used as often as it says": """
        select coupon.id, coupon.state, coupon.uses_left, coupon.value_left_fen, used.uses, used.fen
        from coupons_coupon coupon
        join coupons_templateversion version on version.id = coupon.version_id
        cross join lateral (
            -- What was reversed after its end was not given back.
            select count(*) filter (where reversed_at is null or reversed_at >= coupon.valid_until)
                    as uses,
                coalesce(sum(discount_fen - restored_fen), 0) as fen
            from coupons_redemption where coupon_id = coupon.id) used
        left join coupons_redemption replaced on replaced.id = coupon.replaces_id
        where case when version.partial
            then replaced.id is null
                    and coupon.value_left_fen + used.fen is distinct from version.face_fen
                or coupon.uses_left <> (coupon.value_left_fen > 0)::int
            else coupon.value_left_fen is not null
                or coupon.uses_left + used.uses
                    <> case when replaced.id is null then version.uses else 1 end
            end
            or coupon.state = 'used' and coupon.uses_left > 0
    """,
    "a coupon of one use has one live redemption": """
        select coupon_id, count(*) from coupons_redemption
        where single_use and reversed_at is null group by coupon_id having count(*) > 1
    """,
    "by an open pass a coupon was used once": """
        select coupon_id, pass_made_at, count(*) from coupons_redemption
        where pass_made_at is not null and reversed_at is null
        group by 1, 2 having count(*) > 1
    """,
    "a coupon is used within its time and by its holder": """
        select redemption.id from coupons_redemption redemption
        join coupons_coupon coupon on coupon.id = redemption.coupon_id
        where redemption.at < date_trunc('second', coupon.valid_from)
            or redemption.at >= date_trunc('second', coupon.valid_until)
            or (redemption.member_id <> coupon.member_id and redemption.member_id <> coupon.claimer_id
                and not exists (select from coupons_coupongift gift
                                where gift.coupon_id = coupon.id))
    """,
    "nobody has claimed more than the template allows": """
        select coupon.template_id, coupon.claimer_id, count(*), max(version.per_member)
        from coupons_coupon coupon
        join coupons_templateversion version on version.id = coupon.version_id
        where coupon.source in ('claim', 'exchange', 'counter', 'receipt')
            and coupon.nth is not null
        group by 1, 2 having count(*) > max(version.per_member)
    """,
    "nobody has claimed more on a day than the template allows": """
        select coupon.template_id, coupon.claimer_id, coupon.claim_day, count(*)
        from coupons_coupon coupon
        join coupons_templateversion version on version.id = coupon.version_id
        where coupon.source in ('claim', 'exchange', 'counter', 'receipt')
            and coupon.nth is not null
            and version.per_member_day is not null
        group by 1, 2, 3 having count(*) > max(version.per_member_day)
    """,
    "a bill bears what its live redemptions take off": """
        select bill.id, bill.discount_fen, live.fen
        from coupons_couponbill bill
        cross join lateral (
            select coalesce(sum(discount_fen), 0) as fen from coupons_redemption
            where bill_id = bill.id and reversed_at is null) live
        where bill.discount_fen <> live.fen
    """,
    "of a bill came back what its refunds say": """
        select bill.id, bill.refunded_fen, refunds.fen
        from coupons_couponbill bill
        cross join lateral (
            select coalesce(sum(goods_fen), 0) as fen from coupons_billrefund
            where bill_id = bill.id) refunds
        where bill.refunded_fen <> refunds.fen
    """,
    "a redemption is borne to the fen": """
        select redemption.id, redemption.cost_fen, redemption.returned_fen, parts.fen
        from coupons_redemption redemption
        cross join lateral (
            select coalesce(sum(fen), 0) as fen from coupons_fundingpart
            where redemption_id = redemption.id) parts
        where parts.fen <> case when redemption.reversed_at is null
            then redemption.cost_fen - redemption.returned_fen else 0 end
    """,
    "every part of another party is booked into the settlement": """
        with parts as (
            select case when part.reference = redemption.public_id then part.reference
                       else part.reference || '-' || redemption.public_id end as reference,
                part.party_id as payer_id, redemption.merchant_id as payee_id, part.fen, part.at
            from coupons_fundingpart part
            join coupons_redemption redemption on redemption.id = part.redemption_id
            where part.party_id <> redemption.merchant_id)
        select reference, payer_id, payee_id, parts.fen, booking.fen as booked
        from parts
        full join (select * from settlement_booking where source = 'coupon') booking
            using (reference, payer_id, payee_id)
        where (parts.fen, parts.at) is distinct from (booking.fen, booking.at)
    """,
    "a coupon that another holds was given or its account merged": """
        select coupon.id from coupons_coupon coupon
        join members_member claimer on claimer.id = coupon.claimer_id
        where coupon.member_id <> coupon.claimer_id and claimer.closed_at is null
            and not exists (select from coupons_coupongift gift where gift.coupon_id = coupon.id)
    """,
    "only what two people decided is given out": """
        select coupon.id, version.state from coupons_coupon coupon
        join coupons_templateversion version on version.id = coupon.version_id
        where version.state not in ('published', 'stopped')
            or version.decided_by_id is null or version.decided_by_id = version.drafted_by_id
    """,
    "no row of coupons points into nothing": """
        select 'coupon' as what, coupon.id from coupons_coupon coupon
            left join members_member member on member.id = coupon.member_id
            left join members_member claimer on claimer.id = coupon.claimer_id
            left join coupons_templateversion version
                on version.id = coupon.version_id and version.template_id = coupon.template_id
            where member.id is null or claimer.id is null or version.id is null
        union all
        select 'redemption', redemption.id from coupons_redemption redemption
            left join coupons_redemptionrequest request
                on request.id = redemption.request_id and request.bill_id = redemption.bill_id
                and request.merchant_id = redemption.merchant_id
            left join coupons_couponbill bill
                on bill.id = redemption.bill_id and bill.store_id = redemption.store_id
            left join coupons_coupon coupon
                on coupon.id = redemption.coupon_id and coupon.version_id = redemption.version_id
            left join merchants_store store
                on store.id = redemption.store_id and store.merchant_id = redemption.merchant_id
            where request.id is null or bill.id is null or coupon.id is null or store.id is null
        union all
        select 'part', part.id from coupons_fundingpart part
            left join coupons_redemption redemption on redemption.id = part.redemption_id
            left join merchants_merchant party on party.id = part.party_id
            where redemption.id is null or party.id is null
        union all
        select 'refund', refund.id from coupons_billrefund refund
            left join coupons_couponbill bill on bill.id = refund.bill_id where bill.id is null
    """,
    "of discounts came back with goods what redemptions gave back": """
        select bill.id, refunds.fen as said, given.fen as given, given.kept
        from coupons_couponbill bill
        cross join lateral (
            select coalesce(sum(discount_fen), 0) as fen from coupons_billrefund
            where bill_id = bill.id) refunds
        cross join lateral (
            select coalesce(sum(returned_fen), 0) as fen,
                coalesce(sum(discount_fen - returned_fen) filter (where reversed_at is null), 0)
                    as kept
            from coupons_redemption where bill_id = bill.id and discount_fen > 0) given
        where refunds.fen <> given.fen or given.kept > bill.bill_fen - bill.refunded_fen
    """,
    "each party bears what the version promised": """
        with live as (
            select id, version_id, merchant_id, turn, cost_fen - returned_fen as fen
            from coupons_redemption where reversed_at is null
        ), said as (
            select live.id as redemption, coalesce(funding.party_id, live.merchant_id) as party,
                max(live.fen) * sum(funding.bp) as parts
            from live join coupons_templatefunding funding on funding.version_id = live.version_id
            group by 1, 2
        ), borne as (
            select part.redemption_id as redemption, part.party_id as party, sum(part.fen) as fen
            from coupons_fundingpart part join live on live.id = part.redemption_id group by 1, 2)
        select redemption, party, said.parts as said_in_parts_of_10000, borne.fen as borne
        from said full join borne using (redemption, party)
        left join merchants_merchant merchant on merchant.id = party
        where abs(coalesce(borne.fen, 0) * 10000 - coalesce(said.parts, 0)) >= 10000
            and merchant.kind is distinct from 'alliance'
    """,
    "the alliance bears what nobody promised": """
        select redemption.id, borne.fen, said.bp
        from coupons_redemption redemption
        cross join lateral (
            select coalesce(sum(part.fen), 0) as fen from coupons_fundingpart part
            join merchants_merchant party on party.id = part.party_id and party.kind = 'alliance'
            where part.redemption_id = redemption.id) borne
        cross join lateral (
            select coalesce(sum(funding.bp) filter (where party.kind is distinct from 'alliance'), 0)
                    as bp,
                count(*) filter (where party.kind = 'alliance') as named
            from coupons_templatefunding funding
            left join merchants_merchant party on party.id = funding.party_id
            where funding.version_id = redemption.version_id) said
        cross join lateral (
            select redemption.cost_fen - redemption.returned_fen as fen) cost
        -- Before there were turns it also bore what rounding left over.
        where redemption.reversed_at is null and redemption.turn is not null
            and 2 * abs(borne.fen * 10000 - cost.fen * (10000 - said.bp))
                > 10000 + 20000 * least(said.named, 1)
    """,
    "a redemption costs what the version may cost": """
        select redemption.id, redemption.discount_fen, redemption.cost_fen
        from coupons_redemption redemption
        join coupons_templateversion version on version.id = redemption.version_id
        where redemption.single_use <> (version.uses = 1 and not version.partial)
            or case version.kind
                when 'gift' then redemption.discount_fen <> 0
                    or redemption.cost_fen <> version.face_fen
                when 'parking' then false
                else redemption.cost_fen <> redemption.discount_fen
                    or redemption.cost_fen not between 1
                        and case version.kind when 'percent_off' then version.cap_fen
                                              else version.face_fen end
            end
    """,
    "a coupon reserves no more than its next uses may cost": """
        select coupon.id, coupon.reserved_fen
        from coupons_coupon coupon
        join coupons_templateversion version on version.id = coupon.version_id
        where coupon.reserved_fen > coalesce(coupon.value_left_fen, coupon.uses_left
            * case version.kind when 'percent_off' then version.cap_fen else version.face_fen end)
    """,
    "a published version has the budget and the stock of a day it says": """
        select version.id, budget.fen, stock.day, stock.units
        from coupons_templateversion version
        left join lateral (
            select sum(capacity_fen) as fen from coupons_budgetslot
            where version_id = version.id) budget on true
        left join lateral (
            select day, sum(capacity) as units from coupons_stockslot
            where version_id = version.id and day is not null group by day) stock on true
        left join lateral (
            select to_fen from coupons_budgetchange
            where version_id = version.id and state = 'approved'
            order by decided_at desc, id desc limit 1) change on true
        where version.state = 'published'
            and (budget.fen is distinct from coalesce(change.to_fen, version.budget_fen)
                or stock.day is not null and stock.units is distinct from version.stock_per_day)
    """,
    "the coupons of a member that count are counted": """
        -- A number that became free is taken first, so none is ever above how many there were.
        select template_id, claimer_id, null::date as day, count(*), max(nth)
            from coupons_coupon group by 1, 2 having max(nth) > count(*)
        union all
        select template_id, claimer_id, claim_day, count(*), max(nth_of_day)
            from coupons_coupon group by 1, 2, 3 having max(nth_of_day) > count(*)
        union all
        select template_id, claimer_id, claim_day, count(*), max(nth)
            from coupons_coupon
            where nth is null and state <> 'void' and source <> 'replacement'
                or nth is not null and source = 'replacement'
            group by 1, 2, 3
    """,
    "a coupon is given out while its version says so": """
        select coupon.id from coupons_coupon coupon
        join coupons_templateversion version on version.id = coupon.version_id
        where coupon.source <> 'replacement' and (coupon.claimed_at < version.claim_from
            or coupon.claimed_at >= version.claim_until)
    """,
    "what was given is the friend's": """
        select coupon.id from coupons_coupongift gift
        join coupons_coupon coupon on coupon.id = gift.coupon_id
        join members_member receiver on receiver.id = gift.receiver_id
        where coupon.member_id <> gift.receiver_id and receiver.closed_at is null
    """,
}
