"""What must always hold of fees, their tenders, refunds and validations; each query finds the rows that break it."""

FEE_INVARIANTS = {
    "the tenders of a quote are what it settles, and the money among them what is left": """
        select quote.public_id, quote.settles_fen, sum(tender.amount_fen) as tendered
        from parking_parkingquote quote
        left join parking_feetender tender on tender.quote_id = quote.id
        group by quote.id
        having quote.settles_fen <> coalesce(sum(tender.amount_fen), 0)
            or quote.money_fen <>
                coalesce(sum(tender.amount_fen) filter (where tender.kind = 'money'), 0)
    """,
    "the lines of a quote sum to its fee": """
        select quote.public_id, quote.gross_fen from parking_parkingquote quote
        where jsonb_array_length(quote.lines) > 0 and quote.gross_fen <> (
            select sum((line ->> 'amount_fen')::bigint) from jsonb_array_elements(quote.lines) line)
    """,
    "a stay has at most one open quote": """
        select stay_id, count(*) from parking_parkingquote where state = 'quoted'
        group by stay_id having count(*) > 1
    """,
    "points are set aside while a quote is open and spent iff it was paid": """
        select quote.public_id, quote.state, hold.public_id as hold, hold.state as hold_state
        from parking_feetender tender
        join parking_parkingquote quote on quote.id = tender.quote_id
        left join loyalty_hold hold on hold.id = tender.hold_id
        where tender.kind = 'points' and (
            hold.id is null
            or (quote.state = 'paid')
                <> (hold.state = 'captured' and hold.captured = tender.points)
            or (quote.state in ('expired', 'withdrawn') and hold.state = 'open'))
    """,
    "coupons are set aside for a quote while it is open only": """
        select coupon.public_id, coupon.held_for from coupons_coupon coupon
        left join parking_parkingquote quote on quote.public_id = coupon.held_for
        where coupon.held_for like 'pqt!_%' escape '!' and quote.state is distinct from 'quoted'
        union all
        select coupon.public_id, quote.public_id from parking_feetender tender
        join parking_parkingquote quote on quote.id = tender.quote_id
        join coupons_coupon coupon on coupon.id = tender.coupon_id
        where quote.state = 'quoted' and coupon.held_for <> quote.public_id
    """,
    "a coupon of a paid quote was redeemed for what it took off, and came back iff it was returned": """
        select quote.public_id, tender.coupon_id, redemption.public_id as redemption
        from parking_feetender tender
        join parking_parkingquote quote on quote.id = tender.quote_id
        left join coupons_redemption redemption on redemption.id = tender.redemption_id
        where tender.coupon_id is not null and (
            (quote.state = 'paid') <> (redemption.id is not null)
            or redemption.coupon_id <> tender.coupon_id
            or redemption.discount_fen <> tender.amount_fen
            or (redemption.reversed_at is not null) <> (tender.returned_fen > 0))
    """,
    "money of an order was paid by it": """
        select quote.public_id, paid.public_id as payment_order from parking_feetender tender
        join parking_parkingquote quote on quote.id = tender.quote_id
        join payments_order paid on paid.public_id = tender.reference
        where tender.kind = 'money' and quote.state = 'paid'
            and (paid.state <> 'paid' or tender.amount_fen > paid.amount_fen
                or paid.channel <> tender.channel)
    """,
    "money of a paid quote says whence it came": """
        select quote.public_id from parking_feetender tender
        join parking_parkingquote quote on quote.id = tender.quote_id
        where tender.kind = 'money' and quote.state = 'paid' and tender.reference = ''
    """,
    "what went back of a tender stands in refunds, a validation that was taken back apart": """
        select tender.id, tender.returned_fen, sum(part.amount_fen) as parts
        from parking_feetender tender
        left join parking_feerefundpart part on part.tender_id = tender.id
        left join parking_minutevalidation validation on validation.id = tender.validation_id
        where validation.state is distinct from 'revoked'
        group by tender.id
        having tender.returned_fen <> coalesce(sum(part.amount_fen), 0)
            or tender.returned_points <> coalesce(sum(part.points), 0)
    """,
    "a refund is the sum of its parts": """
        select refund.public_id, refund.amount_fen from parking_feerefund refund
        left join parking_feerefundpart part on part.refund_id = refund.id
        group by refund.id having refund.amount_fen <> coalesce(sum(part.amount_fen), 0)
    """,
    "points of a refund came back": """
        select refund.public_id, part.points from parking_feerefundpart part
        join parking_feerefund refund on refund.id = part.refund_id
        join parking_feetender tender on tender.id = part.tender_id
        join loyalty_hold hold on hold.id = tender.hold_id
        where tender.returned_points > coalesce((
            select sum(back.points) from loyalty_transfer back
            where back.reverses_id = hold.spent_id), 0)
    """,
    "a validation is used iff a paid quote was settled with it": """
        select validation.public_id, validation.state from parking_minutevalidation validation
        left join (
            select tender.validation_id, sum(tender.amount_fen) as saved from parking_feetender tender
            join parking_parkingquote quote on quote.id = tender.quote_id and quote.state = 'paid'
            group by tender.validation_id
        ) settled on settled.validation_id = validation.id
        where (validation.state = 'used'
                and settled.saved is distinct from validation.saved_fen)
            or (validation.state in ('granted', 'lapsed') and settled.saved is not null)
    """,
    "what a validation saved is booked to who gave it, and back when it came back": """
        select validation.public_id, validation.saved_fen, booked.fen
        from parking_minutevalidation validation
        join parking_stay stay on stay.id = validation.stay_id
        join parking_carpark car_park on car_park.id = stay.car_park_id
        left join lateral (
            select sum(tender.returned_fen) as fen from parking_feetender tender
            where tender.validation_id = validation.id) returned on true
        left join lateral (
            select sum(booking.fen) as fen from settlement_booking booking
            where booking.source = 'parking_validation'
                and position(validation.public_id in booking.reference) > 0) booked on true
        where validation.merchant_id <> car_park.merchant_id
            and coalesce(booked.fen, 0) <> case when validation.state = 'used'
                then validation.saved_fen - coalesce(returned.fen, 0) else 0 end
    """,
    "a car park takes coupons and points at a store of its operator": """
        select car_park.public_id from parking_carpark car_park
        join merchants_store store on store.id = car_park.store_id
        where store.merchant_id <> car_park.merchant_id
    """,
}
