-- Undo an earning or a spending whole by a counter-entry, once; the new transfer's id comes back.
-- A spending gives its points back to the very lots they came from. An earning takes its lot back,
-- which needs the lot untouched: points already used elsewhere are a matter for refunds.
create or replace function loyalty_reverse(
    p_scope text, p_key text, p_terms bytea,
    p_transfer bigint, p_store bigint, p_reason text,
    p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_reversal bigint := nextval('loyalty_transfer_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_reversal);
    v_origin loyalty_transfer;
    v_account loyalty_pointsaccount;
    v_lot loyalty_lot;
begin
    if v_earlier is not null then return v_earlier; end if;

    select * into strict v_origin from loyalty_transfer where id = p_transfer;
    v_account := loyalty_expire_due(loyalty_lock_account(v_origin.account_id), p_at);
    if v_origin.kind not in ('earn', 'spend') then
        perform loyalty_refuse_reversal('kind');
    end if;
    if exists (select from loyalty_transfer where reverses_id = p_transfer) then
        perform loyalty_refuse_reversal('already_reversed');
    end if;
    if v_origin.kind = 'earn' then
        select * into strict v_lot from loyalty_lot where transfer_id = p_transfer;
        if v_lot.remaining < v_lot.granted then
            perform loyalty_refuse_reversal('points_spent');
        end if;
    end if;

    update loyalty_pointsaccount
        set available = available
                + case v_origin.kind when 'earn' then -v_origin.points else v_origin.points end,
            seq = seq + 1
        where member_id = v_origin.account_id returning * into v_account;
    insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                  available_after, merchant_id, store_id, reverses_id, reason,
                                  actor, at)
        values (v_reversal, p_transfer_id, 'reverse_' || v_origin.kind, v_origin.account_id,
                v_account.seq, v_origin.target, v_origin.source, v_origin.points,
                v_account.available, v_origin.merchant_id, p_store, p_transfer, p_reason,
                p_actor, p_at);

    if v_origin.kind = 'earn' then
        insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
            values (v_reversal, p_transfer, v_lot.issuer_id, v_origin.points);
        update loyalty_lot set remaining = 0 where transfer_id = p_transfer;
        update loyalty_receipt set refunded_fen = paid_fen, clawed = granted
            where store_id = v_origin.store_id and receipt_no = v_origin.reference;
    else
        insert into loyalty_restore (draw_id, transfer_id, points)
            select id, v_reversal, points from loyalty_draw
            where transfer_id = p_transfer order by id;
        update loyalty_lot set remaining = remaining + drawn.points
            from loyalty_draw drawn
            where drawn.transfer_id = p_transfer and drawn.lot_id = loyalty_lot.transfer_id;
        -- What died while it was spent dies now: a reversal gives no longer life.
        perform loyalty_expire_due(v_account, p_at);
    end if;

    insert into kernel_outboxrow (name, payload) values ('TransferReversed', jsonb_build_object(
        'transfer', v_reversal, 'reverses', p_transfer, 'member', v_origin.account_id,
        'points', v_origin.points));
    return v_reversal;
end $$;

create or replace function loyalty_refuse_reversal(p_reason text)
returns void language plpgsql as $$
begin
    raise exception 'transfer_not_reversible' using errcode = 'SD409',
        detail = jsonb_build_object('reason', p_reason);
end $$;
