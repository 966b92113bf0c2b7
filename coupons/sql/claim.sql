-- Give a member the next coupon of a version, exactly once per key, within the limits, never oversold.
-- What the version says of a coupon is the caller's: it never changes once submitted. Whether it is
-- still being given out is asked here. A limit of null does not hold for this way of getting one.
-- The unique keys (claimer, nth) and (claimer, day, nth) enforce the limits: a claim that lost
-- the race for the n-th counts again. What was taken back unused has no number and counts for nothing,
-- and neither does a replacement, because what it replaces counts. The hot rows, slots of budget and
-- stock, are locked last, so that their locks live only until the commit. Who comes when nothing is left
-- is told so by a read.
-- Back comes the coupon's number, and whether an earlier call of the same key made it.
create or replace function coupons_claim(
    p_scope text, p_key text, p_terms bytea,
    p_version bigint, p_member bigint, p_public_id text, p_source text, p_replaces bigint,
    p_replaces_refund bigint, p_per_member bigint, p_per_day bigint, p_day date,
    p_uses bigint, p_value bigint, p_most bigint,
    p_valid_from timestamptz, p_valid_until timestamptz, p_at timestamptz,
    out coupon bigint, out repeated boolean
) language plpgsql as $$
declare
    v_earlier bigint;
    v_version record;
    v_nth bigint;
    v_today bigint;
    v_had record;
    v_own int;
    v_budgeted boolean;
    v_of_day boolean;
    v_of_stock boolean;
    v_budget int;
    v_day_slot int;
    v_stock_slot int;
begin
    select template_id, state, claim_from, claim_until, slots, stock, stock_per_day, budget_fen
        into strict v_version from coupons_templateversion where id = p_version;
    v_own := p_member % v_version.slots;
    v_budgeted := v_version.budget_fen is not null and p_most > 0;
    v_of_day := p_source <> 'replacement' and v_version.stock_per_day is not null;
    v_of_stock := p_source <> 'replacement' and v_version.stock is not null;
    if v_of_stock and not coupons_has_stock(p_version, null)
        and not exists (select from kernel_idem where scope = p_scope and key = p_key) then
        -- A stop takes what is left away; that is not "sold out".
        if v_version.state <> 'published' or p_at >= v_version.claim_until then
            raise exception 'claim_over' using errcode = 'SD409';
        end if;
        raise exception 'coupon_sold_out' using errcode = 'SD409';
    end if;
    coupon := nextval('coupons_coupon_id_seq');
    v_earlier := kernel_claim(p_scope, p_key, p_terms, coupon);
    repeated := v_earlier is not null;
    if repeated then
        coupon := v_earlier;
        return;
    end if;

    if p_source <> 'replacement' then
        if v_version.state <> 'published' or p_at >= v_version.claim_until then
            raise exception 'claim_over' using errcode = 'SD409';
        elsif p_at < v_version.claim_from then
            raise exception 'claim_not_begun' using errcode = 'SD409',
                detail = jsonb_build_object('begins', v_version.claim_from);
        end if;
        if v_version.stock is null and v_version.stock_per_day is null then
            -- Without slots of stock nothing else makes a stop wait for who is on the way.
            perform from coupons_templateversion
                where id = p_version and state = 'published' for key share;
            if not found then raise exception 'claim_over' using errcode = 'SD409'; end if;
        end if;
    end if;
    for v_try in 1..100 loop
        -- Nothing but what counts has numbers.
        select count(nth) as n, coalesce(max(nth), 0) as most,
            count(nth_of_day) filter (where claim_day = p_day) as today,
            coalesce(max(nth_of_day) filter (where claim_day = p_day), 0) as most_today
            into v_had
            from coupons_coupon where template_id = v_version.template_id and claimer_id = p_member;
        if v_had.n >= p_per_member then
            raise exception 'claim_limit_reached' using errcode = 'SD409',
                detail = jsonb_build_object('limit', p_per_member);
        elsif v_had.today >= p_per_day then
            raise exception 'claim_limit_of_the_day_reached' using errcode = 'SD409',
                detail = jsonb_build_object('limit', p_per_day);
        end if;
        if p_source <> 'replacement' then
            v_nth := v_had.n + 1;
            v_today := v_had.today + 1;
            -- A number that became free is taken before a new one.
            if v_had.n < v_had.most or v_had.today < v_had.most_today then
                select nth, today into v_nth, v_today from coupons_free_numbers(
                    v_version.template_id, p_member, p_day);
            end if;
        end if;
        -- Where others came in between, it is counted again.
        if p_source = 'replacement' or v_nth <= v_had.n + 1 and v_today <= v_had.today + 1 then
            insert into coupons_coupon (id, public_id, version_id, template_id, member_id, claimer_id,
                                        nth, claim_day, nth_of_day, source, state, valid_from,
                                        valid_until, uses_left, value_left_fen, replaces_id,
                                        replaces_refund_id, claimed_at, budget_slot, reserved_fen,
                                        day_slot, stock_slot)
                values (coupon, p_public_id, p_version, v_version.template_id, p_member, p_member,
                        v_nth, p_day, v_today, p_source, 'live', p_valid_from, p_valid_until, p_uses,
                        p_value, p_replaces, p_replaces_refund, p_at,
                        case when v_budgeted then v_own end,
                        case when v_budgeted then p_most else 0 end,
                        case when v_of_day then v_own end, case when v_of_stock then v_own end)
                on conflict do nothing;
            exit when found;
        end if;
        if v_try = 100 then raise exception 'claim_busy' using errcode = 'SD503'; end if;
    end loop;
    perform kernel_emit('CouponIssued', jsonb_build_object(
        'coupon', coupon, 'version', p_version, 'member', p_member, 'source', p_source));

    if v_budgeted then
        v_budget := coupons_take_budget(p_version, p_member, v_version.slots, p_most);
    end if;
    if v_of_day then
        v_day_slot := coupons_take_stock(p_version, p_day, p_member, v_version.slots);
    end if;
    if v_of_stock then
        v_stock_slot := coupons_take_stock(p_version, null, p_member, v_version.slots);
    end if;
    -- It was written as taken from the member's own slots, which it nearly always is.
    if v_budget <> v_own or v_day_slot <> v_own or v_stock_slot <> v_own then
        update coupons_coupon
            set budget_slot = v_budget, day_slot = v_day_slot, stock_slot = v_stock_slot
            where id = coupon;
    end if;
