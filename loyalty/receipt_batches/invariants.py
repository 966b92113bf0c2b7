"""What must always hold of batches: nothing may come back."""

INVARIANTS: dict[str, str] = {
    "a batch's counts are its answers'": """
        select batch.id, batch.state, batch.rows, batch.posted, batch.parked, batch.repeated,
            batch.refused, found.*
        from batches_batch batch
        left join lateral (
            select count(*) filter (where state = 'posted') as a_posted,
                count(*) filter (where state = 'parked') as a_parked,
                count(*) filter (where state = 'repeated') as a_repeated,
                count(*) filter (where state = 'refused') as a_refused
            from batches_rowresult where batch_id = batch.id and line <= batch.done_line) found on true
        where batch.results_purged_at is null and (batch.posted, batch.parked, batch.repeated, batch.refused)
            <> (a_posted, a_parked, a_repeated, a_refused)
    """,
    "what a batch says it posted is in the ledger": """
        select answer.batch_id, answer.line, answer.receipt_id, answer.refund_id, answer.parked_id
        from batches_rowresult answer
        join batches_batch batch on batch.id = answer.batch_id
        left join loyalty_receipt receipt
            on receipt.id = answer.receipt_id and receipt.merchant_id = batch.merchant_id
        left join loyalty_refund refund
            on refund.id = answer.refund_id and refund.merchant_id = batch.merchant_id
        left join loyalty_parkedrefund parked
            on parked.id = answer.parked_id and parked.merchant_id = batch.merchant_id
        where answer.state <> 'refused'
            and (receipt.id is null and refund.id is null and parked.id is null
                or receipt.granted <> answer.points)
    """,
    "a receipt that came by a batch has one row that posted it": """
        select receipt.id, count(answer.line) as rows
        from batches_rowresult answer join loyalty_receipt receipt on receipt.id = answer.receipt_id
        where answer.state = 'posted' group by receipt.id
        having count(answer.line) <> 1 or bool_or(receipt.source <> 'batch')
    """,
}
