-- Change the size of a budget from what it was thought to be; less than what is reserved and spent it
-- cannot be. More is spread evenly; less is taken from the fullest slots first. Slots in order, as always.
create or replace function coupons_resize_budget(p_version bigint, p_from bigint, p_to bigint)
returns void language plpgsql as $$
declare
    v_capacity bigint;
    v_slots bigint;
    v_left bigint := p_from - p_to;
    v_slot coupons_budgetslot;
    v_part bigint;
begin
    perform from coupons_budgetslot where version_id = p_version order by slot for no key update;
    select sum(capacity_fen), count(*) into v_capacity, v_slots
        from coupons_budgetslot where version_id = p_version;
    if v_capacity is distinct from p_from then
        raise exception 'coupon_budget_changed' using errcode = 'SD409',
            detail = jsonb_build_object('budget_fen', v_capacity);
    end if;
    if p_to >= p_from then
        update coupons_budgetslot budget
            set capacity_fen = capacity_fen + parts.part, remaining_fen = remaining_fen + parts.part
            from coupons_parts(p_to - p_from, v_slots) parts
            where version_id = p_version and budget.slot = parts.slot;
        return;
    end if;
    for v_slot in select * from coupons_budgetslot where version_id = p_version
        order by remaining_fen desc, slot
    loop
        v_part := least(v_left, v_slot.remaining_fen);
        update coupons_budgetslot
            set capacity_fen = capacity_fen - v_part, remaining_fen = remaining_fen - v_part
            where id = v_slot.id;
        v_left := v_left - v_part;
    end loop;
    if v_left > 0 then
        raise exception 'coupon_budget_taken' using errcode = 'SD409',
            detail = jsonb_build_object('taken_fen', p_to + v_left);
    end if;
end $$;

-- Write down which budgets of published versions ran low, by the share their version says, or hold less
-- than one more coupon may cost; each once per refill. How many were new.
create or replace function coupons_watch_budgets(p_at timestamptz) returns bigint
language sql as $$
    with level as (
        select version.id as version, coalesce(change.refill, 0) as refill, budget.left_fen,
            budget.whole_fen,
            budget.left_fen < case when version.kind = 'percent_off' then version.cap_fen
                                   else version.face_fen end
                * case when version.partial then 1 else version.uses end as used_up,
            budget.left_fen * 100 < budget.whole_fen * version.budget_warn_percent as low
        from coupons_templateversion version
        cross join lateral (
            select sum(remaining_fen)::bigint as left_fen, sum(capacity_fen)::bigint as whole_fen
            from coupons_budgetslot where version_id = version.id) budget
        left join lateral (
            select max(id) as refill from coupons_budgetchange
            where version_id = version.id and state = 'approved' and to_fen > from_fen) change on true
        where version.state = 'published' and version.budget_fen is not null
            and version.claim_until > p_at and version.budget_warn_percent > 0
    ), warned as (
        insert into coupons_budgetwarning (version_id, refill, level, left_fen, at)
            select version, refill, 'used_up', left_fen, p_at from level where used_up
            union all
            select version, refill, 'low', left_fen, p_at from level where low and not used_up
            on conflict (version_id, refill, level) do nothing
            returning version_id, level, left_fen
    )
    select count(kernel_emit('CouponBudgetLow', jsonb_build_object(
            'version', warned.version_id, 'left_fen', warned.left_fen,
            'budget_fen', level.whole_fen, 'used_up', warned.level = 'used_up')))
        from warned join level on level.version = warned.version_id
$$;
