-- Members with accounts, merchants with a store and terms, a till key each: volume, not behaviour.
-- Ids are given (1..n), so that a load generator knows every row without asking.
insert into members_user (id, password, is_superuser, kind, username, name, is_staff, is_active, date_joined)
    overriding system value
    select i, '!', false, 'shopper', 'bench' || i, '', false, true, now() from generate_series(1, {members}) i;
insert into members_member (id, public_id, user_id, user_kind, nickname, card_id, joined_at)
    overriding system value
    select i, 'mem_' || lpad(i::text, 22, '0'), i, 'shopper', '', int8send(i), '2020-01-01'
    from generate_series(1, {members}) i;
insert into loyalty_pointsaccount (member_id) select id from members_member;

insert into merchants_venue (id, public_id, kind, name, name_key, search_key, address, floors)
    overriding system value values (1, 'ven_' || lpad('1', 22, '0'), 'mall', 'B', 'b', 'b', 'b', '{{}}');
insert into merchants_trade (id, code, name, sort) overriding system value
    values (1000, 'benchmark', 'B', 0);
insert into merchants_merchant (id, public_id, name, name_key, search_key, legal_name, contact_name,
                                contact_phone, state, suspended_for)
    overriding system value
    select i, 'mrc_' || lpad(i::text, 22, '0'), 'M' || i, 'm', 'm', 'M' || i, '', '', 'active', ''
    from generate_series(1, {merchants}) i;
insert into merchants_alliancemembership (merchant_id, period)
    select id, tstzrange('2020-01-01', null) from merchants_merchant;
insert into merchants_store (id, public_id, name, name_key, search_key, floor, unit_no, phone, intro,
                             round_the_clock, state, merchant_id, trade_id, venue_id)
    overriding system value
    select i, 'str_' || lpad(i::text, 22, '0'), 'S' || i, 's', 's', '', '', '', '', false, 'open', i, 1000, 1
    from generate_series(1, {merchants}) i;
insert into loyalty_merchantterms (id, merchant_id, valid, earn_points, earn_per_fen, price_milli_fen,
                                   validity_months)
    overriding system value
    select id, id, tstzrange('2020-01-01', null), 1, 100, 1000, 24 from merchants_merchant;
insert into merchants_tillkey (id, public_id, merchant_id, name, prefix, secret_hash, created_at)
    overriding system value
    select i, 'key_' || lpad(i::text, 22, '0'), i, 'bench', lpad(i::text, 12, '0'),
           sha256(lpad(i::text, 43, '0')::bytea), '2020-01-01'
    from generate_series(1, {merchants}) i;
insert into merchants_tillkeystore (till_key_id, store_id, merchant_id)
    select id, id, id from merchants_tillkey;
-- Ceilings that nobody reaches: what they cost a posting is measured, and nothing waits for a person.
insert into loyalty_alliancepolicy (valid, hold_minutes, grace_days, confirm_minutes, fallback_points,
                                   fallback_per_fen, fallback_price_milli_fen, warn_days, adjust_limit,
                                   adjust_day_limit, receipt_ceiling_points,
                                   member_day_ceiling_points, key_day_ceiling_points,
                                   merchant_day_ceiling_points)
    values (tstzrange('2000-01-01', null), 120, 7, 5, 1, 200, 1000, 30, 10000, 50000,
            1000000000000, 1000000000000, 1000000000000000, 1000000000000000);
-- Whoever joins later gets the next number.
select setval(pg_get_serial_sequence('members_user', 'id'), {members});
select setval(pg_get_serial_sequence('merchants_merchant', 'id'), {merchants});
