-- What happens to an account by itself, done in the order in which it fell due: lots end, holds run
-- out, lots become spendable. Every posting calls this first when something is due, so no posting
-- ever sees a dead point, a hold past its time or points that should be there and are not, swept or
-- not. The account comes back saved.
create or replace function loyalty_catch_up(p_account loyalty_pointsaccount, p_at timestamptz)
returns loyalty_pointsaccount language plpgsql as $$
declare
    v_account loyalty_pointsaccount := p_account;
    v_member bigint := p_account.member_id;
    v_due record;
begin
    if v_account.next_due is null or v_account.next_due > p_at then return v_account; end if;
    loop
        select * into v_due from (
            select 1 as turn, expires_at as instant, null::bigint as hold from loyalty_lot
                where account_id = v_member and remaining > 0 and not pending and expires_at <= p_at
            union all
            select 2, expires_at, id from loyalty_hold
                where account_id = v_member and state = 'open' and expires_at <= p_at
            union all
            select 3, active_from, null from loyalty_lot
                where account_id = v_member and pending and not in_review and active_from <= p_at
        ) due order by instant, turn, hold limit 1;
        exit when not found;
        if v_due.turn = 1 then
            v_account := loyalty_expire_day(v_account, v_due.instant);
        elsif v_due.turn = 2 then
            v_account := loyalty_end_hold(v_account, v_due.hold, 'timed_out', null, 'system',
                                          v_due.instant);
        else
            v_account := loyalty_activate_day(v_account, v_due.instant);
        end if;
        v_account := loyalty_repay(v_account, '', 'system', v_due.instant);
    end loop;
    v_account.next_due := loyalty_next_due(v_member);
    perform loyalty_save_account(v_account);
    return v_account;
end $$;

-- The first instant at which something of an account falls due.
create or replace function loyalty_next_due(p_member bigint) returns timestamptz
language sql stable as $$
    select least(
        (select min(expires_at) from loyalty_lot
            where account_id = p_member and remaining > 0 and not pending),
        (select min(active_from) from loyalty_lot
            where account_id = p_member and pending and not in_review),
        (select min(expires_at) from loyalty_hold where account_id = p_member and state = 'open'))
$$;

-- One day's lots end. They fall to the party that the breakage rule of that day names, else back to
-- the merchant that issued them, which costs nobody anything in the settlement.
create or replace function loyalty_expire_day(p_account loyalty_pointsaccount, p_day timestamptz)
returns loyalty_pointsaccount language plpgsql as $$
declare
    v_account loyalty_pointsaccount := p_account;
    v_transfer bigint := nextval('loyalty_transfer_id_seq');
    v_member bigint := p_account.member_id;
    v_beneficiary bigint;
    v_points bigint;
begin
    select breakage_to_id into v_beneficiary from loyalty_alliancepolicy where valid @> p_day;
    select sum(remaining) into v_points from loyalty_lot
        where account_id = v_member and remaining > 0 and not pending and expires_at = p_day;
    v_account := loyalty_post_line(v_account, v_transfer, 'tr_' || kernel_public_id(), 'expire',
                              'available', 'expired', v_points, null, null, null, '', '', 'system',
                              p_day);
    insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
        select v_transfer, transfer_id, coalesce(v_beneficiary, issuer_id), remaining
        from loyalty_lot
        where account_id = v_member and remaining > 0 and not pending and expires_at = p_day
        order by transfer_id;
    update loyalty_lot set remaining = 0
        where account_id = v_member and remaining > 0 and not pending and expires_at = p_day;
    perform kernel_emit('PointsExpired', jsonb_build_object(
        'transfer', v_transfer, 'member', v_member, 'points', v_points));
    return v_account;
end $$;

-- One day's lots become spendable.
create or replace function loyalty_activate_day(p_account loyalty_pointsaccount, p_day timestamptz)
returns loyalty_pointsaccount language plpgsql as $$
declare
    v_account loyalty_pointsaccount := p_account;
    v_transfer bigint := nextval('loyalty_transfer_id_seq');
    v_points bigint;
begin
    with activated as (
        update loyalty_lot set pending = false
            where account_id = p_account.member_id and pending and not in_review
                and active_from = p_day
            returning remaining)
    select coalesce(sum(remaining), 0) into v_points from activated;
    -- A lot that was clawed back while it waited is empty, and there is nothing to say.
    if v_points = 0 then return v_account; end if;
    v_account := loyalty_post_line(v_account, v_transfer, 'tr_' || kernel_public_id(), 'activate',
                              'pending', 'available', v_points, null, null, null, '', '', 'system',
                              p_day);
    perform kernel_emit('PointsActivated', jsonb_build_object(
        'transfer', v_transfer, 'member', p_account.member_id, 'points', v_points));
    return v_account;
end $$;

-- Whoever owes repays before saving: the oldest debts first, one line for each, drawn for the
-- merchant that carried the loss. The account comes back unsaved.
create or replace function loyalty_repay(
    p_account loyalty_pointsaccount, p_reference text, p_actor text, p_at timestamptz
) returns loyalty_pointsaccount language plpgsql as $$
declare
    v_account loyalty_pointsaccount := p_account;
    v_debt record;
    v_points bigint;
    v_transfer bigint;
begin
    if v_account.debt = 0 or v_account.available = 0 then return v_account; end if;
    for v_debt in
        select id, carrier_id, transfer_id, points - repaid as points from loyalty_debt
        where account_id = v_account.member_id and repaid < points order by at, id
    loop
        exit when v_account.available = 0;
        v_points := least(v_account.available, v_debt.points);
        v_transfer := nextval('loyalty_transfer_id_seq');
        v_account := loyalty_post_line(v_account, v_transfer, 'tr_' || kernel_public_id(), 'repay',
                                  'available', 'owed', v_points, v_debt.carrier_id, null,
                                  v_debt.transfer_id, p_reference, '', p_actor, p_at);
        perform loyalty_draw_lots(v_transfer, v_account.member_id, v_points, v_debt.carrier_id);
        update loyalty_debt set repaid = repaid + v_points where id = v_debt.id;
    end loop;
    return v_account;
end $$;

-- Called by the sweep: catch one account up; false for one that is busy right now.
create or replace function loyalty_sweep_account(p_member bigint, p_at timestamptz)
returns boolean language plpgsql as $$
declare v_account loyalty_pointsaccount;
begin
    select * into v_account from loyalty_pointsaccount where member_id = p_member
        for no key update skip locked;
    if not found then return false; end if;
    perform loyalty_catch_up(v_account, p_at);
    return true;
end $$;
