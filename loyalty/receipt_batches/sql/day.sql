-- What a store did on one day, as its till would count it: receipts by the day they were paid, refunds
-- and spendings by the day they reached us, the latter as taken, whatever was given back of them later.
-- A bill that was undone and reported again counts as it was reported last.
-- A refund that waits or waited for its receipt counts when it came; what undoes a mistake of the till
-- is no refund of money.
create or replace function batches_day(p_store bigint, p_from timestamptz, p_until timestamptz)
returns table (kind text, number text, amount bigint) language sql stable as $$
    select 'receipt', receipt_no, paid_fen from loyalty_receipt receipt
        where store_id = p_store and paid_at >= p_from and paid_at < p_until
            and not (freed and exists (
                select from loyalty_receipt again where again.store_id = p_store
                    and again.receipt_no = receipt.receipt_no and not again.freed))
    union all
    select 'refund', refund_no, fen from loyalty_refund refund
        where store_id = p_store and at >= p_from and at < p_until
            and refund_no not like 'reversal-tr\_%'
            and not exists (select from loyalty_parkedrefund where refund_id = refund.id)
    union all
    select 'refund', refund_no, fen from loyalty_parkedrefund
        where store_id = p_store and at >= p_from and at < p_until
    union all
    select 'spending', reference, points from loyalty_transfer
        where store_id = p_store and kind in ('spend', 'capture') and at >= p_from and at < p_until
            and merchant_id = (select merchant_id from merchants_store where id = p_store)
$$;
