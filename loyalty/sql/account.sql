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
