-- Takes readings of a feed: each on the row of its pool, which orders readings that come at once, so that the
-- latest by its own instant stands, in whatever order they arrive. Rows are locked in the order of pools, so two
-- reports never wait for each other in a circle. A reading: {"place", "pool", "occupied", "capacity", "measured_at"}.
create or replace function parking_record_readings(
    p_feed bigint, p_readings jsonb, p_at timestamptz, p_latest timestamptz
) returns table (place int, outcome text) language plpgsql as $$
declare
    reading record;
    live parking_liveoccupancy;
begin
    for reading in
        select sent.place, sent.occupied, sent.measured_at, pool.id as pool_id,
            sent.capacity as sent_capacity,
            coalesce(sent.capacity, pool.capacity) as capacity
        from jsonb_to_recordset(p_readings) sent
            (place int, pool text, occupied int, capacity int, measured_at timestamptz)
        left join (select pool.* from parking_pool pool
                   join parking_carpark car_park on car_park.id = pool.car_park_id
                   where car_park.feed_id = p_feed) pool on pool.public_id = sent.pool
        order by pool.id, sent.measured_at, sent.place
    loop
        place := reading.place;
        if reading.pool_id is null then
            outcome := 'unknown_pool';
            return next;
            continue;
        end if;
        select * into strict live from parking_liveoccupancy
            where pool_id = reading.pool_id for no key update;
        if reading.measured_at > p_latest then
            outcome := 'future';
        elsif live.measured_at is null or reading.measured_at > live.measured_at then
            insert into parking_occupancyreading
                (pool_id, feed_id, measured_at, received_at, occupied, capacity, is_clamped)
            values (reading.pool_id, p_feed, reading.measured_at, p_at, reading.occupied,
                reading.capacity, reading.occupied > reading.capacity);
            update parking_liveoccupancy
            set feed_id = p_feed, measured_at = reading.measured_at, received_at = p_at,
                occupied = reading.occupied, capacity = reading.capacity,
                is_clamped = reading.occupied > reading.capacity
            where pool_id = reading.pool_id;
            outcome := 'accepted';
        elsif exists (select from parking_occupancyreading earlier
                      where earlier.pool_id = reading.pool_id
                          and earlier.measured_at = reading.measured_at
                          and earlier.occupied = reading.occupied
                          and earlier.capacity =
                              coalesce(reading.sent_capacity, earlier.capacity)) then
            outcome := 'repeated';
        elsif reading.measured_at = live.measured_at then
            outcome := 'conflict';
        else
            outcome := 'older';
        end if;
        return next;
    end loop;
end $$;
