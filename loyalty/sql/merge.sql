-- Move everything of one account into another of the same person: each lot becomes a lot there with
-- the same issuer, price and end, each debt a debt there to the same carrier. Back comes how many
-- points moved. Refused while a hold is open, and for an account that was merged before.
create or replace function loyalty_merge(
    p_from bigint, p_into bigint, p_reason text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_from loyalty_pointsaccount;
    v_into loyalty_pointsaccount;
    v_lot loyalty_lot;
    v_debt loyalty_debt;
    v_out bigint;
    v_in bigint;
    v_both record;
    v_moved bigint := 0;
begin
    -- Two merges of the same pair must not wait for each other.
    perform loyalty_lock_account(least(p_from, p_into));
    perform loyalty_lock_account(greatest(p_from, p_into));
    v_from := loyalty_catch_up(loyalty_lock_account(p_from), p_at);
    v_into := loyalty_catch_up(loyalty_lock_account(p_into), p_at);
    if v_from.merged_into_id is not null or v_into.merged_into_id is not null then
        raise exception 'account_merged' using errcode = 'SD409';
    end if;
    if v_from.held > 0 then
        raise exception 'account_holds_points' using errcode = 'SD409',
            detail = jsonb_build_object('held', v_from.held);
    end if;

    for v_lot in
        select * from loyalty_lot where account_id = p_from and remaining > 0
        order by expires_at, transfer_id
    loop
        select * into v_both from loyalty_move_lot(v_from, v_into, v_lot, null, '', p_reason, p_actor,
                                                   p_at);
        v_from := v_both.p_from;
        v_into := v_both.p_into;
        v_moved := v_moved + v_lot.remaining;
    end loop;
    for v_debt in
        select * from loyalty_debt where account_id = p_from and repaid < points order by id
    loop
        v_out := nextval('loyalty_transfer_id_seq');
        v_in := nextval('loyalty_transfer_id_seq');
        v_from := loyalty_post_line(v_from, v_out, 'tr_' || kernel_public_id(), 'merge_out', 'merged',
                               'owed', v_debt.points - v_debt.repaid, null, null,
                               v_debt.transfer_id, '', p_reason, p_actor, p_at);
        v_into := loyalty_post_line(v_into, v_in, 'tr_' || kernel_public_id(), 'merge_in', 'owed',
                               'merged', v_debt.points - v_debt.repaid, null, null, null, '',
                               p_reason, p_actor, p_at);
        insert into loyalty_debt (account_id, carrier_id, transfer_id, points, receipt_id, at)
            values (p_into, v_debt.carrier_id, v_in, v_debt.points - v_debt.repaid,
                    v_debt.receipt_id, v_debt.at);
        update loyalty_debt set repaid = points where id = v_debt.id;
    end loop;
    -- What was clawed back whole while it waited waits for nothing here any more.
    update loyalty_lot set pending = false, in_review = false where account_id = p_from and pending;
    v_into := loyalty_repay(v_into, '', p_actor, p_at);
    v_into.next_due := loyalty_next_due(p_into);
    perform loyalty_save_account(v_into);
    v_from.next_due := null;
    perform loyalty_save_account(v_from);
    update loyalty_pointsaccount set merged_into_id = p_into where member_id = p_from;
    -- One person has one ceiling a day, also on the day of the merger.
    update loyalty_pointsaccount account
        set earned_on = greatest(account.earned_on, v_from.earned_on),
            earned_points = case when account.earned_on > v_from.earned_on then account.earned_points
                when account.earned_on = v_from.earned_on
                    then account.earned_points + v_from.earned_points
                else v_from.earned_points end
        where member_id = p_into and v_from.earned_on is not null;
    perform kernel_emit('AccountsMerged', jsonb_build_object(
        'source', p_from, 'into', p_into, 'points', v_moved));
    return v_moved;
end $$;

-- Move what a lot holds from one locked account into another: it becomes a lot there with the same
-- issuer, price and end. Both accounts come back unsaved. `p_because` is the line that caused it, if
-- it was not the merger itself.
create or replace function loyalty_move_lot(
    inout p_from loyalty_pointsaccount, inout p_into loyalty_pointsaccount, p_lot loyalty_lot,
    p_because bigint, p_reference text, p_reason text, p_actor text, p_at timestamptz
) language plpgsql as $$
declare
    v_pocket text := case when p_lot.pending then 'pending' else 'available' end;
    v_out bigint := nextval('loyalty_transfer_id_seq');
    v_in bigint := nextval('loyalty_transfer_id_seq');
begin
    p_from := loyalty_post_line(p_from, v_out, 'tr_' || kernel_public_id(), 'merge_out', v_pocket,
                           'merged', p_lot.remaining, null, null, p_because, '', p_reason, p_actor,
                           p_at);
    insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
        values (v_out, p_lot.transfer_id, p_lot.issuer_id, p_lot.remaining);
    update loyalty_lot set remaining = 0, pending = false, in_review = false
        where transfer_id = p_lot.transfer_id;
    p_into := loyalty_post_line(p_into, v_in, 'tr_' || kernel_public_id(), 'merge_in', 'merged',
                           v_pocket, p_lot.remaining, null, null, p_because, p_reference, p_reason,
                           p_actor, p_at);
    insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                             price_milli_fen, active_from, expires_at, pending, in_review,
                             origin_id)
        values (p_into.member_id, p_lot.issuer_id, v_in, p_lot.remaining, p_lot.remaining,
                p_lot.price_milli_fen, p_lot.active_from, p_lot.expires_at, p_lot.pending,
                p_lot.in_review,
                coalesce(p_lot.origin_id, p_lot.transfer_id));
end $$;
