-- Post a receipt and what it earned, exactly once per key, once per store and number, and once per
-- bill. Policy (how many points, from when, until when) is the caller's. `p_fallback` says what the
-- receipt earns at somebody else's expense when the merchant's prefund has run out, and is null for
-- a merchant without one.
-- Points above a ceiling (ceilings.sql) wait for a person: granted, pending, and spendable only once
-- one has said so.
-- Back come the numbers of the receipt and its transfer, the line of the statement, the balance after
-- it, the points granted, what of them repaid a debt, how many refunds wait for this receipt, and the
-- number of the review its points wait for, so that nobody need read what was just written; of a
-- receipt that an earlier call of the same key posted, only its number.
create or replace function loyalty_earn(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_merchant bigint, p_store bigint,
    p_receipt_no text, p_paid_fen bigint, p_paid_at timestamptz, p_source text, p_fingerprint bytea,
    p_merchant_terms bigint, p_points bigint, p_rate_points bigint, p_rate_per_fen bigint,
    p_price_milli_fen bigint, p_active_from timestamptz, p_expires_at timestamptz, p_fallback jsonb,
    p_transfer_id text, p_actor text, p_at timestamptz
) returns bigint[] language plpgsql as $$
declare
    v_receipt bigint := nextval('loyalty_receipt_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_receipt);
    v_account loyalty_pointsaccount;
    v_transfer bigint;
    v_issuer bigint := p_merchant;
    v_points bigint := p_points;
    v_price bigint := p_price_milli_fen;
    v_rate_points bigint := p_rate_points;
    v_rate_per_fen bigint := p_rate_per_fen;
    v_budgeted boolean := false;
    v_pending boolean := p_active_from > p_at;
    v_seq bigint;
    v_available bigint;
    v_repaid bigint := 0;
    v_above jsonb;
    v_due timestamptz;
    v_today date;
    v_earned bigint;
    v_review bigint;
begin
    if v_earlier is not null then return array[v_earlier]; end if;

    -- The caller knows the terms by heart; whether that is still so is asked here and now.
    if not exists (
        select from loyalty_merchantterms
        where id = p_merchant_terms and merchant_id = p_merchant and valid @> p_paid_at
            and earn_points = p_rate_points and earn_per_fen = p_rate_per_fen
            and price_milli_fen = p_price_milli_fen)
        or exists (select from loyalty_issuebudget where merchant_id = p_merchant)
            <> (p_fallback is not null)
    then
        raise exception 'terms_changed' using errcode = 'SD409';
    end if;
    if p_fallback is not null and v_points > 0 then
        -- The member's account is locked before what members share.
        perform loyalty_lock_account(p_member);
        v_budgeted := loyalty_take_budget(p_merchant, p_member, v_points * v_price);
        if not v_budgeted then
            v_issuer := (p_fallback ->> 'issuer')::bigint;
            v_points := (p_fallback ->> 'points')::bigint;
            v_price := (p_fallback ->> 'price_milli_fen')::bigint;
            v_rate_points := (p_fallback ->> 'rate_points')::bigint;
            v_rate_per_fen := (p_fallback ->> 'rate_per_fen')::bigint;
        end if;
    end if;

    if v_points > 0 then
        v_account := loyalty_lock_account(p_member);
        v_above := loyalty_check_ceilings(v_account, p_merchant, p_actor, v_points, p_at);
        v_pending := v_pending or v_above is not null;
        v_due := case when v_above is not null then null when v_pending then p_active_from
                 else p_expires_at end;
        if v_above is null then
            v_today := (p_at at time zone 'Asia/Shanghai')::date;
            v_earned := v_points
                + case when v_account.earned_on = v_today then v_account.earned_points else 0 end;
        else
            v_today := v_account.earned_on;
            v_earned := v_account.earned_points;
        end if;
        -- Nearly always nothing is due and nothing owed: one change of the row, as in loyalty_change_balance.
        update loyalty_pointsaccount
            set available = available + case when v_pending then 0 else v_points end,
                pending = pending + case when v_pending then v_points else 0 end,
                seq = seq + 1, next_due = least(next_due, v_due),
                earned_on = v_today, earned_points = v_earned
            where member_id = p_member and debt = 0 and (next_due is null or next_due > p_at)
                and merged_into_id is null
            returning * into v_account;
        if not found then
            update loyalty_pointsaccount set earned_on = v_today, earned_points = v_earned
                where member_id = p_member;
            v_account := loyalty_change_balance(
                p_member, case when v_pending then 0 else v_points end,
                case when v_pending then v_points else 0 end, 0, v_due, p_at);
        end if;
        v_transfer := nextval('loyalty_transfer_id_seq');
        insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                      available_after, merchant_id, store_id, reference, actor, at)
            values (v_transfer, p_transfer_id, 'earn', p_member, v_account.seq, 'issued',
                    case when v_pending then 'pending' else 'available' end, v_points,
                    v_account.available, p_merchant, p_store, p_receipt_no, p_actor, p_at);
        insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                                 price_milli_fen, active_from, expires_at, pending, in_review, budgeted)
            values (p_member, v_issuer, v_transfer, v_points, v_points, v_price,
                    p_active_from, p_expires_at, v_pending, v_above is not null, v_budgeted);
        insert into kernel_outboxrow (name, payload) values ('PointsEarned', jsonb_build_object(
            'transfer', v_transfer, 'receipt', v_receipt, 'member', p_member,
            'merchant', p_merchant, 'store', p_store, 'points', v_points));
        v_seq := v_account.seq;
        v_available := v_account.available;
        if v_account.debt > 0 then
            v_repaid := v_account.debt;
            v_account := loyalty_repay(v_account, p_receipt_no, p_actor, p_at);
            v_repaid := v_repaid - v_account.debt;
            perform loyalty_save_account(v_account);
        end if;
    else
        perform loyalty_lock_account(p_member);
    end if;

    insert into loyalty_receipt (id, account_id, merchant_id, store_id, receipt_no, paid_fen,
                                 granted, repaid, terms_id, rate_points, rate_per_fen, issuer_id,
                                 fingerprint, transfer_id, source, actor, paid_at, at)
        values (v_receipt, p_member, p_merchant, p_store, p_receipt_no, p_paid_fen,
                v_points, v_repaid, p_merchant_terms, v_rate_points, v_rate_per_fen, v_issuer,
                p_fingerprint, v_transfer, p_source, p_actor, p_paid_at, p_at);
    insert into kernel_outboxrow (name, payload) values ('ReceiptPosted', jsonb_build_object(
        'receipt', v_receipt, 'member', p_member, 'merchant', p_merchant, 'store', p_store,
        'points', v_points));
    if v_above is not null then
        insert into loyalty_earningreview (public_id, receipt_id, merchant_id, points, exceeds,
                                           ceilings_points, needs_two, at)
            select 'erv_' || kernel_public_id(), v_receipt, p_merchant, v_points,
                array_agg(one ->> 'ceiling'), array_agg((one ->> 'points')::bigint),
                (v_above -> 'needs_two')::boolean, p_at
            from jsonb_array_elements(v_above -> 'above') one
            returning id into v_review;
        insert into kernel_outboxrow (name, payload) values ('EarningWaits', jsonb_build_object(
            'review', v_review, 'receipt', v_receipt, 'member', p_member,
            'merchant', p_merchant, 'points', v_points));
    end if;
    return array[v_receipt, v_transfer, v_seq, v_available, v_points, v_repaid, (
        select count(*) from loyalty_parkedrefund
        where receipt_store_id = p_store and receipt_no = p_receipt_no and state = 'waiting'),
        v_review];
end $$;
