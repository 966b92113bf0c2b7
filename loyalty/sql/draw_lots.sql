-- Take points from an account's active lots, the oldest first, for one redeemer.
create or replace function loyalty_draw_lots(
    p_transfer bigint, p_member bigint, p_points bigint, p_redeemer bigint
) returns void language plpgsql as $$
declare
    v_lot record;
    v_left bigint := p_points;
    v_taken bigint;
begin
    for v_lot in
        select transfer_id, remaining from loyalty_lot
        where account_id = p_member and remaining > 0 and not pending
        order by expires_at, transfer_id
    loop
        exit when v_left = 0;
        v_taken := least(v_left, v_lot.remaining);
        update loyalty_lot set remaining = remaining - v_taken where transfer_id = v_lot.transfer_id;
        insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
            values (p_transfer, v_lot.transfer_id, p_redeemer, v_taken);
        v_left := v_left - v_taken;
    end loop;
    if v_left > 0 then
        raise exception 'lots of member % hold % points less than the balance', p_member, v_left
            using errcode = 'data_corrupted';
    end if;
end $$;
