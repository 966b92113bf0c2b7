-- Ceilings on earning: what a key or a merchant may grant without a person looking at it. All in points;
-- null is no ceiling. A day is Shanghai's, and the day of the posting counts, not that of the purchase.

-- The ceilings in force at a merchant at an instant: of the alliance's and the merchant's own the lower.
-- What stands here holds until the alliance sets rules (queries.RulesInForce says the same).
create or replace function loyalty_ceilings(
    p_merchant bigint, p_at timestamptz,
    out receipt bigint, out member_day bigint, out key_day bigint, out merchant_day bigint,
    out two_from bigint
) language plpgsql stable as $$
declare v_own loyalty_merchantceilings;
begin
    select receipt_ceiling_points, member_day_ceiling_points, key_day_ceiling_points,
           merchant_day_ceiling_points, review_by_two_from_points
        into receipt, member_day, key_day, merchant_day, two_from
        from loyalty_alliancerules where valid @> p_at;
    if not found then
        receipt := 50000; member_day := 200000; key_day := 1000000; merchant_day := 3000000;
        two_from := 500000;
    end if;
    select * into v_own from loyalty_merchantceilings
        where merchant_id = p_merchant and valid @> p_at;
    if found then
        receipt := least(receipt, v_own.receipt_points);
        member_day := least(member_day, v_own.member_day_points);
        key_day := least(key_day, v_own.key_day_points);
        merchant_day := least(merchant_day, v_own.merchant_day_points);
    end if;
end $$;

-- Count points of a receipt, or say which ceilings they are above: null, or an array of
-- {"ceiling", "points"}. The member's account comes back locked either way, and what members share is
-- locked last: the key's slots, then the merchant's, each in the order of their numbers.
create or replace function loyalty_take_ceilings(
    p_receipt_ceiling bigint, p_member_ceiling bigint, p_key_ceiling bigint,
    p_merchant_ceiling bigint,
    p_member bigint, p_merchant bigint, p_actor text, p_points bigint, p_at timestamptz
) returns jsonb language plpgsql as $$
declare
    v_day date := (p_at at time zone 'Asia/Shanghai')::date;
    v_above jsonb := '[]';
    v_counted boolean := false;
begin
    if p_points > p_receipt_ceiling then
        v_above := jsonb_build_array(
            jsonb_build_object('ceiling', 'receipt', 'points', p_receipt_ceiling));
    end if;
    if p_member_ceiling is null or v_above <> '[]' then
        perform loyalty_lock_account(p_member);
    else
        v_counted := loyalty_count_of_member(p_member, v_day, p_points, p_member_ceiling);
        if not v_counted then
            perform loyalty_lock_account(p_member);
            v_counted := loyalty_count_of_member(p_member, v_day, p_points, p_member_ceiling);
        end if;
        if not v_counted then
            v_above := jsonb_build_array(
                jsonb_build_object('ceiling', 'member_day', 'points', p_member_ceiling));
        end if;
    end if;
    -- What waits anyway is not counted anywhere.
    if v_above = '[]' then
        v_above := loyalty_count_of_day(p_merchant, p_actor, v_day, p_member % 4, p_points,
                                        p_key_ceiling, p_merchant_ceiling);
        if v_above is null then return null; end if;
        if v_counted then
            update loyalty_pointsaccount set earned_points = earned_points - p_points
                where member_id = p_member;
        end if;
    end if;
    return v_above;
end $$;

-- Count points of a member's day when they stay below the ceiling; locks the account when they do.
create or replace function loyalty_count_of_member(
    p_member bigint, p_day date, p_points bigint, p_ceiling bigint
) returns boolean language plpgsql as $$
begin
    update loyalty_pointsaccount
        set earned_points = case when earned_on = p_day then earned_points else 0 end + p_points,
            earned_on = p_day
        where member_id = p_member
            and case when earned_on = p_day then earned_points else 0 end + p_points <= p_ceiling;
    return found;
end $$;

-- Count points of a key's and a merchant's day, both or neither: null, or the ceilings they are above.
-- Nearly always each fits into the share of one slot. Else all slots are locked, looked at together and
-- filled evenly, so that no share is ever larger than its part of the ceiling: the sum of all slots never
-- passes it, however many tills post at once, and the last point of it can be granted.
create or replace function loyalty_count_of_day(
    p_merchant bigint, p_actor text, p_day date, p_slot bigint, p_points bigint,
    p_key_ceiling bigint, p_merchant_ceiling bigint
) returns jsonb language plpgsql as $$
declare
    v_key text := 'key ' || p_actor;
    v_merchant text := 'merchant ' || p_merchant;
    v_key_points bigint;
    v_merchant_points bigint;
    v_above jsonb := '[]';
