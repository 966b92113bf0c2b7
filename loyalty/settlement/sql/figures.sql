-- Reckon what a cycle comes to at a horizon, in the temporary table `settlement_pair_sums` of this
-- transaction: one row for each issuer and redeemer, a merchant and itself included; and in
-- `settlement_charges` one for each payer, payee and source of bookings. What comes back is a digest of
-- everything that the closing will be made of.
create or replace function settlement_compute(p_cycle bigint, p_horizon bigint)
returns bytea language plpgsql as $$
declare
    v_cycle settlement_cycle;
    v_last settlement_cycle;
    v_figures text;
    v_notes text;
    v_charges text;
begin
    select * into strict v_cycle from settlement_cycle where id = p_cycle;
    select * into v_last from settlement_cycle where number = v_cycle.follows;
    drop table if exists pg_temp.settlement_pair_sums;
    create temporary table settlement_pair_sums on commit drop as
        select moved.issuer, moved.redeemer, count(*) as movements,
            sum(moved.points)::bigint as points,
            sum(moved.points * moved.price_milli_fen)::bigint as milli_fen,
            coalesce(sum(moved.points * moved.price_milli_fen)
                filter (where moved.budgeted), 0)::bigint as prefunded_milli_fen,
            -- Of points that go on in another lot, nothing is settled yet.
            coalesce(sum(moved.points * moved.price_milli_fen)
                filter (where moved.budgeted and moved.issuer = moved.redeemer
                        and moved.paid_for not in ('grace', 'merge_out')), 0)::bigint
                as released_milli_fen,
            coalesce(sum(moved.points * moved.price_milli_fen)
                filter (where terms.redeem_fee_bp is not null), 0)::bigint as fee_milli_fen,
            coalesce(sum((moved.points * moved.price_milli_fen)::numeric * terms.redeem_fee_bp),
                     0)::bigint as fee_parts,
            coalesce(sum(moved.points) filter (where moved.kind = 'expire'), 0)::bigint
                as expired_points
        from settlement_movements(
            p_horizon::text::xid8, v_cycle.ends_at,
            coalesce(v_last.horizon::text::xid8, '0'), coalesce(v_last.ends_at, '-infinity')) moved
        -- A fee is taken from what a merchant gets for points it accepted, by the terms of that hour.
        left join loyalty_merchantterms terms
            on terms.merchant_id = moved.redeemer and terms.redeem_fee_bp > 0
            and terms.valid @> moved.paid_at
            and moved.paid_for in ('spend', 'capture') and moved.issuer <> moved.redeemer
        group by moved.issuer, moved.redeemer;
    select string_agg(concat_ws('|', issuer, redeemer, movements, points, milli_fen,
                                prefunded_milli_fen, released_milli_fen, fee_milli_fen, fee_parts,
                                expired_points),
                      e'\n' order by issuer, redeemer)
        into v_figures from settlement_pair_sums;
    drop table if exists pg_temp.settlement_charges;
    create temporary table settlement_charges on commit drop as
        select payer, payee, source, count(*) as bookings, sum(fen)::bigint as fen
        from settlement_bookings(
            p_horizon::text::xid8, v_cycle.ends_at,
            coalesce(v_last.horizon::text::xid8, '0'), coalesce(v_last.ends_at, '-infinity'))
        group by payer, payee, source;
    select string_agg(concat_ws('|', payer, payee, source, bookings, fen),
                      e'\n' order by payer, payee, source collate "C")
        into v_charges from settlement_charges;
    select string_agg(concat_ws('|', public_id, payer_id, payee_id, fen), e'\n' order by id)
        into v_notes from settlement_creditnote where cycle_id = p_cycle and state = 'approved';
    -- Charges only where there are any: what was proposed before there were some is still the same.
    return sha256(convert_to(
        concat_ws(e'\n\n', v_cycle.number, v_cycle.starts_at, v_cycle.ends_at, p_horizon,
                  coalesce(v_figures, ''), coalesce(v_notes, ''), v_charges), 'UTF8'));
end $$;
