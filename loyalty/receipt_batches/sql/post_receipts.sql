-- Post a chunk of a batch's receipts at once, with an answer for each: what loyalty_earn does for one.
-- Only plain ones: an account that owes, has something due, was merged or would come above a ceiling,
-- and a receipt that a parked refund waits for, are left, and so are all of their member's, to keep the order of the file. Their
-- lines come back, to be posted one by one, and so do receipts that contradict one that is there: what
-- is refused is refused by the single verb. One that is there word for word is answered here: repeated.
-- Lock order as everywhere: accounts (by member), what members share, receipts.
create or replace function batches_post_receipts(
    p_batch bigint, p_merchant bigint, p_actor text, p_at timestamptz, p_budgeted boolean,
    p_line bigint[], p_member bigint[], p_store bigint[], p_receipt_no text[], p_paid_fen bigint[],
    p_paid_at timestamptz[], p_fingerprint bytea[], p_grant int[], p_points bigint[],
    p_transfer_id text[],
    p_terms bigint[], p_rate_points bigint[], p_rate_per_fen bigint[], p_price_milli_fen bigint[],
    p_active_from timestamptz[], p_expires_at timestamptz[]
) returns bigint[] language plpgsql as $$
declare
    v_slots int := (select slots from loyalty_issuebudget where merchant_id = p_merchant);
    v_slot int := p_member[1] % 16;
    v_ceilings record := loyalty_ceilings(p_merchant, p_at);
    v_day date := (p_at at time zone 'Asia/Shanghai')::date;
    v_above bigint[];
    v_granting bigint;
    v_cost bigint;
    v_used bigint;
    v_granted bigint;
