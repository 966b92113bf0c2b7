-- Book what one merchant owes another, once for each act, in the transaction of whatever caused it.
-- Negative fen take back. It is settled in the first cycle whose horizon and whose end it lies before.
create or replace function settlement_book(
    p_source text, p_reference text, p_payer bigint, p_payee bigint, p_fen bigint, p_at timestamptz
) returns void language plpgsql as $$
begin
    insert into settlement_booking (source, reference, payer_id, payee_id, fen, at)
        values (p_source, p_reference, p_payer, p_payee, p_fen, p_at);
end $$;

-- The bookings of a stretch, by the rule of settlement_movements. Said in two halves, of which each is
-- a range of its own: what happened since the last end, and what was booked late for before it.
create or replace function settlement_bookings(
    p_horizon xid8, p_end timestamptz, p_last_horizon xid8, p_last_end timestamptz
) returns table (
    booking bigint, at timestamptz, source text, reference text, payer bigint, payee bigint, fen bigint
) language sql stable parallel safe as $$
    select id, booking.at, booking.source, booking.reference, payer_id, payee_id, booking.fen
    from settlement_booking booking
    where xid < p_horizon and booking.at >= p_last_end and booking.at < p_end
    union all
    select id, booking.at, booking.source, booking.reference, payer_id, payee_id, booking.fen
    from settlement_booking booking
    where xid < p_horizon and booking.at < least(p_last_end, p_end)
        and (xid::text)::bigint >= (p_last_horizon::text)::bigint
$$;
