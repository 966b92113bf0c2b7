"""What must always hold of bills that came back as a whole."""

WHOLE_BILLS: dict[str, str] = {
    "of a bill that came back as a whole the parts are what it says": """
        select refund.id, refund.pay_back_fen, posted.fen, refund.points_taken, posted.points,
            refund.discount_fen, coupon.discount_fen as of_coupons, refund.points_returned,
            spent.points as restored
        from coupons_wholebillrefund refund
        left join lateral (
            select fen, own + other + owed as points, owed from loyalty_refund
            where store_id = refund.store_id and refund_no = refund.refund_no) posted on true
        left join lateral (
            select part.goods_fen, part.discount_fen from coupons_billrefund part
            join coupons_couponbill bill on bill.id = part.bill_id
            where bill.store_id = refund.store_id and bill.bill_no = refund.bill_no
                and part.refund_no = refund.refund_no) coupon on true
        cross join lateral (
            select coalesce(sum((one ->> 'points')::bigint), 0) as points
            from jsonb_array_elements(refund.answer -> 'spendings') one
            join loyalty_transfer origin on origin.public_id = one ->> 'transfer'
            where exists (
                select from loyalty_transfer back where back.reverses_id = origin.id
                    and back.points = (one ->> 'points')::bigint)) spent
        where refund.discount_fen <> coalesce(coupon.discount_fen, 0)
            or coupon.goods_fen <> refund.goods_fen
            or refund.points_returned <> spent.points
            or refund.answer ->> 'receipt' = 'posted' and (
                (refund.pay_back_fen, refund.points_taken, refund.points_owed)
                is distinct from (posted.fen, posted.points, posted.owed))
            or refund.answer ->> 'receipt' = 'none' and refund.pay_back_fen > 0
    """,
}
