-- What a version has of stock and budget, cut into slots, when it is published.
create or replace function coupons_open_stock(p_version bigint) returns void language plpgsql as $$
declare v_version coupons_templateversion;
begin
    select * into strict v_version from coupons_templateversion where id = p_version;
    insert into coupons_stockslot (version_id, day, slot, capacity, remaining)
        select p_version, null, slot, part, part
        from coupons_parts(v_version.stock, v_version.slots) where v_version.stock is not null;
    insert into coupons_budgetslot (version_id, slot, capacity_fen, remaining_fen)
        select p_version, slot, part, part
        from coupons_parts(v_version.budget_fen, v_version.slots)
        where v_version.budget_fen is not null;
end $$;

-- What nobody has taken is no longer given out; slots in order, budget before stock, as a claim does.
-- Days nobody has claimed on get no slots any more, because the version is no longer published.
create or replace function coupons_close_stock(p_version bigint) returns bigint language plpgsql as $$
declare v_budget bigint;
begin
    perform from coupons_budgetslot where version_id = p_version order by slot for no key update;
    select coalesce(sum(remaining_fen), 0) into v_budget from coupons_budgetslot
        where version_id = p_version;
    update coupons_budgetslot set capacity_fen = capacity_fen - remaining_fen, remaining_fen = 0
        where version_id = p_version;
    perform from coupons_stockslot where version_id = p_version
        order by day nulls last, slot for no key update;
    update coupons_stockslot set capacity = capacity - remaining, remaining = 0
        where version_id = p_version;
    return v_budget;
end $$;

-- Change the size of a stock from what it was thought to be; less than what is given out it cannot be.
create or replace function coupons_resize_stock(p_version bigint, p_from bigint, p_to bigint)
returns void language plpgsql as $$
declare
    v_capacity bigint;
    v_left bigint := abs(p_to - p_from);
    v_slot coupons_stockslot;
    v_slots bigint;
    v_part bigint;
begin
    perform from coupons_stockslot where version_id = p_version and day is null
        order by slot for no key update;
    select sum(capacity), count(*) into v_capacity, v_slots from coupons_stockslot
        where version_id = p_version and day is null;
    if v_capacity is distinct from p_from then
        raise exception 'coupon_stock_changed' using errcode = 'SD409',
            detail = jsonb_build_object('stock', v_capacity);
    end if;
    if p_to >= p_from then
        update coupons_stockslot stock
            set capacity = capacity + parts.part, remaining = remaining + parts.part
            from coupons_parts(p_to - p_from, v_slots) parts
            where version_id = p_version and day is null and stock.slot = parts.slot;
        return;
    end if;
    for v_slot in select * from coupons_stockslot where version_id = p_version and day is null
        order by remaining desc, slot
    loop
        v_part := least(v_left, v_slot.remaining);
        update coupons_stockslot set capacity = capacity - v_part, remaining = remaining - v_part
            where id = v_slot.id;
        v_left := v_left - v_part;
    end loop;
    if v_left > 0 then
        raise exception 'coupon_stock_given_out' using errcode = 'SD409',
            detail = jsonb_build_object('given', v_capacity - (abs(p_to - p_from) - v_left));
    end if;
end $$;
