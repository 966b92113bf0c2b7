-- Post a receipt and what it earned, exactly once per key and once per store and number; the
-- receipt's id comes back. Policy (how many points, until when) is the caller's.
create or replace function loyalty_earn(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_merchant bigint, p_store bigint,
    p_receipt_id text, p_receipt_no text, p_paid_fen bigint, p_paid_at timestamptz,
    p_merchant_terms bigint, p_points bigint, p_price_milli_fen bigint, p_expires_at timestamptz,
    p_transfer_id text, p_source text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_receipt bigint := kernel_claim(p_scope, p_key, p_terms);
    v_account loyalty_pointsaccount;
    v_transfer bigint;
begin
    if v_receipt is not null then return v_receipt; end if;

    v_account := loyalty_expire_due(loyalty_lock_account(p_member), p_at);

    if p_points > 0 then
        update loyalty_pointsaccount set available = available + p_points, seq = seq + 1
            where id = v_account.id returning * into v_account;
        insert into loyalty_transfer (public_id, kind, account_id, seq, source, target, points,
                                      available_after, merchant_id, store_id, actor, at)
            values (p_transfer_id, 'earn', v_account.id, v_account.seq, 'issued', 'available',
                    p_points, v_account.available, p_merchant, p_store, p_actor, p_at)
            returning id into v_transfer;
        insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                                 price_milli_fen, active_from, expires_at)
            values (v_account.id, p_merchant, v_transfer, p_points, p_points,
                    p_price_milli_fen, p_at, p_expires_at);
    end if;

    insert into loyalty_receipt (public_id, account_id, merchant_id, store_id, receipt_no, paid_fen,
                                 granted, terms_id, transfer_id, source, actor, paid_at, at)
        values (p_receipt_id, v_account.id, p_merchant, p_store, p_receipt_no, p_paid_fen,
                p_points, p_merchant_terms, v_transfer, p_source, p_actor, p_paid_at, p_at)
        on conflict (store_id, receipt_no) do nothing
        returning id into v_receipt;
    if v_receipt is null then
        -- Rolls everything above back: the number was posted before, under another key.
        raise exception 'receipt_already_posted' using errcode = 'SD409',
            detail = jsonb_build_object('receipt_no', p_receipt_no);
    end if;

    if p_points > 0 then
        insert into kernel_outboxrow (name, payload) values ('PointsEarned', jsonb_build_object(
            'transfer', v_transfer, 'receipt', v_receipt, 'account', v_account.id,
            'merchant', p_merchant, 'store', p_store, 'points', p_points));
    end if;
    update kernel_idem set result = v_receipt where scope = p_scope and key = p_key;
    return v_receipt;
end $$;
