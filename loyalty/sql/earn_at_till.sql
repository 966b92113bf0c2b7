-- The same as loyalty_earn for a till and a member that nobody has asked for yet: whether both may is asked
-- here. Back comes what loyalty_earn answers; `may_act` is false, and nothing is done, where one of them may not.
create or replace function loyalty_earn_at_till(
    p_till bigint, p_real_at timestamptz, p_member_id text, p_scope text, p_key text, p_terms bytea,
    p_merchant bigint, p_store bigint,
    p_receipt_no text, p_paid_fen bigint, p_paid_at timestamptz, p_source text, p_fingerprint bytea,
    p_merchant_terms bigint, p_points bigint, p_rate_points bigint, p_rate_per_fen bigint,
    p_price_milli_fen bigint, p_active_from timestamptz, p_expires_at timestamptz, p_fallback jsonb,
    p_transfer_id text, p_actor text, p_at timestamptz,
    out may_act boolean, out repeated boolean, out receipt bigint, out transfer bigint,
    out available bigint, out granted bigint, out repaid bigint, out waiting bigint, out review bigint
) language plpgsql as $$
#variable_conflict use_column
declare v_member bigint;
begin
    may_act := merchants_till_may_act(p_till, p_store, p_at, p_real_at);
    if not may_act then return; end if;
    select id into v_member from members_member where public_id = p_member_id and closed_at is null;
    may_act := found;
    if not may_act then return; end if;
    select posted.repeated, posted.receipt, posted.transfer, posted.available, posted.granted,
        posted.repaid, posted.waiting, posted.review
        into repeated, receipt, transfer, available, granted, repaid, waiting, review
        from loyalty_earn(
        p_scope, p_key, p_terms, v_member, p_merchant, p_store, p_receipt_no, p_paid_fen, p_paid_at,
        p_source, p_fingerprint, p_merchant_terms, p_points, p_rate_points, p_rate_per_fen,
        p_price_milli_fen, p_active_from, p_expires_at, p_fallback, p_transfer_id, p_actor, p_at) posted;
end $$;
