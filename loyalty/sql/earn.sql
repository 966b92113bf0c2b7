-- Post a receipt and what it earned, exactly once per key and once per store and number. Policy (how
-- many points, until when) is the caller's. Back come the numbers of the receipt and its transfer,
-- the line of the statement and the balance, so that nobody need read what was just written; of a
-- receipt that an earlier call of the same key posted, only its number.
create or replace function loyalty_earn(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_merchant bigint, p_store bigint,
    p_receipt_no text, p_paid_fen bigint, p_paid_at timestamptz,
    p_merchant_terms bigint, p_points bigint, p_price_milli_fen bigint, p_expires_at timestamptz,
    p_transfer_id text, p_source text, p_actor text, p_at timestamptz
) returns bigint[] language plpgsql as $$
declare
    v_receipt bigint := nextval('loyalty_receipt_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_receipt);
    v_account loyalty_pointsaccount;
    v_transfer bigint;
begin
    if v_earlier is not null then return array[v_earlier]; end if;

    if p_points > 0 then
        v_account := loyalty_move(p_member, p_points, p_at);
        v_transfer := nextval('loyalty_transfer_id_seq');
        insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                      available_after, merchant_id, store_id, reference, actor, at)
            values (v_transfer, p_transfer_id, 'earn', p_member, v_account.seq, 'issued', 'available',
                    p_points, v_account.available, p_merchant, p_store, p_receipt_no, p_actor, p_at);
        insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                                 price_milli_fen, active_from, expires_at)
            values (p_member, p_merchant, v_transfer, p_points, p_points,
                    p_price_milli_fen, p_at, p_expires_at);
        insert into kernel_outboxrow (name, payload) values ('PointsEarned', jsonb_build_object(
            'transfer', v_transfer, 'receipt', v_receipt, 'member', p_member,
            'merchant', p_merchant, 'store', p_store, 'points', p_points));
    else
        perform loyalty_lock_account(p_member);
    end if;

    insert into loyalty_receipt (id, account_id, merchant_id, store_id, receipt_no, paid_fen,
                                 granted, terms_id, transfer_id, source, actor, paid_at, at)
        values (v_receipt, p_member, p_merchant, p_store, p_receipt_no, p_paid_fen,
                p_points, p_merchant_terms, v_transfer, p_source, p_actor, p_paid_at, p_at);
    return array[v_receipt, v_transfer, v_account.seq, v_account.available];
end $$;
