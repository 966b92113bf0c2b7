-- Give points of a spending back to the very lots they came from, the newest draw first; the new
-- transfer's id comes back. All of it, once (`reverse_spend`), or a part, as often as something is
-- left (`return_spend`). What died while it was spent dies now: this gives no longer life. Of an
-- account that was merged the points go on to the account that holds its points today.
create or replace function loyalty_reverse_spending(
    p_scope text, p_key text, p_terms bytea,
    p_transfer bigint, p_points bigint, p_store bigint, p_reason text,
    p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_reversal bigint := nextval('loyalty_transfer_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_reversal);
    v_origin loyalty_transfer;
    v_account loyalty_pointsaccount;
    v_heir loyalty_pointsaccount;
    v_left bigint := p_points;
    v_given bigint;
    v_draw record;
    v_lot loyalty_lot;
    v_moved record;
begin
    if v_earlier is not null then return v_earlier; end if;

    select * into strict v_origin from loyalty_transfer where id = p_transfer;
    v_account := loyalty_lock_account(v_origin.account_id);
    if v_account.merged_into_id is null then
        v_account := loyalty_catch_up(v_account, p_at);
    else
        v_heir := loyalty_lock_surviving_account(v_account.merged_into_id, p_at);
    end if;
    v_given := coalesce((select sum(points) from loyalty_transfer
                         where reverses_id = p_transfer
                             and kind in ('reverse_spend', 'return_spend')), 0);
    if v_given >= v_origin.points or (v_given > 0 and p_points is null) then
        raise exception 'transfer_not_reversible' using errcode = 'SD409',
            detail = jsonb_build_object('reason', 'already_reversed');
    end if;
    v_left := coalesce(p_points, v_origin.points);
    if v_left > v_origin.points - v_given then
        raise exception 'transfer_not_reversible' using errcode = 'SD409',
            detail = jsonb_build_object('reason', 'too_many_points');
    end if;

    v_account := loyalty_post_line(
        v_account, v_reversal, p_transfer_id,
        case when p_points is null then 'reverse_spend' else 'return_spend' end,
        'accepted', 'available', v_left, v_origin.merchant_id, p_store, p_transfer, '', p_reason,
        p_actor, p_at);
    for v_draw in
        select draw.id, draw.lot_id, draw.points, coalesce(
            (select sum(points) from loyalty_restore where draw_id = draw.id), 0)::bigint as restored
        from loyalty_draw draw where draw.transfer_id = p_transfer order by draw.id desc
    loop
        exit when v_left = 0;
        v_given := least(v_left, v_draw.points - v_draw.restored);
        continue when v_given = 0;
        insert into loyalty_restore (draw_id, transfer_id, points, drawn, before)
            values (v_draw.id, v_reversal, v_given, v_draw.points, v_draw.restored);
        update loyalty_lot set remaining = remaining + v_given where transfer_id = v_draw.lot_id;
        v_left := v_left - v_given;
    end loop;
    if v_left > 0 then
        raise exception 'draws of transfer % hold % points less than it took', p_transfer, v_left
            using errcode = 'data_corrupted';
    end if;
    if v_heir.member_id is not null then
        -- All that the merged account holds now is what was just given back.
        for v_lot in
            select * from loyalty_lot where account_id = v_account.member_id and remaining > 0
            order by expires_at, transfer_id
        loop
            select * into v_moved from loyalty_move_lot(
                v_account, v_heir, v_lot, v_reversal, v_origin.reference, p_reason, p_actor, p_at);
            v_account := v_moved.p_from;
            v_heir := v_moved.p_into;
        end loop;
        perform loyalty_save_account(v_account);
        v_account := v_heir;
    end if;
    v_account := loyalty_expire_restored(v_account, p_actor, p_at);
    v_account := loyalty_repay(v_account, '', p_actor, p_at);
    v_account.next_due := loyalty_next_due(v_account.member_id);
    perform loyalty_save_account(v_account);

    perform kernel_emit('TransferReversed', jsonb_build_object(
        'transfer', v_reversal, 'reverses', p_transfer, 'member', v_account.member_id,
        'points', (select points from loyalty_transfer where id = v_reversal)));
    return v_reversal;
end $$;

-- What came back to lots whose last day is past. It first makes good what is owed of the lot's own
-- purchase: its issuer gets its own points back, lost nothing, and nothing is owed to it for nothing.
-- The rest dies before any other debt is repaid, which must not be paid in dead points. The account
-- comes back unsaved.
create or replace function loyalty_expire_restored(
    p_account loyalty_pointsaccount, p_actor text, p_at timestamptz
) returns loyalty_pointsaccount language plpgsql as $$
declare
    v_account loyalty_pointsaccount := p_account;
    v_owed record;
    v_points bigint;
    v_left bigint;
    v_line bigint;
    v_day timestamptz;
begin
    for v_owed in
        select debt.id, debt.carrier_id, debt.transfer_id, debt.points - debt.repaid as points,
            lot.transfer_id as lot
        from loyalty_lot lot
        join loyalty_receipt receipt
            on receipt.transfer_id = coalesce(lot.origin_id, lot.transfer_id)
        join loyalty_debt debt
            on debt.account_id = lot.account_id and debt.repaid < debt.points
            and debt.receipt_id = receipt.id
        where v_account.debt > 0 and lot.account_id = v_account.member_id and lot.remaining > 0
            and not lot.pending and lot.expires_at <= p_at
        order by debt.at, debt.id, lot.expires_at, lot.transfer_id
    loop
        -- Both may have become less by the turns before.
        select remaining into v_left from loyalty_lot where transfer_id = v_owed.lot;
        select least(v_left, points - repaid) into v_points
            from loyalty_debt where id = v_owed.id;
        continue when v_points = 0;
        v_line := nextval('loyalty_transfer_id_seq');
        v_account := loyalty_post_line(v_account, v_line, 'tr_' || kernel_public_id(), 'repay',
                                  'available', 'owed', v_points, v_owed.carrier_id, null,
                                  v_owed.transfer_id, '', '', p_actor, p_at);
        insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
            values (v_line, v_owed.lot, v_owed.carrier_id, v_points);
        update loyalty_lot set remaining = remaining - v_points where transfer_id = v_owed.lot;
        update loyalty_debt set repaid = repaid + v_points where id = v_owed.id;
    end loop;
    for v_day in
        select distinct expires_at from loyalty_lot
        where account_id = v_account.member_id and remaining > 0 and not pending
            and expires_at <= p_at
        order by expires_at
    loop
        v_account := loyalty_expire_day(v_account, v_day);
    end loop;
    return v_account;
end $$;
