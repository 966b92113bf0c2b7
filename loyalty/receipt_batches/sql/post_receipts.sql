-- Post a chunk of a batch's receipts at once, with an answer for each: the plain ones of them, see
-- loyalty_earn_receipts. The lines of the others come back, to be posted one by one, and so do receipts that
-- contradict one that is there: what is refused is refused by the single verb. One that is there word for word
-- is answered here: repeated.
create or replace function batches_post_receipts(
    p_batch bigint, p_merchant bigint, p_actor text, p_at timestamptz, p_prefunded boolean,
    p_line bigint[], p_member bigint[], p_store bigint[], p_receipt_no text[], p_paid_fen bigint[],
    p_paid_at timestamptz[], p_fingerprint bytea[], p_grant int[], p_points bigint[],
    p_transfer_id text[],
    p_terms bigint[], p_rate_points bigint[], p_rate_per_fen bigint[], p_price_milli_fen bigint[],
    p_active_from timestamptz[], p_expires_at timestamptz[]
) returns bigint[] language plpgsql as $$
declare
    v_receipt bigint[] := array(
        select nextval('loyalty_receipt_id_seq') from generate_series(1, cardinality(p_line)));
begin
    insert into batches_rowresult (batch_id, line, kind, state, number, receipt_id, points)
        select p_batch, given.line, 'receipt', 'posted', given.receipt_no, posted.receipt,
            posted.points
        from loyalty_earn_receipts(
            true, p_merchant, 'batch', p_actor, p_at, p_prefunded, null, v_receipt, p_member, p_store,
            p_receipt_no, p_paid_fen, p_paid_at, p_fingerprint, p_points, p_transfer_id, p_grant,
            p_terms, p_rate_points, p_rate_per_fen, p_price_milli_fen, p_active_from,
            p_expires_at) posted
        join unnest(v_receipt, p_line, p_receipt_no) given (receipt, line, receipt_no)
            on given.receipt = posted.receipt;

    insert into batches_rowresult (batch_id, line, kind, state, number, receipt_id, points)
        select distinct on (given.line) p_batch, given.line, 'receipt', 'repeated',
            given.receipt_no, known.id, known.granted
        from unnest(p_line, p_member, p_store, p_receipt_no, p_paid_fen, p_paid_at)
            given (line, member, store, receipt_no, paid_fen, paid_at)
        join loyalty_receipt known
            on known.store_id = given.store and known.receipt_no = given.receipt_no
        where known.account_id = given.member and known.paid_fen = given.paid_fen
            and known.paid_at = given.paid_at and not exists (
                select from batches_rowresult one
                where one.batch_id = p_batch and one.line = given.line)
        order by given.line, known.freed;

    return array(
        select line from unnest(p_line) line where not exists (
            select from batches_rowresult one where one.batch_id = p_batch and one.line = line.line)
        order by line);
end $$;
