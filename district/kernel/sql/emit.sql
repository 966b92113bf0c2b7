-- Record facts of one name in the outbox; they are delivered only if the transaction commits. The payload of a
-- fact has the fields of the event class of that name (`events.py` of the app).
create or replace function kernel_emit(p_name text, variadic p_payloads jsonb[])
returns void language plpgsql as $$
begin
    insert into kernel_outboxrow (name, payload) select p_name, unnest(p_payloads);
end $$;
