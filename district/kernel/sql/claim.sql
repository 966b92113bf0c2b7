-- Null for the first caller of a key; its answer for a twin; a refusal for other terms.
-- A twin of a running transaction waits in the insert until that one ends. Who knows the answer
-- already (a number taken from a sequence) gives it here and saves the second write, with its kind where
-- the act may come to different things.
create or replace function kernel_claim(
    p_scope text, p_key text, p_terms bytea, p_result bigint default null, p_kind text default ''
) returns bigint language plpgsql as $$
declare v_idem kernel_idem;
begin
    insert into kernel_idem (scope, key, terms, result, kind)
        values (p_scope, p_key, p_terms, p_result, p_kind)
        on conflict do nothing;
    if found then return null; end if;
    select * into strict v_idem from kernel_idem where scope = p_scope and key = p_key;
    if v_idem.terms <> p_terms then
        raise exception 'idempotency_key_reused' using errcode = 'SD422';
    end if;
    if v_idem.result is null then
        -- Null would say "you are the first" to somebody who is not.
        raise exception 'key % of % was claimed before and never answered', p_key, p_scope;
    end if;
    return v_idem.result;
end $$;
