-- Move what is past its day out of a locked account: one statement line for each day that ended.
-- Every posting calls this first when something is due, so no posting ever sees a dead point,
-- swept or not. Expired points fall back to the merchant that issued them (the breakage rule):
-- the draw's redeemer is the issuer, which costs nobody anything in the settlement.
create or replace function loyalty_expire_due(p_account loyalty_pointsaccount, p_at timestamptz)
returns loyalty_pointsaccount language plpgsql as $$
declare
    v_account loyalty_pointsaccount := p_account;
    v_day record;
    v_transfer bigint;
begin
    for v_day in
        select expires_at, sum(remaining)::bigint as points from loyalty_lot
        where account_id = p_account.member_id and remaining > 0 and expires_at <= p_at
        group by expires_at order by expires_at
    loop
        v_account.available := v_account.available - v_day.points;
        v_account.seq := v_account.seq + 1;
        insert into loyalty_transfer (public_id, kind, account_id, seq, source, target, points,
                                      available_after, actor, at)
            values ('tr_' || kernel_public_id(), 'expire', v_account.member_id, v_account.seq,
                    'available', 'expired', v_day.points, v_account.available, 'system',
                    v_day.expires_at)
            returning id into v_transfer;
        insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
            select v_transfer, transfer_id, issuer_id, remaining from loyalty_lot
            where account_id = v_account.member_id and remaining > 0
                and expires_at = v_day.expires_at
            order by transfer_id;
        update loyalty_lot set remaining = 0
            where account_id = v_account.member_id and remaining > 0
                and expires_at = v_day.expires_at;
        insert into kernel_outboxrow (name, payload) values ('PointsExpired', jsonb_build_object(
            'transfer', v_transfer, 'member', v_account.member_id, 'points', v_day.points));
    end loop;
    if v_account.seq <> p_account.seq then
        update loyalty_pointsaccount set available = v_account.available, seq = v_account.seq
            where member_id = v_account.member_id;
    end if;
    return v_account;
end $$;

-- The sweep's door: expire one account's due lots, skipping one that is busy right now.
create or replace function loyalty_expire_account(p_member bigint, p_at timestamptz)
returns bigint language plpgsql as $$
declare
    v_account loyalty_pointsaccount;
    v_after loyalty_pointsaccount;
begin
    select * into v_account from loyalty_pointsaccount where member_id = p_member
        for no key update skip locked;
    if not found then return 0; end if;
    v_after := loyalty_expire_due(v_account, p_at);
    return v_account.available - v_after.available;
end $$;
