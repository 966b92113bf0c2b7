-- Four live lots for every member, as four receipts would have left them: three of a hundred points
-- that end soon, and one that no run of spendings exhausts.
create temporary table wanted on commit drop as
    select (m - 1) * 4 + k as id, m as member, k as seq, 1 + (m + k) % {merchants} as merchant,
           case k when 4 then 1000000000 else 100 end::bigint as points,
           timestamptz '2099-01-01 00:00+08' + make_interval(days => k::int) as expires_at
    from generate_series(1::bigint, {members}) m, generate_series(1::bigint, 4) k;
insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points, available_after,
                              merchant_id, store_id, reference, actor, at)
    overriding system value
    select id, 'tr_' || lpad(id::text, 22, '0'), 'earn', member, seq, 'issued', 'available', points,
           sum(points) over (partition by member order by seq), merchant, merchant, 'L' || id, 'till:1', now()
    from wanted order by seq, member;
insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining, price_milli_fen,
                         active_from, expires_at)
    select member, merchant, id, points, points, 1000, now(), expires_at from wanted order by seq, member;
insert into loyalty_receipt (account_id, merchant_id, store_id, receipt_no, paid_fen, granted, terms_id,
                             rate_points, rate_per_fen, issuer_id, transfer_id, source, actor, paid_at, at)
    select member, merchant, merchant, 'L' || id, points * 100, points, merchant, 1, 100, merchant, id, 'till', 'till:1', now(), now()
    from wanted order by seq, member;
update loyalty_pointsaccount set available = 1000000300, seq = 4, next_due = '2099-01-02 00:00+08';
select setval(pg_get_serial_sequence('loyalty_transfer', 'id'), 4 * {members});
