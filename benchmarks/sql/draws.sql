-- A settled-with district: every member has earned four lots, and has spent ten times since, a few
-- points of one lot each time, at merchants of all kinds. Prices are odd, so that fractions are carried,
-- and half of the merchants pay a fee.
-- (Terms stand as they were written; here their triggers are disabled for a moment.)
alter table loyalty_merchantterms disable trigger user;
update loyalty_merchantterms set redeem_fee_bp = 50 where merchant_id % 2 = 0;
alter table loyalty_merchantterms enable trigger user;
create temporary table wanted on commit drop as
    select (m - 1) * 14 + k as id, m as member, k as seq,
           (m * 31 + k * 7919 + m * k) % {merchants} + 1 as merchant,
           case when k <= 4 then 1000 else 1 + (m + k) % 9 end::bigint as points,
           (m - 1) * 14 + 1 + (m + k) % 4 as lot
    from generate_series(1::bigint, {members}) m, generate_series(1::bigint, 14) k;
insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points, available_after,
                              merchant_id, store_id, reference, actor, at)
    overriding system value
    select id, 'tr_' || lpad(id::text, 22, '0'), case when seq <= 4 then 'earn' else 'spend' end, member,
           seq, case when seq <= 4 then 'issued' else 'available' end,
           case when seq <= 4 then 'available' else 'accepted' end, points,
           sum(case when seq <= 4 then points else -points end) over (partition by member order by seq),
           merchant, merchant, 'L' || id, 'till:1', '2026-03-01 12:00+08'::timestamptz + id % 2000000 * interval '1 second'
    from wanted order by seq, member;
insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining, price_milli_fen,
                         active_from, expires_at)
    select member, merchant, id, points, points - coalesce(spent, 0), 901 + merchant % 200,
           '2026-03-01', '2099-01-01 00:00+08'
    from wanted
    left join (select lot as of_lot, sum(points) as spent from wanted where seq > 4 group by lot) used
        on of_lot = id
    where seq <= 4 order by member, seq;
insert into loyalty_receipt (account_id, merchant_id, store_id, receipt_no, paid_fen, granted, terms_id,
                             rate_points, rate_per_fen, issuer_id, transfer_id, source, actor, paid_at, at)
    select member, merchant, merchant, 'L' || id, points * 100, points, merchant, 1, 100, merchant, id,
           'till', 'till:1', '2026-03-01', '2026-03-01'
    from wanted where seq <= 4 order by member, seq;
insert into loyalty_draw (transfer_id, lot_id, redeemer_id, points)
    select id, lot, merchant, points from wanted where seq > 4 order by seq, member;
update loyalty_pointsaccount account
    set available = 4000 - spent, seq = 14, next_due = '2099-01-01 00:00+08'
    from (select member, sum(points) as spent from wanted where seq > 4 group by member) used
    where used.member = account.member_id;
select setval(pg_get_serial_sequence('loyalty_transfer', 'id'), 14 * {members});
