-- :all_merchants merchants with two years of facts, up to yesterday: a purchase every fourth day or so, ratings of some of them,
-- complaints that came to an end, inspections, a record each, licences and profiles. Ids are given.
insert into merchants_merchant (id, public_id, name, name_key, search_key, legal_name, contact_name,
                                contact_phone, state, suspended_for)
    overriding system value
    select i, 'mrc_' || lpad(i::text, 22, '0'), 'M' || i, 'm', 'm', 'M' || i, '', '', 'active', ''
    from generate_series({merchants} + 1, :all_merchants) i;
insert into merchants_store (id, public_id, name, name_key, search_key, floor, unit_no, phone, intro,
                             round_the_clock, state, merchant_id, trade_id, venue_id)
    overriding system value
    select i, 'str_' || lpad(i::text, 22, '0'), 'S' || i, 's', 's', '', '', '', '', false, 'open', i, 1000, 1
    from generate_series({merchants} + 1, :all_merchants) i;
create temporary table days on commit drop as
    select age, (now() at time zone 'Asia/Shanghai')::date - 1 - age as day,
           ((now() at time zone 'Asia/Shanghai')::date - 1 - age + time '12:00') at time zone 'Asia/Shanghai' as at
    from generate_series(0, 729) age;
alter table loyalty_receipt disable trigger user;
insert into loyalty_receipt (id, account_id, merchant_id, store_id, receipt_no, paid_fen, granted, terms_id,
                             rate_points, rate_per_fen, issuer_id, source, actor, paid_at, at)
    overriding system value
    select merchant * 1000 + age, 1 + (merchant * 31 + age * 7) % {members}, merchant, merchant, 'C' || age, 5000, 0, 1,
           1, 100, merchant, 'till', 'till:1', at, at
    from days, generate_series(1, :all_merchants) merchant where (age + merchant) % 4 = 0
    order by age desc, merchant;
alter table loyalty_receipt enable trigger user;
insert into credit_rating (public_id, member_id, store_id, merchant_id, receipt_id, stars, rated_at, flag_reasons)
    select 'rtg_' || lpad(id::text, 22, '0'), account_id, store_id, merchant_id, id,
           1 + (merchant_id * 13 + id * 7) % 5, paid_at, '[]'
    from loyalty_receipt where receipt_no like 'C%' and id % 3 = 0;
insert into credit_caseoutcomeversion ("case", version, store_id, merchant_id, final_on, severity, outcome, is_on_time,
                                       stars, category, is_deemed, remedy_missed, is_repeat, first_answer_minutes,
                                       recorded_at, uncounted_reason)
    select 'cas_' || merchant || '_' || age, 1, merchant, merchant, day, 'ordinary',
           case age % 3 when 0 then 'upheld' when 1 then 'settled_direct' else 'not_upheld' end, merchant % 4 > 0,
           1 + age % 5, 'quality', false, false, false, 60 + age, at, ''
    from days, generate_series(1, :all_merchants) merchant where age % 90 = 1 + merchant % 80;
insert into credit_inspectionround (id, name, started_on) overriding system value
    select age / 90 + 1, 'R' || age / 90, day from days where age % 90 = 0;
insert into credit_inspection (public_id, round_id, store_id, merchant_id, inspected_on, passed, failed, note, recorded_at)
    select 'ins_' || lpad((merchant * 1000 + age)::text, 22, '0'), age / 90 + 1, merchant, merchant, day, 6, merchant % 3,
           '', at
    from days, generate_series(1, :all_merchants) merchant where age % 90 = 0;
insert into credit_licence (merchant_id, number, valid_from, verified_at)
    select merchant, 'L' || merchant, '2020-01-01', '2020-01-01' from generate_series(1, :all_merchants) merchant;
insert into credit_profileentry (merchant_id, item, content, noted_at)
    select merchant, item, 'seen', '2020-01-01' from generate_series(1, :all_merchants) merchant,
           unnest(array['address', 'price_policy', 'complaint_contact']) item;
insert into credit_promise (id, code, name, description) overriding system value
    values (1000, 'bench', 'B', 'b');
insert into credit_promiseadoption (promise_id, merchant_id, joined_at, leave_reason)
    select 1000, merchant, '2020-01-01', '' from generate_series(1, :all_merchants) merchant;
insert into credit_creditrecord (id, public_id, source, number, merchant_id, recorded_at) overriding system value
    select merchant, 'cdr_' || lpad(merchant::text, 22, '0'), 'public', 'P' || merchant, merchant, at
    from days, generate_series(1, :all_merchants) merchant where age = 100;
insert into credit_recordversion (record_id, number, level, determined_on, authority, title, state, recorded_at)
    select merchant, 1, 'general', day, 'A', 'T', 'displayed', at
    from days, generate_series(1, :all_merchants) merchant where age = 100;
insert into credit_creditcode (public_id, store_id, number, state, issued_at, end_reason)
    select 'crc_' || lpad(merchant::text, 22, '0'), merchant, 1, 'live', '2020-01-01', ''
    from generate_series(1, :all_merchants) merchant;
