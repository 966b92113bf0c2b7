-- A payment that WeChat reports for the first time, of an open member in an open store: written, credited by
-- loyalty_earn, and its points due to be told, all by one call. Back comes the payment's number; null, and nothing
-- is done, where anything is not that plain: then `decide_payment` (transitions.py) decides, which asks the same
-- questions and has the words for their answers.
create or replace function business_circle_credit_payment(
    p_public_id text, p_openid_hash bytea, p_openid_sealed bytea, p_master_version bigint, p_shop_number text,
    p_shop_name text, p_is_requested boolean, p_waits_until timestamptz,
    p_scope text, p_key text, p_terms bytea,
    p_merchant bigint, p_store bigint,
    p_transaction_id text, p_amount_fen bigint, p_paid_at timestamptz, p_source text, p_fingerprint bytea,
    p_merchant_terms bigint, p_points bigint, p_rate_points bigint, p_rate_per_fen bigint,
    p_price_milli_fen bigint, p_active_from timestamptz, p_expires_at timestamptz, p_fallback jsonb,
    p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_member bigint;
    v_earned record;
    v_payment bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('business_circle.' || p_transaction_id, 0));
    if exists (select from business_circle_mallpayment where transaction_id = p_transaction_id)
        or exists (select from business_circle_mallrefund where transaction_id = p_transaction_id)
    then
        return null;
    end if;
    select member_id into v_member from members_wechatidentity where openid_hash = p_openid_hash;
    if not found then return null; end if;
    -- From here on the member is merged with nobody (loyalty_earn refuses one that was), and no till posts for it.
    -- A statement of its own, or what is asked below would be seen as it was before we waited.
    perform loyalty_lock_account(v_member);
    if not exists (select from members_member where id = v_member and closed_at is null)
        or not exists (
            select from merchants_store store
            join merchants_merchant merchant on merchant.id = store.merchant_id
            where store.id = p_store and store.merchant_id = p_merchant
                and (store.closed_at is null or store.closed_at > p_paid_at)
                and merchant.state <> 'suspended'
                and exists (select from merchants_alliancemembership alliance
                            where alliance.merchant_id = p_merchant and alliance.period @> p_paid_at))
        -- Perhaps this purchase has earned by another number, see `receipt_of_same_purchase`, which then decides.
        or exists (
            select from loyalty_receipt receipt
            where receipt.account_id in (
                    select v_member
                    union all
                    select member_id from loyalty_pointsaccount where merged_into_id = v_member)
                and receipt.store_id = p_store and receipt.paid_fen = p_amount_fen
                and receipt.source <> 'wechat' and not receipt.freed
                and receipt.paid_at between p_paid_at - interval '10 minutes'
                    and p_paid_at + interval '10 minutes')
    then
        return null;
    end if;

    begin
        v_earned := loyalty_earn(
            p_scope, p_key, p_terms, v_member, p_merchant, p_store, p_transaction_id, p_amount_fen, p_paid_at,
            p_source, p_fingerprint, p_merchant_terms, p_points, p_rate_points, p_rate_per_fen,
            p_price_milli_fen, p_active_from, p_expires_at, p_fallback, p_transfer_id, p_actor, p_at);
        if v_earned.repeated or v_earned.waiting > 0 or v_earned.granted = 0 then
            raise sqlstate 'SD409';
        end if;
    exception when unique_violation or sqlstate 'SD409' then
        return null;
    end;
    insert into business_circle_mallpayment (
            public_id, transaction_id, openid_hash, openid_sealed, master_version, shop_number, shop_name,
            amount_fen, paid_at, is_requested, store_id, state, receipt_id, received_at, waits_until, decided_at)
        values (p_public_id, p_transaction_id, p_openid_hash, p_openid_sealed, p_master_version, p_shop_number,
                p_shop_name, p_amount_fen, p_paid_at, p_is_requested, p_store, 'credited', v_earned.receipt,
                p_at, p_waits_until, p_at)
        returning id into v_payment;
    insert into business_circle_pointssync (
            payment_id, is_earned, increased_points, total_points, decided_at)
        select v_payment, true, v_earned.granted, available, p_at
        from loyalty_pointsaccount where member_id = v_member;
    return v_payment;
end $$;