begin
    if p_budgeted <> (v_slots is not null) then return p_line; end if;

    insert into loyalty_pointsaccount (member_id)
        select member from unnest(p_member) member group by member order by member
        on conflict do nothing;
    perform from loyalty_pointsaccount where member_id = any(p_member)
        order by member_id for no key update;

    if p_budgeted then
        -- As if all were new; what was not needed goes back below.
        select coalesce(sum(points * p_price_milli_fen[grant_no + 1]), 0) into v_cost
            from unnest(p_points, p_grant) given (points, grant_no);
        if v_cost > 0 and not loyalty_take_budget(p_merchant, p_member[1], v_cost) then
            return p_line;
        end if;
    end if;

    -- Whose points might be above a ceiling of a receipt or a member earns one by one.
    select coalesce(array_agg(member), '{}') into v_above from (
        select member from unnest(p_member, p_points) given (member, points)
        join loyalty_pointsaccount account on account.member_id = given.member
        group by member
        having max(points) > v_ceilings.receipt or sum(points) + max(
            case when earned_on = v_day then earned_points else 0 end) > v_ceilings.member_day) above;
    select coalesce(sum(points), 0) into v_granting from unnest(p_member, p_points)
        given (member, points) where member <> all(v_above);
    if loyalty_count_day_points(p_merchant, p_actor, v_day, v_slot, v_granting, v_ceilings.key_day,
                            v_ceilings.merchant_day) is not null
    then
        -- The chunk as a whole is above a ceiling; of its receipts one after the other may not be.
        if v_cost > 0 then
            update loyalty_issuebudgetslot set remaining_milli_fen = remaining_milli_fen + v_cost
                where budget_id = p_merchant and slot = p_member[1] % v_slots;
        end if;
        return p_line;
    end if;

    with given as materialized (
        select given.*, p_terms[grant_no + 1] as terms, p_rate_points[grant_no + 1] as rate_points,
            p_rate_per_fen[grant_no + 1] as rate_per_fen, p_price_milli_fen[grant_no + 1] as price,
            p_active_from[grant_no + 1] as active_from, p_expires_at[grant_no + 1] as expires_at,
            p_active_from[grant_no + 1] > p_at as waits
        from unnest(p_line, p_member, p_store, p_receipt_no, p_paid_fen, p_paid_at, p_fingerprint,
                    p_grant, p_points, p_transfer_id)
            given (line, member, store, receipt_no, paid_fen, paid_at, fingerprint, grant_no, points,
                   transfer_id)
    ), special as materialized (
        select member_id from loyalty_pointsaccount
        where member_id = any(p_member)
            and (debt > 0 or next_due <= p_at or merged_into_id is not null)
        union
        select unnest(v_above)
        union
        select given.member from given join loyalty_parkedrefund parked
            on parked.receipt_store_id = given.store and parked.receipt_no = given.receipt_no
                and parked.state = 'waiting'
        union
        -- Terms were changed since the caller asked for them.
        select given.member from given left join loyalty_merchantterms held
            on held.id = given.terms and held.merchant_id = p_merchant
                and held.valid @> given.paid_at and held.earn_points = given.rate_points
                and held.earn_per_fen = given.rate_per_fen and held.price_milli_fen = given.price
        where held.id is null
    ), wanted as materialized (
        select given.*, nextval('loyalty_receipt_id_seq') as receipt,
            case when points > 0 then nextval('loyalty_transfer_id_seq') end as transfer
        from given where member not in (select member_id from special)
            -- A file that is sent again does not report anew what was undone since.
            and not exists (
                select from loyalty_receipt undone
                where undone.store_id = given.store and undone.receipt_no = given.receipt_no
                    and undone.freed and undone.account_id = given.member
                    and undone.paid_fen = given.paid_fen and undone.paid_at = given.paid_at)
        order by line
    ), written as (
        insert into loyalty_receipt (id, account_id, merchant_id, store_id, receipt_no, paid_fen,
                                     granted, terms_id, rate_points, rate_per_fen, issuer_id,
                                     fingerprint, transfer_id, source, actor, paid_at, at)
            select receipt, member, p_merchant, store, receipt_no, paid_fen, points, terms,
                rate_points, rate_per_fen, p_merchant, fingerprint, transfer, 'batch', p_actor,
                paid_at, p_at
            from wanted order by line
            on conflict do nothing
            returning id
    ), posted as materialized (
        select wanted.* from wanted join written on written.id = wanted.receipt
    ), earned as materialized (
        select posted.*, account.seq + row_number() over mine as seq,
            account.available
                + sum(case when waits then 0 else points end) over mine as available
        from posted join loyalty_pointsaccount account on account.member_id = posted.member
        where transfer is not null
        window mine as (partition by posted.member order by line)
    ), transfers as (
        insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                      available_after, merchant_id, store_id, reference, actor, at)
            select transfer, transfer_id, 'earn', member, seq, 'issued',
                case when waits then 'pending' else 'available' end, points, available, p_merchant,
                store, receipt_no, p_actor, p_at
            from earned order by line
    ), lots as (
        insert into loyalty_lot (account_id, issuer_id, transfer_id, granted, remaining,
                                 price_milli_fen, active_from, expires_at, pending, budgeted)
            select member, p_merchant, transfer, points, points, price, active_from, expires_at,
                waits, p_budgeted
            from earned order by line
    ), points_earned_events as (
        insert into kernel_outboxrow (name, payload)
            select 'PointsEarned', jsonb_build_object(
                'transfer', transfer, 'receipt', receipt, 'member', member,
                'merchant', p_merchant, 'store', store, 'points', points)
            from earned order by line
    ), receipt_posted_events as (
        insert into kernel_outboxrow (name, payload)
            select 'ReceiptPosted', jsonb_build_object(
                'receipt', receipt, 'member', member, 'merchant', p_merchant, 'store', store,
                'points', points)
            from posted order by line
    ), moved as (
        update loyalty_pointsaccount account
            set available = account.available + sums.available, seq = account.seq + sums.lines,
                pending = account.pending + sums.pending,
                next_due = least(account.next_due, sums.due),
                earned_points = sums.points
                    + case when account.earned_on = v_day then account.earned_points else 0 end,
                earned_on = v_day
            from (
                select member, count(*) as lines, sum(points) as points,
                    coalesce(sum(points) filter (where not waits), 0) as available,
                    coalesce(sum(points) filter (where waits), 0) as pending,
                    min(case when waits then active_from else expires_at end) as due
                from earned group by member) sums
            where account.member_id = sums.member
    ), answered as (
        insert into batches_rowresult (batch_id, line, kind, state, number, receipt_id, points)
            select p_batch, line, 'receipt', 'posted', receipt_no, receipt, points from posted
    )
    select coalesce(sum(points * price), 0), coalesce(sum(points), 0) into v_used, v_granted from earned;

    perform loyalty_uncount_day_points(p_merchant, p_actor, v_day, v_slot, v_granting - v_granted,
                                   v_ceilings.key_day, v_ceilings.merchant_day);

    if p_budgeted and v_cost > v_used then
        update loyalty_issuebudgetslot set remaining_milli_fen = remaining_milli_fen + v_cost - v_used
            where budget_id = p_merchant and slot = p_member[1] % v_slots;
    end if;

    insert into batches_rowresult (batch_id, line, kind, state, number, receipt_id, points)
        select distinct on (given.line) p_batch, given.line, 'receipt', 'repeated',
            given.receipt_no, known.id, known.granted
        from unnest(p_line, p_member, p_store, p_receipt_no, p_paid_fen, p_paid_at)
            given (line, member, store, receipt_no, paid_fen, paid_at)
        join loyalty_receipt known
            on known.store_id = given.store and known.receipt_no = given.receipt_no
        where known.account_id = given.member and known.paid_fen = given.paid_fen
            and known.paid_at = given.paid_at and not exists (
                select from batches_rowresult one
                where one.batch_id = p_batch and one.line = given.line)
        order by given.line, known.freed;

    return array(
        select line from unnest(p_line) line where not exists (
            select from batches_rowresult one where one.batch_id = p_batch and one.line = line.line)
        order by line);
end $$;
