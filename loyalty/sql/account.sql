-- The member's account row, locked for this transaction and made when it is missing.
-- This lock guards every lot of the member, so it comes before any of them.
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

-- Lock an account, expire what is due in it, and change its balance; null when it holds too little.
-- Nearly always nothing is due, and one statement does it all. That is asked before the lock: while
-- one waits for it, a lot can only stop being due (somebody else expired it), since nothing is ever
-- posted that is dead already.
create or replace function loyalty_move(p_member bigint, p_change bigint, p_at timestamptz)
returns loyalty_pointsaccount language plpgsql as $$
declare v_account loyalty_pointsaccount;
begin
    update loyalty_pointsaccount set available = available + p_change, seq = seq + 1
        where member_id = p_member and available + p_change >= 0 and not exists (
            select from loyalty_lot
            where account_id = p_member and remaining > 0 and expires_at <= p_at)
        returning * into v_account;
    if found then return v_account; end if;

    perform loyalty_expire_due(loyalty_lock_account(p_member), p_at);
    update loyalty_pointsaccount set available = available + p_change, seq = seq + 1
        where member_id = p_member and available + p_change >= 0 returning * into v_account;
    return v_account;
end $$;
