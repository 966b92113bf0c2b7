create or replace function settlement_book(p_source text, p_reference text, p_payer bigint, p_payee bigint, p_fen bigint, p_at timestamptz) returns void language sql as $$ select $$;
