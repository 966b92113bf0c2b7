-- The slots of pools count reservations. Every function here locks the slots that it changes in the order of pools
-- and instants, before it changes the first one, so that no two wait for each other in a circle.

-- Take a place in each slot of a window, or in none: refused with the slots that are full or not there.
create or replace function parking_take_slots(
    p_pool bigint, p_starts_at timestamptz, p_ends_at timestamptz
) returns void language plpgsql as $$
declare
    v_wanted bigint := extract(epoch from p_ends_at - p_starts_at) / 900;
    v_taken bigint;
begin
    with locked as (
        select id from parking_poolslot
        where pool_id = p_pool and starts_at >= p_starts_at and starts_at < p_ends_at
        order by starts_at for no key update
    )
    update parking_poolslot slot set reserved = slot.reserved + 1
        from locked where slot.id = locked.id and slot.reserved < slot.capacity;
    get diagnostics v_taken = row_count;
    if v_taken <> v_wanted then
        raise exception 'reservation_full' using errcode = 'SD409';
    end if;
end $$;

-- Give back the place in each slot of a window. What a pool that became smaller has too many goes with it.
create or replace function parking_release_slots(
    p_pool bigint, p_starts_at timestamptz, p_ends_at timestamptz
) returns void language plpgsql as $$
begin
    with locked as (
        select id from parking_poolslot
        where pool_id = p_pool and starts_at >= p_starts_at and starts_at < p_ends_at
        order by starts_at for no key update
    )
    update parking_poolslot slot
        set reserved = slot.reserved - 1, capacity = slot.capacity - least(slot.over_by, 1),
            over_by = slot.over_by - least(slot.over_by, 1)
        from locked where slot.id = locked.id;
end $$;

-- From one window to another, also of another pool: what both have in common stays as it is.
create or replace function parking_move_slots(
    p_from_pool bigint, p_from_starts_at timestamptz, p_from_ends_at timestamptz,
    p_to_pool bigint, p_to_starts_at timestamptz, p_to_ends_at timestamptz
) returns void language plpgsql as $$
declare
    v_common tstzrange := case when p_from_pool = p_to_pool
        then tstzrange(p_from_starts_at, p_from_ends_at) * tstzrange(p_to_starts_at, p_to_ends_at)
        else 'empty' end;
    v_wanted bigint;
    v_taken bigint;
begin
    perform from parking_poolslot
        where pool_id = p_from_pool and starts_at >= p_from_starts_at and starts_at < p_from_ends_at
            or pool_id = p_to_pool and starts_at >= p_to_starts_at and starts_at < p_to_ends_at
        order by pool_id, starts_at for no key update;
    update parking_poolslot
        set reserved = reserved - 1, capacity = capacity - least(over_by, 1),
            over_by = over_by - least(over_by, 1)
        where pool_id = p_from_pool and starts_at >= p_from_starts_at and starts_at < p_from_ends_at
            and not v_common @> starts_at;
    v_wanted := extract(epoch from p_to_ends_at - p_to_starts_at) / 900;
    select count(*) into v_taken from parking_poolslot
        where pool_id = p_to_pool and v_common @> starts_at
            and starts_at >= p_to_starts_at and starts_at < p_to_ends_at;
    v_wanted := v_wanted - v_taken;
    update parking_poolslot set reserved = reserved + 1
        where pool_id = p_to_pool and starts_at >= p_to_starts_at and starts_at < p_to_ends_at
            and not v_common @> starts_at and reserved < capacity;
    get diagnostics v_taken = row_count;
    if v_taken <> v_wanted then
        raise exception 'reservation_full' using errcode = 'SD409';
    end if;
end $$;

-- The slots of a pool from an instant on have its reservable bays, and there is one for every quarter of an hour
-- until another instant. Where more is reserved already, the slot keeps what is reserved and says how much that is
-- too much. The pool's row makes a change of its bays wait, so both know the same number.
create or replace function parking_fit_slots(
    p_pool bigint, p_from timestamptz, p_until timestamptz
) returns bigint language plpgsql as $$
declare
    v_capacity int;
    v_made bigint;
begin
    select reservable_capacity into strict v_capacity from parking_pool
        where id = p_pool for no key update;
    perform from parking_poolslot where pool_id = p_pool and starts_at >= p_from
        order by starts_at for no key update;
    update parking_poolslot
        set capacity = greatest(reserved, v_capacity), over_by = greatest(reserved - v_capacity, 0)
        where pool_id = p_pool and starts_at >= p_from
            and (capacity - over_by) is distinct from v_capacity;
    insert into parking_poolslot (pool_id, starts_at, capacity, reserved, over_by)
        select p_pool, quarter, v_capacity, 0, 0
        from generate_series(p_from, p_until - interval '15 minutes', interval '15 minutes') quarter
        on conflict do nothing;
    get diagnostics v_made = row_count;
    return v_made;
end $$;

-- The next instant at which a slot begins, or this one if one does.
create or replace function parking_next_slot(p_at timestamptz) returns timestamptz
language sql immutable as $$
    select to_timestamp(ceil(extract(epoch from p_at) / 900) * 900)
$$;