begin
    if p_key_ceiling is null and p_merchant_ceiling is null then return null; end if;
    begin
        if (p_key_ceiling is null
                or loyalty_count_in_slot(v_key, p_day, p_slot, p_points, p_key_ceiling))
            and (p_merchant_ceiling is null
                or loyalty_count_in_slot(v_merchant, p_day, p_slot, p_points, p_merchant_ceiling))
        then
            return null;
        end if;
        -- A row that was waited for stays locked although its share is used up by then. Taken before the
        -- others, out of their order, it would block two of these for ever: give it back.
        raise exception 'too little in one slot' using errcode = 'SD001';
    exception when sqlstate 'SD001' then null;
    end;

    -- Counters only grow, so what is above by what was committed is above: without waiting for anybody.
    if p_key_ceiling < p_points + coalesce(
        (select sum(points) from loyalty_earningcounter where subject = v_key and day = p_day), 0)
    then
        return jsonb_build_array(jsonb_build_object('ceiling', 'key_day', 'points', p_key_ceiling));
    end if;
    if p_merchant_ceiling < p_points + coalesce(
        (select sum(points) from loyalty_earningcounter where subject = v_merchant and day = p_day), 0)
    then
        return jsonb_build_array(
            jsonb_build_object('ceiling', 'merchant_day', 'points', p_merchant_ceiling));
    end if;

    if p_key_ceiling is not null then
        v_key_points := loyalty_lock_counter(v_key, p_day) + p_points;
        if v_key_points > p_key_ceiling then
            v_above := v_above || jsonb_build_object('ceiling', 'key_day', 'points', p_key_ceiling);
        end if;
    end if;
    if p_merchant_ceiling is not null then
        v_merchant_points := loyalty_lock_counter(v_merchant, p_day) + p_points;
        if v_merchant_points > p_merchant_ceiling then
            v_above := v_above
                || jsonb_build_object('ceiling', 'merchant_day', 'points', p_merchant_ceiling);
        end if;
    end if;
    if v_above <> '[]' then return v_above; end if;
    perform loyalty_fill_counter(v_key, p_day, v_key_points, p_key_ceiling);
    perform loyalty_fill_counter(v_merchant, p_day, v_merchant_points, p_merchant_ceiling);
    return null;
end $$;

-- Count points in one slot when they stay within its share of this ceiling.
create or replace function loyalty_count_in_slot(
    p_subject text, p_day date, p_slot bigint, p_points bigint, p_ceiling bigint
) returns boolean language plpgsql as $$
begin
    update loyalty_earningcounter set points = points + p_points
        where subject = p_subject and day = p_day and slot = p_slot and ceiling_points = p_ceiling
            and points + p_points <= p_ceiling / 4 + (p_slot < p_ceiling % 4)::int;
    return found;
end $$;

-- All slots of a counter, made when they are missing and locked in their order; the points they hold.
create or replace function loyalty_lock_counter(p_subject text, p_day date)
returns bigint language plpgsql as $$
begin
    insert into loyalty_earningcounter (subject, day, slot, ceiling_points)
        select p_subject, p_day, slot, 0 from generate_series(0, 3) slot on conflict do nothing;
    perform from loyalty_earningcounter where subject = p_subject and day = p_day
        order by slot for no key update;
    return (select sum(points) from loyalty_earningcounter
            where subject = p_subject and day = p_day);
end $$;

-- Spread so many points evenly over the locked slots of a counter, by this ceiling.
create or replace function loyalty_fill_counter(
    p_subject text, p_day date, p_points bigint, p_ceiling bigint
) returns void language plpgsql as $$
begin
    if p_ceiling is null then return; end if;
    update loyalty_earningcounter
        set points = p_points / 4 + (slot < p_points % 4)::int, ceiling_points = p_ceiling
        where subject = p_subject and day = p_day;
end $$;

-- Take back what this very transaction counted too much; no more than that is ever taken back.
create or replace function loyalty_uncount_of_day(
    p_merchant bigint, p_actor text, p_day date, p_slot bigint, p_points bigint,
    p_key_ceiling bigint, p_merchant_ceiling bigint
) returns void language plpgsql as $$
declare v_subject text;
begin
    if p_points = 0 then return; end if;
    foreach v_subject in array array[
        case when p_key_ceiling is not null then 'key ' || p_actor end,
        case when p_merchant_ceiling is not null then 'merchant ' || p_merchant end]
    loop
        continue when v_subject is null;
        update loyalty_earningcounter set points = points - p_points
            where subject = v_subject and day = p_day and slot = p_slot and points >= p_points;
        -- Counted over all slots, which are locked since then.
        if not found then
            perform loyalty_fill_counter(v_subject, p_day, loyalty_lock_counter(v_subject, p_day)
                - p_points, case when v_subject like 'key %' then p_key_ceiling
                            else p_merchant_ceiling end);
        end if;
    end loop;
end $$;
