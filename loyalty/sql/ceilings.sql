-- Ceilings on earning: what a key or a merchant may grant without a person looking at it. All in points;
-- null is no ceiling. A day is Shanghai's, and the day of the posting counts, not that of the purchase.

-- The ceilings in force at a merchant at an instant: of the alliance's and the merchant's own the lower.
-- What stands here holds until the alliance sets rules (AlliancePolicyValues of values.py has the same).
create or replace function loyalty_ceilings(
    p_merchant bigint, p_at timestamptz,
    out receipt bigint, out member_day bigint, out key_day bigint, out merchant_day bigint,
    out two_from bigint
) language plpgsql stable as $$
begin
    -- In one question: it is asked at every receipt.
    select least(case when rules.id is null then 50000 else rules.receipt_ceiling_points end,
                 own.receipt_points),
           least(case when rules.id is null then 200000 else rules.member_day_ceiling_points end,
                 own.member_day_points),
           least(case when rules.id is null then 1000000 else rules.key_day_ceiling_points end,
                 own.key_day_points),
           least(case when rules.id is null then 3000000
                     else rules.merchant_day_ceiling_points end,
                 own.merchant_day_points),
           coalesce(rules.review_by_two_from_points, 500000)
        into receipt, member_day, key_day, merchant_day, two_from
        from (values (p_at)) asked (at)
        left join loyalty_alliancepolicy rules on rules.valid @> asked.at
        left join loyalty_merchantceilings own
            on own.merchant_id = p_merchant and own.valid @> asked.at;
end $$;

-- Count points of a receipt for the key's and the merchant's day, or say which ceilings they are above:
-- null, or {"above": [{"ceiling", "points"}, …], "needs_two"}. What waits is counted nowhere. The caller
-- holds the account's lock and counts for the member's day; what members share is locked last: the key's
-- slots, then the merchant's, each in the order of their numbers.
create or replace function loyalty_check_ceilings(
    p_account loyalty_pointsaccount, p_merchant bigint, p_actor text, p_points bigint,
    p_at timestamptz
) returns jsonb language plpgsql as $$
declare
    v_day date := (p_at at time zone 'Asia/Shanghai')::date;
    v_ceilings record := loyalty_ceilings(p_merchant, p_at);
    v_above jsonb;
begin
    if p_points > v_ceilings.receipt then
        v_above := jsonb_build_array(
            jsonb_build_object('ceiling', 'receipt', 'points', v_ceilings.receipt));
    elsif p_points > v_ceilings.member_day
            - (case when p_account.earned_on = v_day then p_account.earned_points else 0 end)
    then
        v_above := jsonb_build_array(
            jsonb_build_object('ceiling', 'member_day', 'points', v_ceilings.member_day));
    else
        v_above := loyalty_count_day_points(p_merchant, p_actor, v_day, p_account.member_id % 16,
                                        p_points, v_ceilings.key_day, v_ceilings.merchant_day);
    end if;
    if v_above is null then return null; end if;
    return jsonb_build_object('above', v_above, 'needs_two', p_points >= v_ceilings.two_from);
end $$;

-- Count points of a key's and a merchant's day, both or neither: null, or the ceilings they are above.
-- Nearly always each fits into the share of one slot. Else all slots are locked, looked at together and
-- filled evenly, so that no share is ever larger than its part of the ceiling: the sum of all slots never
-- passes it, however many tills post at once, and the last point of it can be granted.
create or replace function loyalty_count_day_points(
    p_merchant bigint, p_actor text, p_day date, p_slot bigint, p_points bigint,
    p_key_ceiling bigint, p_merchant_ceiling bigint
) returns jsonb language plpgsql as $$
declare
    v_key text := 'key ' || p_actor;
    v_merchant text := 'merchant ' || p_merchant;
    v_key_points bigint;
    v_merchant_points bigint;
    v_above jsonb := '[]';
    v_fits boolean;
begin
    if p_key_ceiling is null and p_merchant_ceiling is null then return null; end if;
    begin
        v_fits := true;
        if p_key_ceiling is not null then
            update loyalty_earningcounter set points = points + p_points
                where subject = v_key and day = p_day and slot = p_slot
                    and ceiling_points = p_key_ceiling and points + p_points
                        <= p_key_ceiling / 16 + (p_slot < p_key_ceiling % 16)::int;
            v_fits := found;
        end if;
        if v_fits and p_merchant_ceiling is not null then
            update loyalty_earningcounter set points = points + p_points
                where subject = v_merchant and day = p_day and slot = p_slot
                    and ceiling_points = p_merchant_ceiling and points + p_points
                        <= p_merchant_ceiling / 16 + (p_slot < p_merchant_ceiling % 16)::int;
            v_fits := found;
        end if;
        if v_fits then return null; end if;
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

-- All slots of a counter, made when they are missing and locked in their order; the points they hold.
create or replace function loyalty_lock_counter(p_subject text, p_day date)
returns bigint language plpgsql as $$
begin
    insert into loyalty_earningcounter (subject, day, slot, ceiling_points)
        select p_subject, p_day, slot, 0 from generate_series(0, 15) slot on conflict do nothing;
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
        set points = p_points / 16 + (slot < p_points % 16)::int, ceiling_points = p_ceiling
        where subject = p_subject and day = p_day;
end $$;

-- Take back what this very transaction counted too much; no more than that is ever taken back.
create or replace function loyalty_uncount_day_points(
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
