-- Post a receipt and what it earned, exactly once per key, once per store and number, and once per bill.
-- What a receipt earns is decided and booked by loyalty_earn_receipts. Nearly always nothing is to be decided:
-- no prefund, nothing due or owed, no ceiling reached. Such a receipt is booked here, by the same rows with
-- fewer and simpler statements (decision 0048).
-- Back come the numbers of the receipt and its transfer, the balance after it, the points granted, what of
-- them repaid a debt, how many refunds wait for this receipt, and the number of the review its points wait
-- for, so that nobody need read what was just written; of a receipt that an earlier call of the same key
-- posted (`repeated`), only its number.
create or replace function loyalty_earn(
    p_scope text, p_key text, p_terms bytea,
    p_member bigint, p_merchant bigint, p_store bigint,
    p_receipt_no text, p_paid_fen bigint, p_paid_at timestamptz, p_source text, p_fingerprint bytea,
    p_merchant_terms bigint, p_points bigint, p_rate_points bigint, p_rate_per_fen bigint,
    p_price_milli_fen bigint, p_active_from timestamptz, p_expires_at timestamptz, p_fallback jsonb,
    p_transfer_id text, p_actor text, p_at timestamptz,
    out repeated boolean, out receipt bigint, out transfer bigint, out available bigint,
    out granted bigint, out repaid bigint, out waiting bigint, out review bigint
) language plpgsql as $$
#variable_conflict use_column
declare
    v_receipt bigint := nextval('loyalty_receipt_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_receipt);
    v_account loyalty_pointsaccount;
    v_pending boolean := p_active_from > p_at;
    v_today date := (p_at at time zone 'Asia/Shanghai')::date;
    v_transfer bigint;
    v_by_wechat boolean;
begin
    repeated := v_earlier is not null;
    receipt := coalesce(v_earlier, v_receipt);
    if repeated then return; end if;

    if p_fallback is null and p_points > 0 and loyalty_terms_hold(
        p_merchant_terms, p_merchant, p_paid_at, p_rate_points, p_rate_per_fen, p_price_milli_fen)
        and not exists (select from loyalty_issuebudget where merchant_id = p_merchant)
    then
        v_account := loyalty_lock_account(p_member);
        -- One statement, for each costs every receipt. Whose payment by WeChat Pay of this sum that was is not
        -- asked: loyalty_earn_receipts does.
        select (select count(*) from loyalty_parkedrefund
                where receipt_store_id = p_store and receipt_no = p_receipt_no and state = 'waiting'),
            p_source in ('till', 'batch') and exists (
                select from loyalty_receipt
                where source = 'wechat' and store_id = p_store and paid_fen = p_paid_fen
                    and paid_at between p_paid_at - interval '10 minutes' and p_paid_at + interval '10 minutes')
            into waiting, v_by_wechat;
        if v_account.debt = 0 and (v_account.next_due is null or v_account.next_due > p_at)
            and v_account.merged_into_id is null
            and not v_by_wechat
            -- Where this names a ceiling, it has counted nothing.
            and loyalty_check_ceilings(v_account, p_merchant, p_actor, p_points, p_at) is null
        then
            update loyalty_pointsaccount
                set available = available + case when v_pending then 0 else p_points end,
                    pending = pending + case when v_pending then p_points else 0 end,
                    seq = seq + 1,
                    next_due = least(next_due, case when v_pending then p_active_from else p_expires_at end),
                    earned_on = v_today, earned_points = p_points
                        + case when earned_on = v_today then earned_points else 0 end
                where member_id = p_member returning * into v_account;
            v_transfer := nextval('loyalty_transfer_id_seq');
            insert into loyalty_receipt (id, account_id, merchant_id, store_id, receipt_no, paid_fen,
                                         granted, terms_id, rate_points, rate_per_fen, issuer_id,
                                         fingerprint, transfer_id, source, actor, paid_at, at)
                values (v_receipt, p_member, p_merchant, p_store, p_receipt_no, p_paid_fen, p_points,
                        p_merchant_terms, p_rate_points, p_rate_per_fen, p_merchant, p_fingerprint,
                        v_transfer, p_source, p_actor, p_paid_at, p_at);
            insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                          available_after, merchant_id, store_id, reference, actor, at)
                values (v_transfer, p_transfer_id, 'earn', p_member, v_account.seq, 'issued',
                        case when v_pending then 'pending' else 'available' end, p_points,
                        v_account.available, p_merchant, p_store, p_receipt_no, p_actor, p_at);
            insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                                     price_milli_fen, active_from, expires_at, pending, in_review,
                                     budgeted)
                values (p_member, p_merchant, v_transfer, p_points, p_points, p_price_milli_fen,
                        p_active_from, p_expires_at, v_pending, false, false);
            perform kernel_emit('PointsEarned', jsonb_build_object(
                'transfer', v_transfer, 'receipt', v_receipt, 'member', p_member,
                'merchant', p_merchant, 'store', p_store, 'points', p_points));
            perform kernel_emit('ReceiptPosted', jsonb_build_object(
                'receipt', v_receipt, 'member', p_member, 'merchant', p_merchant, 'store', p_store,
                'points', p_points));
            transfer := v_transfer;
            available := v_account.available;
            granted := p_points;
            repaid := 0;
            return;
        end if;
    end if;

    select posted.transfer, posted.available, posted.points, posted.repaid, posted.review
        into strict transfer, available, granted, repaid, review from loyalty_earn_receipts(
        false, p_merchant, p_source, p_actor, p_at, p_fallback is not null, p_fallback,
        array[v_receipt], array[p_member], array[p_store], array[p_receipt_no], array[p_paid_fen],
        array[p_paid_at], array[p_fingerprint], array[p_points], array[p_transfer_id], array[0],
        array[p_merchant_terms], array[p_rate_points], array[p_rate_per_fen],
        array[p_price_milli_fen], array[p_active_from], array[p_expires_at]) posted;
    select count(*) into waiting from loyalty_parkedrefund
        where receipt_store_id = p_store and receipt_no = p_receipt_no and state = 'waiting';
end $$;

-- Whether a purchase that a till or a file reports has earned by WeChat Pay, which knows another number of it: the
-- same member, store and sum, paid within ten minutes. A person looks at photographs, and at what WeChat reports
-- the app that takes it.
create or replace function loyalty_earned_by_wechat(
    p_source text, p_member bigint, p_store bigint, p_paid_fen bigint, p_paid_at timestamptz
) returns boolean language plpgsql stable as $$
begin
    return p_source in ('till', 'batch') and exists (
        select from loyalty_receipt receipt
        join loyalty_pointsaccount account on account.member_id = receipt.account_id
        where receipt.source = 'wechat' and receipt.store_id = p_store
            and receipt.paid_fen = p_paid_fen and not receipt.freed
            and receipt.paid_at between p_paid_at - interval '10 minutes'
                and p_paid_at + interval '10 minutes'
            and (receipt.account_id = p_member or account.merged_into_id = p_member));
end $$;
