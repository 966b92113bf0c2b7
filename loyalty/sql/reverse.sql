-- Give points of a spending back to the very lots they came from, the newest draw first; the new
-- transfer's id comes back. All of it, once (`reverse_spend`), or a part, as often as something is
-- left (`return_spend`). What died while it was spent dies now: this gives no longer life.
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
    v_left bigint := p_points;
    v_given bigint;
    v_draw record;
    v_day timestamptz;
begin
    if v_earlier is not null then return v_earlier; end if;

    select * into strict v_origin from loyalty_transfer where id = p_transfer;
    v_account := loyalty_lock_heir(v_origin.account_id, p_at);
    if v_account.member_id <> v_origin.account_id then
        raise exception 'account_merged' using errcode = 'SD409';
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

    v_account := loyalty_line(
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
    -- The dead die before a debt is repaid: it must not be paid in dead points.
    for v_day in
        select distinct expires_at from loyalty_lot
        where account_id = v_account.member_id and remaining > 0 and not pending
            and expires_at <= p_at
        order by expires_at
    loop
        v_account := loyalty_expire_day(v_account, v_day);
    end loop;
    v_account := loyalty_repay(v_account, '', p_actor, p_at);
    v_account.next_due := loyalty_next_due(v_account.member_id);
    perform loyalty_save(v_account);

    insert into kernel_outboxrow (name, payload) values ('TransferReversed', jsonb_build_object(
        'transfer', v_reversal, 'reverses', p_transfer, 'member', v_origin.account_id,
        'points', (select points from loyalty_transfer where id = v_reversal)));
    return v_reversal;
end $$;
