-- Post a refund of a receipt and take back the points it no longer earns, exactly once per key and
-- once per store and number; the refund's id comes back. How many that are is the caller's to say,
-- who holds the account's lock. What of them ended unspent is gone for both sides and taken from
-- nobody; so it is the same whether the points ended before the refund or after it. The others come
-- from the receipt's own lot, then from the member's other lots, the oldest first, drawn for whoever
-- paid for the receipt's points; what is left the member owes. With `p_reverses` the first line is the
-- counter-entry of that earning, of no points if all had ended; with `p_frees_number`, too, the whole purchase
-- is undone and its number may be reported once more.
create or replace function loyalty_refund(
    p_scope text, p_key text, p_terms bytea,
    p_receipt bigint, p_store bigint, p_refund_no text, p_fen bigint, p_take bigint,
    p_reverses bigint, p_frees_number boolean, p_reason text,
    p_refund_id text, p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_refund bigint := nextval('loyalty_refund_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_refund);
    v_receipt loyalty_receipt;
    v_account loyalty_pointsaccount;
    v_first bigint;
    v_ended bigint;
    v_take bigint;
    v_pending bigint;
    v_own bigint;
    v_other bigint;
    v_owed bigint;
    v_line bigint;
    v_public text := p_transfer_id;
    v_kind text := case when p_reverses is null then 'clawback' else 'reverse_earn' end;
    v_reverses bigint := p_reverses;
begin
    if v_earlier is not null then return v_earlier; end if;

    select * into strict v_receipt from loyalty_receipt where id = p_receipt;
    v_account := loyalty_lock_surviving_account(v_receipt.account_id, p_at);
    v_first := v_account.seq + 1;
    v_ended := least(p_take, loyalty_ended_unspent(v_receipt.transfer_id) - coalesce(
        (select sum(ended) from loyalty_refund where receipt_id = p_receipt), 0));
    v_take := p_take - v_ended;
    select coalesce(sum(remaining) filter (where pending), 0),
           coalesce(sum(remaining) filter (where not pending), 0)
        into v_pending, v_own from loyalty_lot
        where account_id = v_account.member_id and remaining > 0
            and (transfer_id = v_receipt.transfer_id or origin_id = v_receipt.transfer_id);
    v_pending := least(v_pending, v_take);
    v_own := least(v_own, v_take - v_pending);
    v_other := least(v_account.available - v_own, v_take - v_pending - v_own);
    v_owed := v_take - v_pending - v_own - v_other;

    if v_pending > 0 then
        v_line := nextval('loyalty_transfer_id_seq');
        v_account := loyalty_post_line(v_account, v_line, v_public, v_kind, 'pending', 'issued',
                                  v_pending, v_receipt.merchant_id, p_store, v_reverses,
                                  p_refund_no, p_reason, p_actor, p_at);
        perform loyalty_draw_own_lot(v_line, v_account.member_id, v_receipt.transfer_id, true, v_pending);
        v_public := 'tr_' || kernel_public_id(); v_kind := 'clawback'; v_reverses := null;
    end if;
    if v_own + v_other > 0 then
        v_line := nextval('loyalty_transfer_id_seq');
        v_account := loyalty_post_line(v_account, v_line, v_public, v_kind, 'available', 'issued',
                                  v_own + v_other, v_receipt.merchant_id, p_store, v_reverses,
                                  p_refund_no, p_reason, p_actor, p_at);
        perform loyalty_draw_own_lot(v_line, v_account.member_id, v_receipt.transfer_id, false, v_own);
        if v_other > 0 then
            perform loyalty_draw_lots(v_line, v_account.member_id, v_other, v_receipt.issuer_id);
        end if;
        v_public := 'tr_' || kernel_public_id(); v_kind := 'clawback'; v_reverses := null;
    end if;
    if v_owed > 0 then
        v_line := nextval('loyalty_transfer_id_seq');
        v_account := loyalty_post_line(
            v_account, v_line, v_public, case when v_reverses is null then 'owe' else v_kind end,
            'owed', 'issued', v_owed, v_receipt.merchant_id, p_store, v_reverses,
            p_refund_no, p_reason, p_actor, p_at);
        insert into loyalty_debt (account_id, carrier_id, transfer_id, points, receipt_id, at)
            values (v_account.member_id, v_receipt.issuer_id, v_line, v_owed, p_receipt, p_at);
    end if;
    if p_reverses is not null and v_take = 0 then
        v_account := loyalty_post_line(
            v_account, nextval('loyalty_transfer_id_seq'), v_public, v_kind, 'available', 'issued', 0,
            v_receipt.merchant_id, p_store, v_reverses, p_refund_no, p_reason, p_actor, p_at);
    end if;
    perform loyalty_save_account(v_account);

    -- Whole: no money of it was given back before. Once: no earlier one of this number was freed.
    update loyalty_receipt set refunded_fen = refunded_fen + p_fen, clawed = clawed + p_take,
            freed = p_frees_number and p_fen = paid_fen and not exists (
                select from loyalty_receipt earlier
                where earlier.store_id = v_receipt.store_id
                    and earlier.receipt_no = v_receipt.receipt_no and earlier.freed)
        where id = p_receipt;
    -- Points that wait for a person and are all taken back wait no more.
    update loyalty_earningreview set state = 'withdrawn', decided_at = p_at
        where receipt_id = p_receipt and state = 'waiting'
            and v_receipt.clawed + p_take >= v_receipt.granted;
    insert into loyalty_refund (id, public_id, receipt_id, merchant_id, store_id, refund_no, fen,
                                own, other, owed, ended, account_id, first_seq, last_seq, actor, at)
        values (v_refund, p_refund_id, p_receipt, v_receipt.merchant_id, p_store, p_refund_no,
                p_fen, v_pending + v_own, v_other, v_owed, v_ended, v_account.member_id,
                v_first, v_account.seq, p_actor, p_at);
    perform kernel_emit('ReceiptRefunded', jsonb_build_object(
        'refund', v_refund, 'receipt', p_receipt, 'member', v_account.member_id,
        'merchant', v_receipt.merchant_id, 'points', v_take, 'owed', v_owed));
    return v_refund;
end $$;

-- Take points back out of a receipt's own lot, and out of those that go on with its points, for their
-- own issuer, which costs nobody anything in the settlement.
create or replace function loyalty_draw_own_lot(
    p_transfer bigint, p_member bigint, p_lot bigint, p_pending boolean, p_points bigint
) returns void language plpgsql as $$
declare
    v_lot record;
    v_left bigint := p_points;
    v_taken bigint;
begin
    for v_lot in
        select transfer_id, remaining, issuer_id from loyalty_lot
        where account_id = p_member and remaining > 0 and pending = p_pending
            and (transfer_id = p_lot or origin_id = p_lot)
        order by expires_at, transfer_id
    loop
        exit when v_left = 0;
        v_taken := least(v_left, v_lot.remaining);
        update loyalty_lot set remaining = remaining - v_taken where transfer_id = v_lot.transfer_id;
        insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
            values (p_transfer, v_lot.transfer_id, v_lot.issuer_id, v_taken);
        v_left := v_left - v_taken;
    end loop;
end $$;

-- How many points of an earning ended unspent, in its own lot or in one that goes on with its points.
create or replace function loyalty_ended_unspent(p_lot bigint) returns bigint
language sql stable as $$
    select coalesce(sum(draw.points), 0)::bigint from loyalty_lot lot
    join loyalty_draw draw on draw.lot_id = lot.transfer_id
    join loyalty_transfer line on line.id = draw.transfer_id and line.kind = 'expire'
    where lot.transfer_id = p_lot or lot.origin_id = p_lot
$$;
