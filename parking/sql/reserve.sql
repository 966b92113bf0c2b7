-- What plates and reservations of a member are changed by, one at a time: the limits of a member and the
-- plate's removal are asked under it. A lock of its own, because the member's row is another app's.
create or replace function parking_lock_member(p_member bigint) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('parking member', p_member))
$$;

-- Reserve a place, exactly once per key. Slots, which many want, are taken last: their locks live only until the
-- commit. Who would overlap with another reservation of the plate has found out by then.
-- Back comes the reservation's number, and whether an earlier call of the same key made it.
create or replace function parking_reserve(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_vehicle bigint, p_plate_key bigint, p_pool bigint, p_bay bigint,
    p_public_id text, p_starts_at timestamptz, p_ends_at timestamptz, p_state text,
    p_hold_expires_at timestamptz, p_free_cancel_until timestamptz, p_admitted_from timestamptz,
    p_late_until timestamptz, p_deposit_fen bigint, p_most_open bigint, p_at timestamptz,
    out reservation bigint, out repeated boolean
) language plpgsql as $$
declare v_earlier bigint;
begin
    reservation := nextval('parking_reservation_id_seq');
    v_earlier := kernel_claim(p_scope, p_key, p_terms, reservation);
    repeated := v_earlier is not null;
    if repeated then
        reservation := v_earlier;
        return;
    end if;
    perform parking_lock_member(p_member);
    if not exists (select from parking_vehicle
                   where id = p_vehicle and member_id = p_member and removed_at is null) then
        raise exception 'vehicle_removed' using errcode = 'SD409';
    end if;
    if exists (select from parking_arrears
               where member_id = p_member and state = 'open' and due_at <= p_at) then
        raise exception 'parking_arrears_unpaid' using errcode = 'SD409';
    end if;
    if (select count(*) from parking_reservation
        where member_id = p_member and state in ('held', 'confirmed', 'arrived')) >= p_most_open then
        raise exception 'too_many_reservations' using errcode = 'SD409',
            detail = jsonb_build_object('most', p_most_open);
    end if;
    if p_bay is not null then
        -- Two who want the same bay come one after the other, or each would wait for the other's row.
        perform from parking_bay where id = p_bay for no key update;
    end if;
    insert into parking_reservation (id, public_id, member_id, vehicle_id, plate_key, pool_id, bay_id,
                                     starts_at, ends_at, holds_until, state, hold_expires_at,
                                     free_cancel_until, admitted_from, late_until, deposit_fen,
                                     created_at)
        values (reservation, p_public_id, p_member, p_vehicle, p_plate_key, p_pool, p_bay,
                p_starts_at, p_ends_at, p_ends_at, p_state, p_hold_expires_at,
                p_free_cancel_until, p_admitted_from, p_late_until, p_deposit_fen, p_at);
    perform parking_take_slots(p_pool, p_starts_at, p_ends_at);
end $$;

