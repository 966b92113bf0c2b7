-- A shopper's filings come one after the other: each counts those that are open.
create or replace function complaints_lock_shopper(p_member bigint) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('complaints shopper', p_member))
$$;

-- The acts of a case come one after the other: each follows the event before.
create or replace function complaints_lock_case(p_case bigint) returns void language plpgsql as $$
begin
    perform from complaints_casefile where id = p_case for no key update;
end $$;