end $$;

-- The smallest numbers that no coupon of a member bears: in the template, and on a day of it.
create or replace function coupons_free_numbers(
    p_template bigint, p_member bigint, p_day date, out nth bigint, out today bigint
) language sql stable as $$
    with mine as (
        select nth, nth_of_day, claim_day from coupons_coupon
        where template_id = p_template and claimer_id = p_member and nth is not null)
    select
        (select min(number) from generate_series(1, (select count(*) + 1 from mine)) number
         where number not in (select nth from mine)),
        (select min(number) from generate_series(1, (select count(*) + 1 from mine)) number
         where number not in (select nth_of_day from mine where claim_day = p_day))
$$;

-- Whether any unit is left, by an unlocked look. A day nobody has claimed on yet has all of its units.
create or replace function coupons_has_stock(p_version bigint, p_day date) returns boolean
language sql stable as $$
    select exists (select from coupons_stockslot
                   where version_id = p_version and day is not distinct from p_day and remaining > 0)
$$;

-- Take one unit of a stock: from the member's own slot, else from any that nobody holds just now. Only
-- an unlocked look says "sold out"; that every slot with something left is locked is "busy".
create or replace function coupons_take_stock(
    p_version bigint, p_day date, p_member bigint, p_slots bigint
) returns int language plpgsql as $$
declare v_slot int;
begin
    if p_day is not null then perform coupons_open_day(p_version, p_day); end if;
    update coupons_stockslot set remaining = remaining - 1
        where version_id = p_version and day is not distinct from p_day
            and slot = p_member % p_slots and remaining > 0
        returning slot into v_slot;
    if found then return v_slot; end if;
    update coupons_stockslot set remaining = remaining - 1 where id = (
        select id from coupons_stockslot
        where version_id = p_version and day is not distinct from p_day and remaining > 0
        limit 1 for no key update skip locked)
        returning slot into v_slot;
    if found then return v_slot; end if;
    if coupons_has_stock(p_version, p_day) then
        raise exception 'claim_busy' using errcode = 'SD503';
    elsif p_day is not null then
        raise exception 'coupon_sold_out_today' using errcode = 'SD409';
    end if;
    raise exception 'coupon_sold_out' using errcode = 'SD409';
end $$;

-- The slots of a day's stock are made by the first who claims on it; a stop that runs beside waits for
-- them, or they see it.
create or replace function coupons_open_day(p_version bigint, p_day date) returns void
language plpgsql as $$
declare v_version record;
begin
    if exists (select from coupons_stockslot where version_id = p_version and day = p_day) then
        return;
    end if;
    select state, slots, stock_per_day into strict v_version
        from coupons_templateversion where id = p_version for share;
    if v_version.state <> 'published' then
        raise exception 'claim_over' using errcode = 'SD409';
    end if;
    insert into coupons_stockslot (version_id, day, slot, capacity, remaining)
        select p_version, p_day, slot, part, part
        from coupons_parts(v_version.stock_per_day, v_version.slots)
        on conflict do nothing;
end $$;

-- A whole cut into so many nearly equal parts, the larger ones first.
create or replace function coupons_parts(p_whole bigint, p_slots bigint)
returns table (slot int, part bigint) language sql immutable as $$
    select slot, p_whole / p_slots + case when slot < p_whole % p_slots then 1 else 0 end
    from generate_series(0, p_slots::int - 1) slot
$$;
