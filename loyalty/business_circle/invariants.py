"""Promises of this app that the audit watches; they share no code with the verbs."""

INVARIANTS: dict[str, str] = {
    "a transaction and a refund of the business circle are written once": """
        select 'payment' as what, transaction_id as number from business_circle_mallpayment
        group by transaction_id having count(*) > 1
        union all select 'refund', refund_id from business_circle_mallrefund
        group by refund_id having count(*) > 1
        union all select 'authorization', encode(openid_hash, 'hex') from business_circle_authorization
        group by openid_hash having count(*) > 1
    """,
    "money of the business circle is more than nothing, and no refund above its payment": """
        select 'payment' as what, id from business_circle_mallpayment where amount_fen <= 0
        union all select 'refund', id from business_circle_mallrefund
        where refund_fen <= 0 or refund_fen > payment_fen
    """,
    "a credited payment is a receipt of its number, store, sum and time": """
        select payment.id, payment.transaction_id, receipt.id as receipt
        from business_circle_mallpayment payment
        left join loyalty_receipt receipt on receipt.id = payment.receipt_id
        where payment.state = 'credited' and (
            receipt.id is null or receipt.source <> 'wechat'
            or receipt.receipt_no <> payment.transaction_id or receipt.store_id <> payment.store_id
            or receipt.paid_fen <> payment.amount_fen or receipt.paid_at <> payment.paid_at)
    """,
    "a receipt by WeChat Pay is a credited payment": """
        select receipt.id, receipt.receipt_no from loyalty_receipt receipt
        where receipt.source = 'wechat' and not exists (
            select from business_circle_mallpayment payment
            where payment.receipt_id = receipt.id and payment.state = 'credited')
    """,
    "a receipt is that of one payment": """
        select receipt_id, count(*) from business_circle_mallpayment
        where receipt_id is not null group by receipt_id having count(*) > 1
    """,
    "a payment that had earned already names the receipt of its store and sum": """
        select payment.id, payment.transaction_id from business_circle_mallpayment payment
        left join loyalty_receipt receipt on receipt.id = payment.receipt_id
        where payment.reason = 'already_earned' and (
            receipt.id is null or receipt.source = 'wechat' or receipt.store_id <> payment.store_id
            or (receipt.paid_fen <> payment.amount_fen
                and receipt.receipt_no <> payment.transaction_id))
    """,
    "a till's receipt does not stand beside a payment of the same purchase": """
        select wechat.id, till.id as till from loyalty_receipt wechat
        join loyalty_receipt till on till.store_id = wechat.store_id
            and till.account_id = wechat.account_id and till.paid_fen = wechat.paid_fen
            and till.paid_at between wechat.paid_at - interval '10 minutes'
                and wechat.paid_at + interval '10 minutes'
        where wechat.source = 'wechat' and till.source in ('till', 'batch')
            and not wechat.freed and not till.freed
            -- Two purchases: the receipt is that of another payment.
            and not exists (select from business_circle_mallpayment payment
                            where payment.receipt_id = till.id)
    """,
    "a decided payment is told to WeChat, and no other one is": """
        select payment.id, payment.transaction_id, payment.state
        from business_circle_mallpayment payment
        left join business_circle_pointssync sync on sync.payment_id = payment.id
        where (payment.decided_at is not null) <> (sync.id is not null)
            or (payment.decided_at is null)
                <> (payment.state in ('waiting_for_store', 'waiting_for_member'))
        union all
        select payment_id, null, 'told twice' from business_circle_pointssync
        group by payment_id having count(*) > 1
    """,
    "WeChat is told what the ledger granted": """
        select sync.id, sync.increased_points, receipt.granted
        from business_circle_pointssync sync
        join business_circle_mallpayment payment on payment.id = sync.payment_id
        left join loyalty_receipt receipt
            on receipt.id = payment.receipt_id and payment.state = 'credited'
        where sync.increased_points <> coalesce(receipt.granted, 0)
            or sync.is_earned <> (sync.increased_points > 0)
            or sync.is_earned <> (sync.remarks = '')
    """,
    "an openid is kept with its payment until WeChat has the answer": """
        select payment.id, payment.transaction_id from business_circle_mallpayment payment
        left join business_circle_pointssync sync on sync.payment_id = payment.id
        where (payment.openid_sealed is null) <> (sync.synced_at is not null)
            or (payment.openid_sealed is null) <> (payment.master_version is null)
    """,
    "a refund waits as long as its payment does": """
        select refund.id, refund.refund_id, refund.state, payment.state as payment
        from business_circle_mallrefund refund
        left join business_circle_mallpayment payment
            on payment.transaction_id = refund.transaction_id
        where (refund.state = 'waiting') <> (payment.decided_at is null)
            or (refund.state = 'waiting') <> (refund.decided_at is null)
    """,
    "an applied refund is one of the receipt of its payment, of its number and sum": """
        select refund.id, refund.refund_id, posted.id as posted from business_circle_mallrefund refund
        left join business_circle_mallpayment payment
            on payment.transaction_id = refund.transaction_id
        left join loyalty_refund posted on posted.id = refund.ledger_refund_id
        where (refund.state = 'applied') <> (posted.id is not null)
            or posted.receipt_id <> payment.receipt_id or posted.refund_no <> refund.refund_id
            or posted.fen <> refund.refund_fen
    """,
    "a refund that was reported is applied, not needed for a reason, or left to a person": """
        select refund.id, refund.refund_id, refund.state, refund.reason
        from business_circle_mallrefund refund
        left join business_circle_mallpayment payment
            on payment.transaction_id = refund.transaction_id
        left join loyalty_receipt receipt on receipt.id = payment.receipt_id
        where refund.state = 'not_needed' and (
                (refund.reason = 'without_points' and receipt.id is not null)
                or (refund.reason = 'left_to_till'
                    and coalesce(receipt.source, '') not in ('till', 'batch'))
                or refund.reason not in ('without_points', 'left_to_till'))
            or refund.state = 'refused' and refund.reason = ''
    """,
    "an authorisation is withdrawn on a day": """
        select id, state, withdrawn_at from business_circle_authorization
        where (state = 'withdrawn') <> (withdrawn_at is not null)
    """,
    "a shop number means one store": """
        select shop_number, count(*) from business_circle_shopnumber
        group by shop_number having count(*) > 1 or shop_number = ''
    """,
}
