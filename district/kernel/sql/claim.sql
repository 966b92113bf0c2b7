-- Null for the first caller of a key; its answer for a twin; a refusal for other terms.
-- A twin of a running transaction waits in the insert until that one ends.
create or replace function kernel_claim(p_scope text, p_key text, p_terms bytea)
returns bigint language plpgsql as $$
declare v_idem kernel_idem;
begin
    insert into kernel_idem (scope, key, terms) values (p_scope, p_key, p_terms)
        on conflict do nothing;
    if found then return null; end if;
    select * into v_idem from kernel_idem where scope = p_scope and key = p_key;
    if v_idem.terms <> p_terms then
        raise exception 'idempotency_key_reused' using errcode = 'SD422';
    end if;
    return v_idem.result;
end $$;
