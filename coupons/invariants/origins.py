"""What must always hold between a coupon and what brought it: a purchase, points, a use that was undone.
Nothing may come back. They share no code with the verbs."""

ORIGINS: dict[str, str] = {
    "value given back is in the coupon or in those granted instead": """
        select redemption.id, redemption.restored_fen, redemption.replaced_fen, granted.fen
        from coupons_redemption redemption
        join coupons_coupon coupon on coupon.id = redemption.coupon_id
        join coupons_templateversion version on version.id = redemption.version_id
        cross join lateral (
            select coalesce(sum(replacement.value_left_fen + used.fen), 0) as fen
            from coupons_coupon replacement
            cross join lateral (
                select coalesce(sum(discount_fen - restored_fen), 0) as fen
                from coupons_redemption where coupon_id = replacement.id) used
            where replacement.replaces_id = redemption.id) granted
        where redemption.replaced_fen <> granted.fen
            or not version.partial and redemption.restored_fen <> 0
            or version.partial and redemption.reversed_at < coupon.valid_until
                and redemption.restored_fen + redemption.replaced_fen <> redemption.discount_fen
            or redemption.reversed_at is null
                and redemption.restored_fen + redemption.replaced_fen > redemption.returned_fen
    """,
    "a coupon that can be used is still brought by its purchase": """
        with recursive family (root, coupon) as (
            select coupon_id, coupon_id from coupons_receiptreward
            union
            select family.root, replacement.id from family
            join coupons_redemption redemption on redemption.coupon_id = family.coupon
            join coupons_coupon replacement on replacement.replaces_id = redemption.id)
        select coupon.id, receipt.id as receipt, receipt.paid_fen, receipt.refunded_fen
        from family
        join coupons_coupon coupon on coupon.id = family.coupon
        join coupons_templateversion version on version.id = coupon.version_id
        join coupons_receiptreward reward on reward.coupon_id = family.root
        join loyalty_receipt receipt on receipt.id = reward.receipt_id
        where coupon.state = 'live'
            and receipt.paid_fen - receipt.refunded_fen < version.gift_from_fen
            -- Of what nobody was told yet nobody can have taken it back.
            and not exists (
                select from kernel_outboxrow told where told.name = 'ReceiptRefunded'
                    and told.delivered_at is null
                    and (told.payload ->> 'receipt')::bigint = receipt.id)
    """,
    "a coupon that a purchase brought has its row, and the row its coupon": """
        select coupon.id as coupon, reward.id as reward from coupons_coupon coupon
        full join coupons_receiptreward reward on reward.coupon_id = coupon.id
        left join loyalty_receipt receipt on receipt.id = reward.receipt_id
        where coupon.source = 'receipt' and reward.id is null
            or reward.id is not null and (coupon.id is null or receipt.id is null
                or coupon.source <> 'receipt' or coupon.template_id <> reward.template_id)
    """,
    "an exchanged coupon was paid for with points": """
        select coupon.id, version.points_price, transfer.points
        from coupons_coupon coupon
        join coupons_templateversion version on version.id = coupon.version_id
        left join loyalty_transfer transfer
            on transfer.kind = 'spend' and transfer.reference = coupon.public_id
                and transfer.account_id = coupon.claimer_id
        where coupon.source = 'exchange'
            and (transfer.points = version.points_price) is not true
    """,
    "an exchanged coupon that was taken back unused gave its points back, and no other did": """
        with recursive family (root, coupon) as (
            select id, id from coupons_coupon where source = 'exchange'
            union
            select family.root, replacement.id from family
            join coupons_redemption redemption on redemption.coupon_id = family.coupon
            join coupons_coupon replacement on replacement.replaces_id = redemption.id
        ), held as (
            select family.root, bool_or(coupon.state = 'void') as taken,
                bool_or(coupon.state <> 'void' and coupon.uses_left > 0) as kept,
                bool_or(exists (select from coupons_redemption
                                where coupon_id = coupon.id and reversed_at is null)) as used
            from family join coupons_coupon coupon on coupon.id = family.coupon group by family.root)
        select bought.id, held.taken, held.kept, held.used, back.points
        from held
        join coupons_coupon bought on bought.id = held.root
        join loyalty_transfer spent
            on spent.kind = 'spend' and spent.reference = bought.public_id
                and spent.account_id = bought.claimer_id
        left join loyalty_transfer back
            on back.reverses_id = spent.id and back.kind = 'reverse_spend'
        where (held.taken and not held.kept and not held.used) <> (back.id is not null)
            or back.points <> spent.points
    """,
    "a replacement stands for what was reversed after its end": """
        select coupon.id from coupons_coupon coupon
        left join coupons_redemption redemption on redemption.id = coupon.replaces_id
        left join coupons_coupon ended on ended.id = redemption.coupon_id
        left join coupons_billrefund refund
            on refund.id = coupon.replaces_refund_id and refund.bill_id = redemption.bill_id
        where (coupon.source = 'replacement') <> (coupon.replaces_id is not null)
            or coupon.replaces_id is not null
                and (case when coupon.replaces_refund_id is null then redemption.reversed_at
                          else refund.at end >= ended.valid_until
                    and ended.version_id = coupon.version_id) is not true
    """,
}
