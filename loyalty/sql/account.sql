-- The member's account row, locked for this transaction and made when it is missing.
-- This lock guards every lot, hold and debt of the member, so it comes before any of them.
create or replace function loyalty_lock_account(p_member bigint)
returns loyalty_pointsaccount language plpgsql as $$
declare v_account loyalty_pointsaccount;
begin
    select * into v_account from loyalty_pointsaccount where member_id = p_member for no key update;
    if found then return v_account; end if;
    insert into loyalty_pointsaccount (member_id) values (p_member) on conflict do nothing;
    select * into v_account from loyalty_pointsaccount where member_id = p_member for no key update;
    return v_account;
end $$;

-- The account that holds the points of this member today, locked and with everything due done:
-- its own, or the one it was merged into.
create or replace function loyalty_lock_surviving_account(p_member bigint, p_at timestamptz)
returns loyalty_pointsaccount language plpgsql as $$
declare v_account loyalty_pointsaccount := loyalty_lock_account(p_member);
begin
    while v_account.merged_into_id is not null loop
        v_account := loyalty_lock_account(v_account.merged_into_id);
    end loop;
    return loyalty_catch_up(v_account, p_at);
end $$;

-- The same for a caller that decides under the lock: whose account it is now.
create or replace function loyalty_lock_current_account(p_member bigint, p_at timestamptz)
returns bigint language plpgsql as $$
begin
    return (loyalty_lock_surviving_account(p_member, p_at)).member_id;
end $$;

-- Change a balance by one statement line, an account's due business done first; null when it holds
-- too little. Nearly always nothing is due and nothing owed, and one statement does it all. An
-- account that owes comes back unsaved: who adds to it repays (loyalty_repay) and saves.
create or replace function loyalty_change_balance(
    p_member bigint, p_available bigint, p_pending bigint, p_held bigint,
    p_due timestamptz, p_at timestamptz
) returns loyalty_pointsaccount language plpgsql as $$
declare v_account loyalty_pointsaccount;
begin
    update loyalty_pointsaccount
        set available = available + p_available, pending = pending + p_pending,
            held = held + p_held, seq = seq + 1, next_due = least(next_due, p_due)
        where member_id = p_member and available + p_available >= 0 and debt = 0
            and (next_due is null or next_due > p_at) and merged_into_id is null
        returning * into v_account;
    if found then return v_account; end if;

    v_account := loyalty_catch_up(loyalty_lock_account(p_member), p_at);
    if v_account.merged_into_id is not null then
        raise exception 'account_merged' using errcode = 'SD409';
    end if;
    if v_account.available + p_available < 0 then return null; end if;
    v_account.available := v_account.available + p_available;
    v_account.pending := v_account.pending + p_pending;
    v_account.held := v_account.held + p_held;
    v_account.seq := v_account.seq + 1;
    v_account.next_due := least(v_account.next_due, p_due);
    if v_account.debt = 0 then perform loyalty_save_account(v_account); end if;
    return v_account;
end $$;

-- Write down what an account has become.
create or replace function loyalty_save_account(p_account loyalty_pointsaccount)
returns void language plpgsql as $$
begin
    update loyalty_pointsaccount
        set available = p_account.available, held = p_account.held, pending = p_account.pending,
            debt = p_account.debt, seq = p_account.seq, next_due = p_account.next_due
        where member_id = p_account.member_id;
end $$;

-- One line of the statement: write the transfer and give back the account after it, unsaved, so that
-- several lines of one act come to one change of the row.
create or replace function loyalty_post_line(
    p_account loyalty_pointsaccount, p_id bigint, p_public_id text,
    p_kind text, p_source text, p_target text, p_points bigint,
    p_merchant bigint, p_store bigint, p_reverses bigint,
    p_reference text, p_reason text, p_actor text, p_at timestamptz
) returns loyalty_pointsaccount language plpgsql as $$
declare v_account loyalty_pointsaccount := p_account;
begin
    v_account.seq := v_account.seq + 1;
    v_account.available := v_account.available
        + case 'available' when p_target then p_points when p_source then -p_points else 0 end;
    v_account.pending := v_account.pending
        + case 'pending' when p_target then p_points when p_source then -p_points else 0 end;
    v_account.held := v_account.held
        + case 'held' when p_target then p_points when p_source then -p_points else 0 end;
    -- What leaves the pocket `owed` is owed from now on.
    v_account.debt := v_account.debt
        + case 'owed' when p_source then p_points when p_target then -p_points else 0 end;
    insert into loyalty_transfer (id, public_id, kind, account_id, seq, source, target, points,
                                  available_after, merchant_id, store_id, reverses_id, reference,
                                  reason, actor, at)
        values (p_id, p_public_id, p_kind, v_account.member_id, v_account.seq, p_source, p_target,
                p_points, v_account.available, p_merchant, p_store, p_reverses, p_reference,
                p_reason, p_actor, p_at);
    return v_account;
end $$;
