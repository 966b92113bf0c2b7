-- What belongs to a stretch of the ledger: every draw, and every restore as its opposite, that lies
-- before this horizon and end, and did not lie before the last ones. The transactions below a horizon
-- had all ended when it was taken, so the answer never changes any more.
-- `paid_at` and `paid_for` are those of the draw, also of a restore, which gives back what was paid.
create or replace function settlement_movements(
    p_horizon xid8, p_end timestamptz, p_last_horizon xid8, p_last_end timestamptz
) returns table (
    draw bigint, restore bigint, transfer bigint, at timestamptz, kind text,
    lot bigint, issuer bigint, redeemer bigint, points bigint, price_milli_fen bigint,
    budgeted boolean, paid_at timestamptz, paid_for text
) language sql stable parallel safe as $$
    select draw.id, null::bigint, transfer.id, transfer.at, transfer.kind,
        draw.lot_id, lot.issuer_id, draw.redeemer_id, draw.points, lot.price_milli_fen,
        -- A lot that goes on with the points of another was paid for with that one.
        case when lot.origin_id is null then lot.budgeted
            else (select origin.budgeted from loyalty_lot origin
                  where origin.transfer_id = lot.origin_id) end,
        transfer.at, transfer.kind
    from loyalty_draw draw
    join loyalty_transfer transfer on transfer.id = draw.transfer_id
    join loyalty_lot lot on lot.transfer_id = draw.lot_id
    where transfer.xid < p_horizon and transfer.at < p_end
        and not (transfer.xid < p_last_horizon and transfer.at < p_last_end)
    union all
    select draw.id, restore.id, transfer.id, transfer.at, transfer.kind,
        draw.lot_id, lot.issuer_id, draw.redeemer_id, -restore.points, lot.price_milli_fen,
        case when lot.origin_id is null then lot.budgeted
            else (select origin.budgeted from loyalty_lot origin
                  where origin.transfer_id = lot.origin_id) end,
        drawn.at, drawn.kind
    from loyalty_restore restore
    join loyalty_transfer transfer on transfer.id = restore.transfer_id
    join loyalty_draw draw on draw.id = restore.draw_id
    join loyalty_transfer drawn on drawn.id = draw.transfer_id
    join loyalty_lot lot on lot.transfer_id = draw.lot_id
    where transfer.xid < p_horizon and transfer.at < p_end
        and not (transfer.xid < p_last_horizon and transfer.at < p_last_end)
$$;
