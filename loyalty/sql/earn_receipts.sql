-- Decide what receipts of one merchant earn and book it, at one instant. (Of one plain
-- receipt earn.sql books the same by fewer statements.) Policy (how many points, from when, until when) is the caller's; arrays have an element for each
-- receipt, `p_grant` counts from 0 in the arrays behind it. `p_fallback` says what a receipt earns at somebody
-- else's expense when the merchant's prefund has run out; `p_prefunded` whether the caller saw a prefund.
--
-- With `p_plain_only`, for many receipts at once, what is not plain is left to be posted alone: receipts of a
-- member who owes, has something due, was merged or would come above a ceiling, or one of whose receipts here is
-- waited for by a parked refund, has earned by WeChat Pay or has other terms by now (all of the member's, to keep their order); those that
-- are there already or were undone since; and all of them where prefund or ceilings do not hold their sum. Without,
-- for one receipt, each of these is decided here, or refused.
-- Points above a ceiling (ceilings.sql) wait for a person: granted, pending, and spendable only once one has
-- decided so.
--
-- A row comes back for each receipt posted: its numbers, the line of the statement and the balance after it, what
-- of the points repaid a debt, and the review they wait for.
-- Lock order: accounts by member → what members share → receipts → lots, debts → transfers → outbox.
create or replace function loyalty_earn_receipts(
    p_plain_only boolean, p_merchant bigint, p_source text, p_actor text, p_at timestamptz,
    p_prefunded boolean, p_fallback jsonb,
    p_receipt bigint[], p_member bigint[], p_store bigint[], p_receipt_no text[], p_paid_fen bigint[],
    p_paid_at timestamptz[], p_fingerprint bytea[], p_points bigint[], p_transfer_id text[], p_grant int[],
    p_terms bigint[], p_rate_points bigint[], p_rate_per_fen bigint[], p_price_milli_fen bigint[],
    p_active_from timestamptz[], p_expires_at timestamptz[]
) returns table (
    receipt bigint, transfer bigint, seq bigint, available bigint, points bigint, repaid bigint,
    review bigint
) language plpgsql as $$
#variable_conflict use_column
declare
    v_day date := (p_at at time zone 'Asia/Shanghai')::date;
    v_slot bigint := p_member[1] % 16;
    v_account loyalty_pointsaccount;
    v_issuer bigint := p_merchant;
    v_prefunded boolean := p_prefunded;
    v_outdated bigint[];
    v_above_members bigint[];
    v_ceilings record;
    v_above jsonb;
    v_waits boolean;
    v_transfer bigint[];
    v_written bigint[];
    v_cost bigint := 0;
    v_spent bigint;
    v_counted bigint := 0;
    v_granted bigint;
    v_repaid bigint := 0;
    v_review bigint;
begin
    -- The caller knows the terms by heart; whether that is still so is asked here and now.
    v_outdated := array(
        select member from unnest(p_member, p_paid_at, p_grant) given (member, paid_at, grant_no)
        where not loyalty_terms_hold(
            p_terms[grant_no + 1], p_merchant, paid_at, p_rate_points[grant_no + 1],
            p_rate_per_fen[grant_no + 1], p_price_milli_fen[grant_no + 1]));
    if p_prefunded <> exists (select from loyalty_issuebudget where merchant_id = p_merchant)
        or v_outdated <> '{}' and not p_plain_only
    then
        if p_plain_only then return; end if;
        raise exception 'terms_changed' using errcode = 'SD409';
    end if;

    -- Accounts are locked before what members share.
    if p_plain_only then
        insert into loyalty_pointsaccount (member_id)
            select distinct member from unnest(p_member) member order by member on conflict do nothing;
        perform from loyalty_pointsaccount where member_id = any(p_member)
            order by member_id for no key update;
    else
        v_account := loyalty_lock_account(p_member[1]);
        if loyalty_earned_by_wechat(p_source, p_member[1], p_store[1], p_paid_fen[1], p_paid_at[1]) then
            raise exception 'the purchase has earned by WeChat Pay' using
                errcode = 'unique_violation', constraint = 'receipt_once_per_purchase';
        end if;
    end if;

    if p_prefunded then
        -- As if all were new; what was not needed goes back below.
        select coalesce(sum(points * p_price_milli_fen[grant_no + 1]), 0) into v_cost
            from unnest(p_points, p_grant) given (points, grant_no);
        if v_cost > 0 and not loyalty_take_budget(p_merchant, p_member[1], v_cost) then
            if p_plain_only then return; end if;
            v_prefunded := false;
            v_issuer := (p_fallback ->> 'issuer')::bigint;
            p_points := array[(p_fallback ->> 'points')::bigint];
            p_rate_points := array[(p_fallback ->> 'rate_points')::bigint];
            p_rate_per_fen := array[(p_fallback ->> 'rate_per_fen')::bigint];
            p_price_milli_fen := array[(p_fallback ->> 'price_milli_fen')::bigint];
        end if;
    end if;

    if not p_plain_only then
        if p_points[1] > 0 then
            v_above := loyalty_check_ceilings(v_account, p_merchant, p_actor, p_points[1], p_at);
            if v_account.next_due <= p_at then v_account := loyalty_catch_up(v_account, p_at); end if;
            if v_account.merged_into_id is not null then
                raise exception 'account_merged' using errcode = 'SD409';
            end if;
            -- Whoever owes has nothing available: these points repay first.
            if v_account.debt > 0 and v_above is null and p_active_from[1] <= p_at then
                v_repaid := least(v_account.debt, p_points[1]);
            end if;
            v_transfer := array[nextval('loyalty_transfer_id_seq')];
        end if;
    else
        v_ceilings := loyalty_ceilings(p_merchant, p_at);
        -- Whose points might be above a ceiling of a receipt or a member earns one by one.
        select coalesce(array_agg(member), '{}') into v_above_members from (
            select member from unnest(p_member, p_points) given (member, points)
            join loyalty_pointsaccount account on account.member_id = given.member
            group by member
            having max(points) > v_ceilings.receipt or sum(points) + max(
                case when earned_on = v_day then earned_points else 0 end) > v_ceilings.member_day) above;
        select coalesce(sum(points), 0) into v_counted from unnest(p_member, p_points)
            given (member, points) where member <> all(v_above_members);
        if loyalty_count_day_points(p_merchant, p_actor, v_day, v_slot, v_counted, v_ceilings.key_day,
                                    v_ceilings.merchant_day) is not null
        then
            -- All of them together are above a ceiling; one after the other they may not be.
            perform loyalty_return_budget(p_merchant, p_member[1], v_cost);
            return;
        end if;
        with given as materialized (
            select * from unnest(p_receipt, p_member, p_store, p_receipt_no, p_paid_fen, p_paid_at)
                with ordinality given (receipt, member, store, receipt_no, paid_fen, paid_at, place)
        ), special as materialized (
            select member_id from loyalty_pointsaccount
            where member_id = any(p_member)
                and (debt > 0 or next_due <= p_at or merged_into_id is not null)
            union
            select unnest(v_above_members || v_outdated)
            union
            select given.member from given join loyalty_parkedrefund parked
                on parked.receipt_store_id = given.store and parked.receipt_no = given.receipt_no
                    and parked.state = 'waiting'
            union
            -- Perhaps by WeChat Pay, see loyalty_earned_by_wechat, which then decides.
            select given.member from given join loyalty_receipt receipt
                on receipt.source = 'wechat' and receipt.store_id = given.store
                    and receipt.paid_fen = given.paid_fen
                    and receipt.paid_at between given.paid_at - interval '10 minutes'
                        and given.paid_at + interval '10 minutes'
        )
        select array_agg(case when member not in (select member_id from special)
                -- A file that is sent again does not report anew what was undone since.
                and not exists (
                    select from loyalty_receipt undone
                    where undone.store_id = given.store and undone.receipt_no = given.receipt_no
                        and undone.freed and undone.account_id = given.member
                        and undone.paid_fen = given.paid_fen and undone.paid_at = given.paid_at)
                then receipt end order by place)
            into p_receipt from given;
        v_transfer := array(
            select case when points > 0 then nextval('loyalty_transfer_id_seq') end
            from unnest(p_points) points);
    end if;
    v_waits := v_above is not null;

    with written as (
        insert into loyalty_receipt (id, account_id, merchant_id, store_id, receipt_no, paid_fen,
                                     granted, repaid, terms_id, rate_points, rate_per_fen, issuer_id,
                                     fingerprint, transfer_id, source, actor, paid_at, at)
            select receipt, member, p_merchant, store, receipt_no, paid_fen, points, v_repaid,
                p_terms[grant_no + 1], p_rate_points[grant_no + 1], p_rate_per_fen[grant_no + 1],
                v_issuer, fingerprint, transfer, p_source, p_actor, paid_at, p_at
            from unnest(p_receipt, p_member, p_store, p_receipt_no, p_paid_fen, p_paid_at,
                        p_fingerprint, p_grant, p_points, v_transfer)
                given (receipt, member, store, receipt_no, paid_fen, paid_at, fingerprint, grant_no,
                       points, transfer)
            where receipt is not null
            on conflict do nothing
            returning id
    )
    select array_agg(id) into v_written from written;
    if v_written is null and not p_plain_only then
        raise exception 'the receipt is there already' using errcode = 'unique_violation',
            constraint = case when exists (
                select from loyalty_receipt
                where store_id = p_store[1] and receipt_no = p_receipt_no[1] and not freed)
            then 'receipt_once_per_number' else 'receipt_once_per_purchase' end;
    end if;
    if cardinality(v_written) is distinct from cardinality(p_receipt) then
        p_receipt := array(
            select written from unnest(p_receipt) with ordinality given (receipt, place)
            left join unnest(v_written) written on written = receipt order by place);
    end if;

    with earned as materialized (
        select given.*, p_price_milli_fen[grant_no + 1] as price,
            p_active_from[grant_no + 1] as active_from, p_expires_at[grant_no + 1] as expires_at,
            waits, account.seq + row_number() over mine as seq,
            account.available + sum(case when waits then 0 else points end) over mine as available
        from unnest(p_receipt, p_member, p_store, p_receipt_no, p_grant, p_points, v_transfer,
                    p_transfer_id)
            with ordinality given (receipt, member, store, receipt_no, grant_no, points, transfer,
                                   transfer_id, place)
        join loyalty_pointsaccount account on account.member_id = given.member
        cross join lateral (select v_waits or p_active_from[grant_no + 1] > p_at as waits) pending
        where receipt is not null and points > 0
        window mine as (partition by member order by place)
    ), transfers as (
        insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                      available_after, merchant_id, store_id, reference, actor, at)
            select transfer, transfer_id, 'earn', member, seq, 'issued',
                case when waits then 'pending' else 'available' end, points, available, p_merchant,
                store, receipt_no, p_actor, p_at
            from earned order by place
    ), lots as (
        insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                                 price_milli_fen, active_from, expires_at, pending, in_review, budgeted)
            select member, v_issuer, transfer, points, points, price, active_from, expires_at, waits,
                v_waits, v_prefunded
            from earned order by place
    ), changed as (
        -- Points that wait for a person count for no day. Who owes is repaid below.
        update loyalty_pointsaccount account
            set available = account.available + case when account.debt = 0 then sums.available else 0 end,
                pending = account.pending + sums.pending, seq = account.seq + sums.lines,
                next_due = least(account.next_due, sums.due),
                earned_points = case when v_waits then account.earned_points else sums.points
                    + case when account.earned_on = v_day then account.earned_points else 0 end end,
                earned_on = case when v_waits then account.earned_on else v_day end
            from (
                select member, count(*) as lines, sum(points) as points,
                    coalesce(sum(points) filter (where not waits), 0) as available,
                    coalesce(sum(points) filter (where waits), 0) as pending,
                    min(case when v_waits then null when waits then active_from else expires_at end)
                        as due
                from earned group by member) sums
            where account.member_id = sums.member
    )
    select coalesce(sum(points * price), 0), coalesce(sum(points), 0) into v_spent, v_granted from earned;
    if v_repaid > 0 then
        select * into strict v_account from loyalty_pointsaccount where member_id = p_member[1];
        v_account.available := v_granted;
        v_account := loyalty_repay(v_account, p_receipt_no[1], p_actor, p_at);
        perform loyalty_save_account(v_account);
    end if;
    if p_plain_only then
        perform loyalty_uncount_day_points(p_merchant, p_actor, v_day, v_slot, v_counted - v_granted,
                                           v_ceilings.key_day, v_ceilings.merchant_day);
        perform loyalty_return_budget(p_merchant, p_member[1], v_cost - v_spent);
    end if;

    perform kernel_emit('PointsEarned', variadic array(
        select jsonb_build_object(
            'transfer', transfer, 'receipt', receipt, 'member', member,
            'merchant', p_merchant, 'store', store, 'points', points)
        from unnest(p_receipt, v_transfer, p_member, p_store, p_points)
            given (receipt, transfer, member, store, points)
        where receipt is not null and points > 0));
    perform kernel_emit('ReceiptPosted', variadic array(
        select jsonb_build_object(
            'receipt', receipt, 'member', member, 'merchant', p_merchant, 'store', store,
            'points', points)
        from unnest(p_receipt, p_member, p_store, p_points) given (receipt, member, store, points)
        where receipt is not null));
    if v_waits then
        insert into loyalty_earningreview (public_id, receipt_id, merchant_id, points, exceeds,
                                           ceilings_points, needs_two, at)
            select 'erv_' || kernel_public_id(), p_receipt[1], p_merchant, v_granted,
                array_agg(above ->> 'ceiling'), array_agg((above ->> 'points')::bigint),
                (v_above -> 'needs_two')::boolean, p_at
            from jsonb_array_elements(v_above -> 'above') above
            returning id into v_review;
        perform kernel_emit('EarningWaits', jsonb_build_object(
            'review', v_review, 'receipt', p_receipt[1], 'member', p_member[1],
            'merchant', p_merchant, 'points', v_granted));
    end if;
    return query
        select given.receipt, line.id, line.seq, line.available_after, given.points, v_repaid, v_review
        from unnest(p_receipt, v_transfer, p_points) given (receipt, transfer, points)
        left join loyalty_transfer line on line.id = given.transfer
        where given.receipt is not null;
end $$;

-- Whether a merchant's terms are still those that the caller knows.
create or replace function loyalty_terms_hold(
    p_terms bigint, p_merchant bigint, p_paid_at timestamptz, p_rate_points bigint,
    p_rate_per_fen bigint, p_price_milli_fen bigint
) returns boolean language sql stable as $$
    select exists (
        select from loyalty_merchantterms
        where id = p_terms and merchant_id = p_merchant and valid @> p_paid_at
            and earn_points = p_rate_points and earn_per_fen = p_rate_per_fen
            and price_milli_fen = p_price_milli_fen)
$$;
