-- Coupons that members hold, as the operator would have issued them to all in turns, one use each.
insert into coupons_coupon (id, public_id, version_id, template_id, member_id, claimer_id, nth, claim_day,
                            nth_of_day, source, state, valid_from, valid_until, uses_left, claimed_at)
    overriding system value
    select i, 'cpn_' || lpad(i::text, 22, '0'), :version, :template, 1 + i % {members}, 1 + i % {members},
           1 + (i - :first) / {members}, '2026-01-01', 1 + (i - :first) / {members}, 'issue', 'live', '2020-01-01', '2099-01-01',
           1, now()
    from generate_series(:first, :last) i;
select setval(pg_get_serial_sequence('coupons_coupon', 'id'), :last);
