"""What must always hold of payments: nothing may come back."""

INVARIANTS: dict[str, str] = {
    "a paid order has one accepted payment, of its own and of its amount": """
        select o.id, o.number, o.state, p.id as payment from payments_order o
        left join payments_payment p on p.id = o.accepted_payment_id
        where (o.state = 'paid') <> (o.accepted_payment_id is not null)
            or (o.state = 'paid') <> (o.paid_at is not null)
            or (p.id is not null and (p.order_id is distinct from o.id or p.amount_fen <> o.amount_fen
                or p.role <> 'accepted' or p.channel <> o.channel or p.order_number <> o.number))
    """,
    "an accepted payment is that of its order": """
        select p.id, p.transaction_id, p.order_id from payments_payment p
        left join payments_order o on o.id = p.order_id and o.accepted_payment_id = p.id
        where p.role = 'accepted' and o.id is null
    """,
    "a transaction of a channel is written once": """
        select channel, transaction_id from payments_payment
        group by channel, transaction_id having count(*) > 1
    """,
    "money of every order and payment is more than nothing": """
        select 'order' as what, id from payments_order where amount_fen <= 0
        union all select 'payment', id from payments_payment where amount_fen <= 0
        union all select 'refund', id from payments_paymentrefund where amount_fen <= 0
        union all select 'proposal', id from payments_refundproposal where amount_fen <= 0
    """,
    "numbers of orders and refunds are used once": """
        select number from (select number from payments_order
            union all select number from payments_paymentrefund) numbers
        group by number having count(*) > 1
    """,
    "one order of a thing is open at a time": """
        select purpose, subject, count(*) from payments_order
        where state in ('created', 'awaiting_payment', 'closing')
        group by purpose, subject having count(*) > 1
    """,
    "a closed order has a reason and a time, and no accepted payment": """
        select id, number, state, close_reason from payments_order
        where (state = 'closed') <> (closed_at is not null)
            or (state in ('closing', 'closed')) <> (close_reason <> '')
            or (state = 'closed' and accepted_payment_id is not null)
    """,
    "what is reserved of a payment is what its refunds and proposals ask for": """
        select p.id, p.refund_reserved_fen, asked.fen from payments_payment p
        cross join lateral (
            select coalesce((select sum(amount_fen) from payments_paymentrefund r
                             where r.payment_id = p.id and r.state <> 'closed'), 0)
                 + coalesce((select sum(amount_fen) from payments_refundproposal q
                             where q.payment_id = p.id and q.state = 'proposed'), 0) as fen
        ) asked
        where p.refund_reserved_fen <> asked.fen
    """,
    "what is refunded of a payment is what its refunds brought back, never more than was paid": """
        select p.id, p.amount_fen, p.refunded_fen, back.fen from payments_payment p
        cross join lateral (
            select coalesce(sum(amount_fen), 0) as fen from payments_paymentrefund r
            where r.payment_id = p.id and r.state = 'succeeded'
        ) back
        where p.refunded_fen <> back.fen or p.refunded_fen > p.refund_reserved_fen
            or p.refund_reserved_fen > p.amount_fen
    """,
    "a payment has at most fifty refunds, counted through": """
        select payment_id, count(*), max(sequence) from payments_paymentrefund
        group by payment_id having max(sequence) > 50 or min(sequence) < 1
            or count(*) <> max(sequence) or count(distinct sequence) <> count(*)
    """,
    "what one person refunded alone of a payment is within the limit": """
        select payment_id, sum(amount_fen), max(single_limit_fen) from payments_paymentrefund
        where origin = 'person' and proposal_id is null and state <> 'closed'
        group by payment_id
        having sum(amount_fen) > max(single_limit_fen) or count(single_limit_fen) < count(*)
    """,
    "an approved proposal has its refund, and no other one has": """
        select q.id, q.state, r.id as refund from payments_refundproposal q
        full join payments_paymentrefund r on r.proposal_id = q.id
        where (r.proposal_id is not null or q.id is not null)
            and not (q.id is not null and r.id is null and q.state <> 'approved')
            and not (q.id is not null and r.id is not null and q.state = 'approved'
                and q.payment_id = r.payment_id and q.amount_fen = r.amount_fen
                and q.decided_by_id <> q.proposed_by_id)
    """,
    "surplus of an order of ours is on its way back": """
        select p.id, p.cause, p.amount_fen, p.refund_reserved_fen from payments_payment p
        where p.role = 'surplus' and p.order_id is not null and p.refund_reserved_fen < p.amount_fen
            and (select count(*) from payments_paymentrefund r where r.payment_id = p.id) < 3
    """,
    "a refund that the channel has is known by its id, and ended ones are dated": """
        select id, number, state from payments_paymentrefund
        where (state in ('processing', 'abnormal', 'succeeded')
               and (channel_refund_id = '' or accepted_at is null))
            or (state = 'succeeded') <> (succeeded_at is not null)
            or (state = 'closed') <> (closed_at is not null)
    """,
    "a bill that was compared holds the rows that it counts": """
        select b.id, b.channel, b.day, b.payment_count, b.payment_fen, b.refund_count, b.refund_fen
        from payments_channelbill b
        cross join lateral (
            select count(*) filter (where kind = 'payment') as payments,
                coalesce(sum(amount_fen) filter (where kind = 'payment'), 0) as payment_fen,
                count(*) filter (where kind = 'refund') as refunds,
                coalesce(sum(amount_fen) filter (where kind = 'refund'), 0) as refund_fen
            from payments_billrow r where r.bill_id = b.id
        ) counted
        where (b.payment_count, b.payment_fen, b.refund_count, b.refund_fen)
            <> (counted.payments, counted.payment_fen, counted.refunds, counted.refund_fen)
    """,
    "a difference is explained by a person with a reason": """
        select id, kind, number, state from payments_billdifference
        where (state = 'explained') <> (explained_by_id is not null and note <> '')
            or (state = 'open') <> (closed_at is null)
    """,
}
