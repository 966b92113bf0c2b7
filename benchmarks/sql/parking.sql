-- Each member reserves once; where the scale has fewer members than a run needs, there are some more.
insert into members_user (id, password, is_superuser, kind, username, name, is_staff, is_active, date_joined)
    overriding system value
    select i, '!', false, 'shopper', 'bench' || i, '', false, true, now()
    from generate_series({members} + 1, :reservers) i;
insert into members_member (id, public_id, user_id, user_kind, nickname, card_id, joined_at)
    overriding system value
    select i, 'mem_' || lpad(i::text, 22, '0'), i, 'shopper', '', int8send(i), '2020-01-01'
    from generate_series({members} + 1, :reservers) i;
insert into members_shoppersession (token_hash, member_id, created_at, expires_at, last_used_at)
    select sha256(('sht_' || lpad(i::text, 43, '0'))::bytea), i, now(), now() + interval '30 days',
           now() + interval '1 day'
    from generate_series({members} + 1, :reservers) i;

-- A car park of which a hundred thousand places are reserved ahead, and a plate of each member: volume, not behaviour.
-- Ids are given, so that a load generator knows every row without asking. The bare function: below.
insert into parking_carpark (id, public_id, merchant_id, venue_id, name, name_key, search_key, address,
                             coordinate_system, round_the_clock, operator_name, fee_note, source,
                             original_uid, exit_grace_minutes, collects_arrears, state)
    overriding system value
    values (1, 'cpk_' || lpad('1', 22, '0'), 1, 1, 'P', 'p', 'p', '', 'gcj02', true, '', '', '', '', 15,
            false, 'open');
insert into parking_pool (id, public_id, car_park_id, bay_class, capacity, reservable_capacity)
    overriding system value
    values (1, 'pol_' || lpad('1', 22, '0'), 1, 'standard', 100000, 100000);
insert into parking_liveoccupancy (pool_id, occupied, capacity, is_clamped) values (1, 0, 0, false);
insert into parking_reservationpolicy (car_park_id, deposit_fen, hold_minutes, early_minutes, late_minutes,
                                       free_cancel_minutes, longest_minutes, days_ahead)
    values (1, 0, 10, 30, 30, 30, 720, 14);
insert into parking_vehicle (id, public_id, member_id, plate_hash, plate_sealed, colour, kind, is_default,
                             registered_at)
    overriding system value
    select i, 'veh_' || lpad(i::text, 22, '0'), i, sha256(('plate' || i)::bytea), '\x00', 'blue', 'standard',
           true, '2020-01-01'
    from generate_series(1, :reservers) i;
select parking_fit_slots(1, to_timestamp(floor(extract(epoch from now()) / 900) * 900),
                         to_timestamp(floor(extract(epoch from now()) / 900) * 900) + interval '31 days');

-- The least that a reservation can be on our tables: the row, and one more in each slot of its window, locked in
-- their order and held back by the CHECK. It asks nothing of the member, knows no key and no terms.
create function bare_reserve(
    p_member bigint, p_plate_key bigint, p_public_id text, p_starts_at timestamptz, p_ends_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_reservation bigint;
    v_taken bigint;
begin
    insert into parking_reservation (public_id, member_id, vehicle_id, plate_key, pool_id, starts_at, ends_at,
                                     holds_until, state, free_cancel_until, admitted_from, late_until,
                                     deposit_fen, created_at)
        values (p_public_id, p_member, p_member, p_plate_key, 1, p_starts_at, p_ends_at, p_ends_at,
                'confirmed', p_starts_at, p_starts_at, p_ends_at, 0, now())
        returning id into v_reservation;
    with locked as (
        select id from parking_poolslot
        where pool_id = 1 and starts_at >= p_starts_at and starts_at < p_ends_at
        order by starts_at for no key update
    )
    update parking_poolslot slot set reserved = slot.reserved + 1 from locked where slot.id = locked.id;
    get diagnostics v_taken = row_count;
    if v_taken * 900 <> extract(epoch from p_ends_at - p_starts_at) then
        raise exception 'no such slots';
    end if;
    return v_reservation;
end $$;
