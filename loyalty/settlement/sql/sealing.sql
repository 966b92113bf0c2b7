-- The journal of a stretch of the ledger, one line for each grant, draw, restore and booking, as it is
-- sealed. A booking has no transfer: its own number stands there.
-- It names nothing that one side of a movement may not know of the other, and no person.
create or replace function settlement_journal(
    p_horizon xid8, p_end timestamptz, p_last_horizon xid8, p_last_end timestamptz
) returns table (
    transfer bigint, letter text, row_id bigint, leaf text,
    issuer bigint, redeemer bigint, prefunded boolean, paid_at timestamptz, paid_for text
)
language sql stable parallel safe as $$
    select transfer.id, 'G', lot.transfer_id, concat_ws(
            '|', 'G', transfer.public_id, settlement_instant(transfer.at), transfer.kind,
            issuer.public_id, member.public_id, lot.granted, lot.price_milli_fen,
            settlement_instant(lot.active_from), settlement_instant(lot.expires_at),
            coalesce((select first.public_id from loyalty_transfer first
                      where first.id = lot.origin_id), '-')),
        lot.issuer_id, lot.issuer_id, false, transfer.at, transfer.kind
    from loyalty_lot lot
    join loyalty_transfer transfer on transfer.id = lot.transfer_id
    join merchants_merchant issuer on issuer.id = lot.issuer_id
    join members_member member on member.id = lot.account_id
    where transfer.xid < p_horizon and transfer.at < p_end
        and not (transfer.xid < p_last_horizon and transfer.at < p_last_end)
    union all
    select moved.transfer, case when moved.restore is null then 'D' else 'R' end,
        coalesce(moved.restore, moved.draw), concat_ws(
            '|', case when moved.restore is null then 'D' else 'R' end,
            transfer.public_id, settlement_instant(moved.at), moved.kind,
            issuer.public_id, redeemer.public_id, member.public_id, moved.points,
            moved.price_milli_fen, born.public_id),
        moved.issuer, moved.redeemer, moved.budgeted, moved.paid_at, moved.paid_for
    from settlement_movements(p_horizon, p_end, p_last_horizon, p_last_end) moved
    join loyalty_transfer transfer on transfer.id = moved.transfer
    join loyalty_transfer born on born.id = moved.lot
    join merchants_merchant issuer on issuer.id = moved.issuer
    join merchants_merchant redeemer on redeemer.id = moved.redeemer
    join members_member member on member.id = transfer.account_id
    union all
    select booked.booking, 'B', booked.booking, concat_ws(
            '|', 'B', booked.source, booked.reference, settlement_instant(booked.at),
            payer.public_id, payee.public_id, booked.fen),
        booked.payer, booked.payee, false, booked.at, null
    from settlement_bookings(p_horizon, p_end, p_last_horizon, p_last_end) booked
    join merchants_merchant payer on payer.id = booked.payer
    join merchants_merchant payee on payee.id = booked.payee
$$;

-- The Merkle root of a stretch of the journal, level by level: what the audit compares seals with.
create or replace function settlement_root(
    p_horizon xid8, p_end timestamptz, p_last_horizon xid8, p_last_end timestamptz,
    out leaves bigint, out root bytea
) language plpgsql stable as $$
declare
    v_level bytea[];
    v_above bytea[];
    v_at int;
    v_size int;
begin
    select array_agg(sha256('\x00'::bytea || convert_to(leaf, 'UTF8'))
                     order by transfer, letter, row_id)
        into v_level
        from settlement_journal(p_horizon, p_end, p_last_horizon, p_last_end);
    leaves := coalesce(array_length(v_level, 1), 0);
    if leaves = 0 then
        root := sha256('');
        return;
    end if;
    loop
        v_size := array_length(v_level, 1);
        exit when v_size = 1;
        select array_agg(case when two.at = v_size then v_level[two.at]
                   else sha256('\x01'::bytea || v_level[two.at] || v_level[two.at + 1]) end
                   order by two.at)
            into v_above from generate_series(1, v_size, 2) as two(at);
        v_level := v_above;
    end loop;
    root := v_level[1];
end $$;
