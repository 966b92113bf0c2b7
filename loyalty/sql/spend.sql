-- Draw points from a member's oldest lots for one merchant, exactly once per key and once per
-- merchant and request number; the transfer's id comes back.
create or replace function loyalty_spend(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_merchant bigint, p_store bigint, p_request_no text, p_points bigint,
    p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_transfer bigint := nextval('loyalty_transfer_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_transfer);
    v_account loyalty_pointsaccount;
    v_lot record;
    v_left bigint := p_points;
    v_taken bigint;
begin
    if v_earlier is not null then return v_earlier; end if;

    v_account := loyalty_move(p_member, -p_points, p_at);
    if v_account.member_id is null then
        raise exception 'insufficient_points' using errcode = 'SD409',
            detail = jsonb_build_object('asked', p_points, 'balance', coalesce(
                (select available from loyalty_pointsaccount where member_id = p_member), 0));
    end if;
    insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                  available_after, merchant_id, store_id, reference, actor, at)
        values (v_transfer, p_transfer_id, 'spend', p_member, v_account.seq, 'available', 'accepted',
                p_points, v_account.available, p_merchant, p_store, p_request_no, p_actor, p_at);

    for v_lot in
        select transfer_id, remaining from loyalty_lot
        where account_id = p_member and remaining > 0 order by expires_at, transfer_id
    loop
        v_taken := least(v_left, v_lot.remaining);
        update loyalty_lot set remaining = remaining - v_taken where transfer_id = v_lot.transfer_id;
        insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
            values (v_transfer, v_lot.transfer_id, p_merchant, v_taken);
        v_left := v_left - v_taken;
        exit when v_left = 0;
    end loop;
    if v_left > 0 then
        raise exception 'lots of member % hold % points less than the balance', p_member, v_left
            using errcode = 'data_corrupted';
    end if;

    insert into kernel_outboxrow (name, payload) values ('PointsSpent', jsonb_build_object(
        'transfer', v_transfer, 'member', p_member, 'merchant', p_merchant,
        'store', p_store, 'points', p_points));
    return v_transfer;
end $$;