-- End a reservation that is in one of these states, and give back the slots that have not begun; null and nothing
-- happens where it is in another one: of many who end it at once, one does.
create or replace function parking_end_reservation(
    p_reservation bigint, p_from_states text[], p_state text, p_reason text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_row parking_reservation;
    v_until timestamptz;
begin
    select * into v_row from parking_reservation
        where id = p_reservation and state = any(p_from_states) for no key update;
    if not found then return null; end if;
    v_until := greatest(v_row.starts_at, least(v_row.holds_until, parking_next_slot(p_at)));
    update parking_reservation
        set state = p_state, reason = p_reason, ended_at = p_at, holds_until = v_until
        where id = p_reservation;
    perform parking_release_slots(v_row.pool_id, v_until, v_row.holds_until);
    return p_reservation;
end $$;

-- Another window or another pool for a reservation for which nobody has come yet; the same ones change nothing. A
-- numbered bay stays promised in its pool, or the change is refused. In whose place another car stood does not matter.
create or replace function parking_change_reservation(
    p_member bigint, p_reservation bigint, p_pool bigint, p_starts_at timestamptz, p_ends_at timestamptz,
    p_free_cancel_until timestamptz, p_admitted_from timestamptz, p_late_until timestamptz
) returns bigint language plpgsql as $$
declare
    v_row parking_reservation;
    v_bay bigint;
begin
    perform parking_lock_member(p_member);
    select * into v_row from parking_reservation
        where id = p_reservation and state in ('held', 'confirmed') for no key update;
    if not found then return null; end if;
    if (v_row.pool_id, v_row.starts_at, v_row.ends_at) = (p_pool, p_starts_at, p_ends_at) then
        return p_reservation;
    end if;
    if v_row.pool_id = p_pool and v_row.bay_id is not null then
        -- As in parking_reserve: two who want the same bay come one after the other.
        select id into v_bay from parking_bay where id = v_row.bay_id for no key update;
    end if;
    update parking_reservation
        set pool_id = p_pool, starts_at = p_starts_at, ends_at = p_ends_at, holds_until = p_ends_at,
            bay_id = v_bay, free_cancel_until = p_free_cancel_until,
            admitted_from = p_admitted_from, late_until = p_late_until, displaced_by_id = null
        where id = p_reservation;
    perform parking_move_slots(v_row.pool_id, v_row.starts_at, v_row.holds_until,
                               p_pool, p_starts_at, p_ends_at);
    return p_reservation;
end $$;

-- The same place in another pool, because the car park cannot keep its promise: the old reservation ends, and a
-- confirmed one of the same window, with its deposit, takes its place. It waits as long from now on as it would have
-- waited from its beginning.
create or replace function parking_relocate(
    p_member bigint, p_reservation bigint, p_pool bigint, p_public_id text, p_reason text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_row parking_reservation;
    v_new bigint := nextval('parking_reservation_id_seq');
begin
    perform parking_lock_member(p_member);
    select * into v_row from parking_reservation
        where id = p_reservation and state = 'confirmed' for no key update;
    if not found then return null; end if;
    update parking_reservation
        set state = 'relocated', reason = p_reason, ended_at = p_at, holds_until = starts_at
        where id = p_reservation;
    insert into parking_reservation (id, public_id, member_id, vehicle_id, plate_key, pool_id,
                                     starts_at, ends_at, holds_until, state, free_cancel_until,
                                     admitted_from, late_until, deposit_fen, order_id,
                                     relocated_from_id, created_at)
        values (v_new, p_public_id, v_row.member_id, v_row.vehicle_id, v_row.plate_key, p_pool,
                v_row.starts_at, v_row.ends_at, v_row.ends_at, 'confirmed', v_row.starts_at,
                v_row.admitted_from,
                least(v_row.ends_at, greatest(v_row.late_until, p_at + (v_row.late_until - v_row.starts_at))),
                v_row.deposit_fen, v_row.order_id,
                p_reservation, p_at);
    perform parking_move_slots(v_row.pool_id, v_row.starts_at, v_row.holds_until,
                               p_pool, v_row.starts_at, v_row.ends_at);
    return v_new;
end $$;

-- End the next hold whose time is over, or the next place for which nobody came, of one pool or of all; what has ended
-- and how, nothing when none is due. Whose place another car stood in is
-- no no-show. One a transaction: the slots of several would not be locked in one order. `p_without` are left alone.
create or replace function parking_end_next_due(
    p_pool bigint, p_at timestamptz, p_without bigint[], out reservation bigint, out state text
) language plpgsql as $$
declare v_due record;
begin
    select due.id, due.state, due.displaced_by_id into v_due from parking_reservation due
        where (due.state = 'held' and due.hold_expires_at <= p_at
               or due.state = 'confirmed' and due.late_until <= p_at)
            and (p_pool is null or due.pool_id = p_pool)
            and due.id <> all(p_without)
        order by due.id limit 1 for no key update skip locked;
    if not found then return; end if;
    state := case when v_due.state = 'held' then 'expired'
        when v_due.displaced_by_id is not null then 'cancelled' else 'no_show' end;
    reservation := parking_end_reservation(
        v_due.id, array[v_due.state], state,
        case state when 'cancelled' then '车位被超时车辆占用' else '' end, p_at);
end $$;
