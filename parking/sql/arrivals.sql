-- A car came in time and its entry was reported after the place had been given up. The place is taken back where every
-- slot of it is still free, the member still has the plate and nothing else of it or of the bay overlaps; else the
-- reservation is completed without it, and the car stands there like one without a reservation. Back comes the state,
-- null where it was no no-show. The plate is not removed meanwhile: both are done under the member's lock.
create or replace function parking_undo_no_show(
    p_reservation bigint, p_stay bigint, p_arrived_at timestamptz, p_at timestamptz
) returns text language plpgsql as $$
declare v_row parking_reservation;
begin
    perform parking_lock_member(member_id) from parking_reservation where id = p_reservation;
    select * into v_row from parking_reservation
        where id = p_reservation and state = 'no_show' for no key update;
    if not found then return null; end if;
    begin
        if exists (select from parking_vehicle where id = v_row.vehicle_id and removed_at is not null) then
            raise exception 'vehicle_removed' using errcode = 'SD409';
        end if;
        update parking_reservation
            set state = 'arrived', arrived_at = p_arrived_at, ended_at = null, stay_id = p_stay,
                holds_until = ends_at
            where id = p_reservation;
        if v_row.holds_until < v_row.ends_at then
            perform parking_take_slots(v_row.pool_id, v_row.holds_until, v_row.ends_at);
        end if;
        return 'arrived';
    exception when sqlstate 'SD409' or exclusion_violation then
        update parking_reservation
            set state = 'completed', arrived_at = p_arrived_at, ended_at = p_at, stay_id = p_stay
            where id = p_reservation;
        return 'completed';
    end;
end $$;

-- Who reserved a place in which a car stands whose own reservation is over: the bay, or the pool where it is known to
-- be full and not yet so many were displaced as cars stand there too long. How many reservations that is true of from now on.
create or replace function parking_note_displaced(p_at timestamptz) returns bigint language plpgsql as $$
declare
    v_row record;
    v_stay bigint;
    v_count bigint := 0;
begin
    for v_row in
        select due.id, due.pool_id, due.bay_id from parking_reservation due
        left join (parking_liveoccupancy live
                   join parking_occupancyfeed feed on feed.id = live.feed_id
                       and live.measured_at >= p_at - feed.stale_minutes * interval '1 minute')
            on live.pool_id = due.pool_id
        where due.state = 'confirmed' and due.starts_at <= p_at and due.late_until > p_at
            and due.displaced_by_id is null
            and (due.bay_id is not null or live.occupied >= live.capacity)
        order by due.id for no key update of due skip locked
    loop
        select overstay.stay_id into v_stay from parking_reservation overstay
            join parking_stay stay on stay.id = overstay.stay_id and stay.state = 'open'
            where overstay.state = 'completed' and overstay.ends_at <= p_at
                -- Its car may have a place of its own after that.
                and not exists (select from parking_reservation own
                                where own.stay_id = overstay.stay_id and own.state = 'arrived')
                and overstay.pool_id = v_row.pool_id
                and overstay.bay_id is not distinct from v_row.bay_id
                and not exists (select from parking_reservation other
                                where other.displaced_by_id = overstay.stay_id
                                    and other.starts_at > p_at - interval '1 day')
            order by overstay.ends_at, overstay.id limit 1;
        if v_stay is not null then
            update parking_reservation set displaced_by_id = v_stay where id = v_row.id;
            v_count := v_count + 1;
        end if;
    end loop;
    return v_count;
end $$;
