-- Set points aside for one merchant, exactly once per key and once per merchant and request number.
-- The hold's id comes back, or of an earlier call of the same key what that came to (its kind says what).
create or replace function loyalty_hold(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_merchant bigint, p_store bigint, p_request_no text, p_points bigint,
    p_purpose text, p_grace_days bigint, p_expires_at timestamptz,
    p_hold_id text, p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_hold bigint := nextval('loyalty_hold_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_hold, 'hold');
    v_transfer bigint;
    v_account loyalty_pointsaccount;
    v_lot record;
    v_left bigint := p_points;
    v_taken bigint;
begin
    if v_earlier is not null then return v_earlier; end if;

    v_account := loyalty_change_balance(p_member, -p_points, 0, p_points, p_expires_at, p_at);
    perform loyalty_require_spendable(v_account, p_member, p_points);
    v_transfer := nextval('loyalty_transfer_id_seq');
    insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                  available_after, merchant_id, store_id, reference, actor, at)
        values (v_transfer, p_transfer_id, 'hold', p_member, v_account.seq, 'available', 'held',
                p_points, v_account.available, p_merchant, p_store, p_request_no, p_actor, p_at);
    insert into loyalty_hold (id, public_id, account_id, merchant_id, store_id, request_no, points,
                              purpose, grace_days, expires_at, placing_transfer_id, actor, at)
        values (v_hold, p_hold_id, p_member, p_merchant, p_store, p_request_no, p_points,
                p_purpose, p_grace_days, p_expires_at, v_transfer, p_actor, p_at);
    for v_lot in
        select transfer_id, remaining from loyalty_lot
        where account_id = p_member and remaining > 0 and not pending
        order by expires_at, transfer_id
    loop
        exit when v_left = 0;
        v_taken := least(v_left, v_lot.remaining);
        update loyalty_lot set remaining = remaining - v_taken where transfer_id = v_lot.transfer_id;
        insert into loyalty_holdpart (hold_id, lot_id, points)
            values (v_hold, v_lot.transfer_id, v_taken);
        v_left := v_left - v_taken;
    end loop;
    if v_left > 0 then
        raise exception 'lots of member % hold % points less than the balance', p_member, v_left
            using errcode = 'data_corrupted';
    end if;
    perform kernel_emit('PointsHeld', jsonb_build_object(
        'hold', v_hold, 'member', p_member, 'merchant', p_merchant, 'store', p_store,
        'points', p_points, 'purpose', p_purpose));
    return v_hold;
end $$;

-- End a hold by spending some or all of it (`p_points`) or by giving it all back (null); exactly once
-- per key, and a hold ends but once. The hold's id comes back.
create or replace function loyalty_resolve_hold(
    p_scope text, p_key text, p_terms bytea,
    p_hold bigint, p_points bigint, p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, p_hold);
    v_hold loyalty_hold;
    v_account loyalty_pointsaccount;
begin
    if v_earlier is not null then return v_earlier; end if;

    select * into strict v_hold from loyalty_hold where id = p_hold;
    v_account := loyalty_catch_up(loyalty_lock_account(v_hold.account_id), p_at);
    select * into strict v_hold from loyalty_hold where id = p_hold;
    if v_hold.state <> 'open' then
        raise exception 'hold_not_open' using errcode = 'SD409',
            detail = jsonb_build_object('state', v_hold.state);
    end if;
    if p_points > v_hold.points then
        raise exception 'hold_too_small' using errcode = 'SD409',
            detail = jsonb_build_object('asked', p_points, 'held', v_hold.points);
    end if;
    if p_points is not null and v_account.frozen_at is not null then
        raise exception 'account_frozen' using errcode = 'SD409';
    end if;
    v_account := loyalty_end_hold(v_account, p_hold,
                                  case when p_points is null then 'voided' else 'captured' end,
                                  p_points, p_actor, p_at, p_transfer_id);
    v_account := loyalty_repay(v_account, '', p_actor, p_at);
    v_account.next_due := least(v_account.next_due, loyalty_next_due(v_account.member_id));
    perform loyalty_save_account(v_account);
    return p_hold;
end $$;

-- What a hold's end does to a locked account, which comes back unsaved: the captured points are drawn
-- from its parts, the oldest first; the rest goes back to its lots, and where a lot's last day is past,
-- into a new lot with some days of grace.
create or replace function loyalty_end_hold(
    p_account loyalty_pointsaccount, p_hold bigint, p_state text, p_points bigint,
    p_actor text, p_at timestamptz, p_transfer_id text default null
) returns loyalty_pointsaccount language plpgsql as $$
declare
    v_account loyalty_pointsaccount := p_account;
    v_hold loyalty_hold;
    v_part record;
    v_left bigint := coalesce(p_points, 0);
    v_taken bigint;
    v_back bigint := 0;
    v_transfer bigint;
begin
    update loyalty_hold set state = p_state, resolved_at = p_at, captured = coalesce(p_points, 0),
            spent_id = case when p_state = 'captured' then nextval('loyalty_transfer_id_seq') end
        where id = p_hold and state = 'open' returning * into strict v_hold;
    if p_state = 'captured' then
        v_account := loyalty_post_line(
            v_account, v_hold.spent_id, coalesce(p_transfer_id, 'tr_' || kernel_public_id()),
            'capture', 'held', 'accepted', p_points, v_hold.merchant_id, v_hold.store_id, null,
            v_hold.request_no, '', p_actor, p_at);
        perform kernel_emit('PointsSpent', jsonb_build_object(
            'transfer', v_hold.spent_id, 'member', v_account.member_id,
            'merchant', v_hold.merchant_id, 'store', v_hold.store_id, 'points', p_points));
    end if;
    for v_part in
        select part.points, lot.* from loyalty_holdpart part
        join loyalty_lot lot on lot.transfer_id = part.lot_id
        where part.hold_id = p_hold order by part.id
    loop
        v_taken := least(v_left, v_part.points);
        v_left := v_left - v_taken;
        if v_taken > 0 then
            insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
                values (v_hold.spent_id, v_part.transfer_id, v_hold.merchant_id, v_taken);
        end if;
        continue when v_part.points = v_taken;
        if v_part.expires_at > p_at then
            update loyalty_lot set remaining = remaining + v_part.points - v_taken
                where transfer_id = v_part.transfer_id;
            v_back := v_back + v_part.points - v_taken;
        else
            v_transfer := nextval('loyalty_transfer_id_seq');
            v_account := loyalty_post_line(
                v_account, v_transfer, 'tr_' || kernel_public_id(), 'grace', 'held', 'available',
                v_part.points - v_taken, v_hold.merchant_id, v_hold.store_id, null,
                v_hold.request_no, '', p_actor, p_at);
            -- Out of the old lot for its own issuer, which costs nobody anything, into a new one.
            insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
                values (v_transfer, v_part.transfer_id, v_part.issuer_id, v_part.points - v_taken);
            insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                                     price_milli_fen, active_from, expires_at, origin_id)
                values (v_account.member_id, v_part.issuer_id, v_transfer,
                        v_part.points - v_taken, v_part.points - v_taken, v_part.price_milli_fen,
                        p_at, ((p_at at time zone 'Asia/Shanghai')::date + 1
                               + v_hold.grace_days)::timestamp at time zone 'Asia/Shanghai',
                        coalesce(v_part.origin_id, v_part.transfer_id));
        end if;
    end loop;
    if v_back > 0 then
        v_account := loyalty_post_line(
            v_account, nextval('loyalty_transfer_id_seq'), 'tr_' || kernel_public_id(), 'release',
            'held', 'available', v_back, v_hold.merchant_id, v_hold.store_id, null,
            v_hold.request_no, '', p_actor, p_at);
    end if;
    perform kernel_emit('HoldEnded', jsonb_build_object(
        'hold', p_hold, 'member', v_account.member_id, 'merchant', v_hold.merchant_id,
        'state', p_state, 'captured', v_hold.captured, 'points', v_hold.points));
    return v_account;
end $$;
