-- Draw points from a member's oldest lots for one merchant, exactly once per key; the transfer's
-- id comes back.
create or replace function loyalty_spend(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_merchant bigint, p_store bigint, p_request_no text, p_points bigint,
    p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_transfer bigint := kernel_claim(p_scope, p_key, p_terms);
    v_account loyalty_pointsaccount;
    v_lot record;
    v_left bigint := p_points;
    v_taken bigint;
begin
    if v_transfer is not null then return v_transfer; end if;

    v_account := loyalty_expire_due(loyalty_lock_account(p_member), p_at);
    if v_account.available < p_points then
        raise exception 'insufficient_points' using errcode = 'SD409',
            detail = jsonb_build_object('balance', v_account.available, 'asked', p_points);
    end if;
    update loyalty_pointsaccount set available = available - p_points, seq = seq + 1
        where id = v_account.id returning * into v_account;
    insert into loyalty_transfer (public_id, kind, account_id, seq, source, target, points,
                                  available_after, merchant_id, store_id, request_no, actor, at)
        values (p_transfer_id, 'spend', v_account.id, v_account.seq, 'available', 'accepted',
                p_points, v_account.available, p_merchant, p_store, p_request_no, p_actor, p_at)
        on conflict (merchant_id, request_no) where request_no is not null do nothing
        returning id into v_transfer;
    if v_transfer is null then
        -- Rolls everything above back: the number was posted before, under another key.
        raise exception 'request_already_posted' using errcode = 'SD409',
            detail = jsonb_build_object('request_no', p_request_no);
    end if;

    for v_lot in
        select id, remaining from loyalty_lot
        where account_id = v_account.id and remaining > 0 order by expires_at, id
    loop
        v_taken := least(v_left, v_lot.remaining);
        update loyalty_lot set remaining = remaining - v_taken where id = v_lot.id;
        insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
            values (v_transfer, v_lot.id, p_merchant, v_taken);
        v_left := v_left - v_taken;
        exit when v_left = 0;
    end loop;
    if v_left > 0 then
        raise exception 'lots of account % hold % points less than its balance', v_account.id, v_left
            using errcode = 'data_corrupted';
    end if;

    insert into kernel_outboxrow (name, payload) values ('PointsSpent', jsonb_build_object(
        'transfer', v_transfer, 'account', v_account.id, 'merchant', p_merchant,
        'store', p_store, 'points', p_points));
    update kernel_idem set result = v_transfer where scope = p_scope and key = p_key;
    return v_transfer;
end $$;
