-- Reserve the most a coupon may cost: in the member's own slot, else in any with enough that nobody
-- holds just now. What it costs less goes back to that slot when it is redeemed or ends.
create or replace function coupons_take_budget(
    p_version bigint, p_member bigint, p_slots bigint, p_fen bigint
) returns int language plpgsql as $$
declare v_slot int;
begin
    update coupons_budgetslot set remaining_fen = remaining_fen - p_fen
        where version_id = p_version and slot = p_member % p_slots and remaining_fen >= p_fen
        returning slot into v_slot;
    if found then return v_slot; end if;
    update coupons_budgetslot set remaining_fen = remaining_fen - p_fen where id = (
        select id from coupons_budgetslot where version_id = p_version and remaining_fen >= p_fen
        limit 1 for no key update skip locked)
        returning slot into v_slot;
    if found then return v_slot; end if;
    if exists (select from coupons_budgetslot where version_id = p_version and remaining_fen >= p_fen)
    then
        raise exception 'claim_busy' using errcode = 'SD503';
    end if;
    if (select coalesce(sum(remaining_fen), 0) from coupons_budgetslot where version_id = p_version)
        >= p_fen
    then
        -- Enough in all, but in no slot: brought together, which the loser of a race tries again.
        return coupons_gather_budget(p_version, p_fen);
    end if;
    raise exception 'budget_used_up' using errcode = 'SD409';
end $$;

-- Move what the slots still hold into the fullest one and reserve there; slots in order.
create or replace function coupons_gather_budget(p_version bigint, p_fen bigint) returns int
language plpgsql as $$
declare
    v_slot int;
    v_sum bigint;
begin
    perform from coupons_budgetslot where version_id = p_version order by slot for no key update;
    select slot into v_slot from coupons_budgetslot where version_id = p_version
        order by remaining_fen desc, slot limit 1;
    select sum(remaining_fen) into v_sum from coupons_budgetslot where version_id = p_version;
    if v_sum < p_fen then
        raise exception 'budget_used_up' using errcode = 'SD409';
    end if;
    -- Capacity moves along, so that each slot still tells what was taken from it.
    update coupons_budgetslot set
        capacity_fen = capacity_fen + case when slot = v_slot then v_sum - remaining_fen
                                           else -remaining_fen end,
        remaining_fen = case when slot = v_slot then v_sum - p_fen else 0 end
        where version_id = p_version;
    return v_slot;
end $$;

-- Put fen of reservations back, or take more (below zero) for what costs more than was reserved; the
-- changes are [version, slot, fen], and slots are locked in order.
create or replace function coupons_settle_budget(p_changes jsonb) returns void language plpgsql as $$
declare v_change record;
begin
    for v_change in
        select (change ->> 0)::bigint as version, (change ->> 1)::int as slot,
            sum((change ->> 2)::bigint) as fen
        from jsonb_array_elements(p_changes) change group by 1, 2 order by 1, 2
    loop
        continue when v_change.fen = 0;
        update coupons_budgetslot set remaining_fen = remaining_fen + v_change.fen
            where version_id = v_change.version and slot = v_change.slot
                and remaining_fen + v_change.fen >= 0;
        if not found then
            raise exception 'coupon_budget_used_up' using errcode = 'SD409';
        end if;
    end loop;
end $$;
