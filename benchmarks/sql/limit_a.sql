-- Limit A: what an earning costs at the least in a ledger that keeps a row for each thing: idempotency key,
-- account, receipt, transfer, lot and event, in tables with the columns and unique keys of ours and nothing else:
-- no CHECK, no trigger, no look-up, no secondary index, no ceiling, no second event.
create schema limit_a;
create table limit_a.idem (like kernel_idem including defaults, primary key (scope, key));
create table limit_a.account (like loyalty_pointsaccount including defaults, primary key (member_id))
    with (fillfactor = 70);
create table limit_a.receipt (like loyalty_receipt including defaults including identity, primary key (id),
                              unique (store_id, receipt_no, freed), unique (fingerprint));
create table limit_a.transfer (like loyalty_transfer including defaults including identity, primary key (id),
                               unique (public_id), unique (account_id, seq));
create table limit_a.lot (like loyalty_lot including defaults, primary key (transfer_id));
create table limit_a.event (like kernel_outboxrow including defaults including identity, primary key (id));

create function limit_a.earn(
    p_scope text, p_key text, p_terms bytea, p_member bigint, p_merchant bigint, p_store bigint,
    p_receipt_no text, p_paid_fen bigint, p_paid_at timestamptz, p_source text, p_fingerprint bytea,
    p_merchant_terms bigint, p_points bigint, p_rate_points bigint, p_rate_per_fen bigint,
    p_price_milli_fen bigint, p_active_from timestamptz, p_expires_at timestamptz,
    p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint[] language plpgsql as $$
declare
    v_receipt bigint := nextval('limit_a.receipt_id_seq');
    v_transfer bigint := nextval('limit_a.transfer_id_seq');
    v_seq bigint;
    v_available bigint;
begin
    insert into limit_a.idem (scope, key, terms, result)
        values (p_scope, p_key, p_terms, v_receipt) on conflict do nothing;
    if not found then return null; end if;
    update limit_a.account set available = available + p_points, seq = seq + 1,
            next_due = least(next_due, p_expires_at)
        where member_id = p_member returning seq, available into v_seq, v_available;
    insert into limit_a.receipt (id, account_id, merchant_id, store_id, receipt_no, paid_fen, granted, terms_id,
                                 rate_points, rate_per_fen, issuer_id, fingerprint, transfer_id, source, actor,
                                 paid_at, at)
        values (v_receipt, p_member, p_merchant, p_store, p_receipt_no, p_paid_fen, p_points, p_merchant_terms,
                p_rate_points, p_rate_per_fen, p_merchant, p_fingerprint, v_transfer, p_source, p_actor,
                p_paid_at, p_at);
    insert into limit_a.transfer (id, public_id, kind, account_id, seq, source, target, points, available_after,
                                  merchant_id, store_id, reference, actor, at)
        values (v_transfer, p_transfer_id, 'earn', p_member, v_seq, 'issued', 'available', p_points, v_available,
                p_merchant, p_store, p_receipt_no, p_actor, p_at);
    insert into limit_a.lot (account_id, issuer_id, transfer_id, granted, remaining, price_milli_fen,
                             active_from, expires_at)
        values (p_member, p_merchant, v_transfer, p_points, p_points, p_price_milli_fen, p_active_from,
                p_expires_at);
    insert into limit_a.event (name, payload) values ('PointsEarned', jsonb_build_object(
        'transfer', v_transfer, 'receipt', v_receipt, 'member', p_member, 'merchant', p_merchant,
        'store', p_store, 'points', p_points));
    return array[v_receipt, v_transfer, v_seq, v_available];
end $$;

insert into limit_a.account (member_id) select i from generate_series(1, {members}) i;
analyze limit_a.account;
