-- Take a cost out of a merchant's issue budget; false when it does not hold that much.
-- Each member's receipts begin at a slot of their own, so that tills seldom meet; what one slot
-- lacks, another has, and in the end all of them together: the fallback never starts too early.
create or replace function loyalty_take_budget(p_merchant bigint, p_member bigint, p_cost bigint)
returns boolean language plpgsql as $$
declare
    v_slots int := (select slots from loyalty_issuebudget where merchant_id = p_merchant);
    v_slot record;
    v_left bigint := p_cost;
    v_taken bigint;
begin
    if v_slots is null then return false; end if;
    begin
        update loyalty_issuebudgetslot set remaining_milli_fen = remaining_milli_fen - p_cost
            where budget_id = p_merchant and slot = p_member % v_slots
                and remaining_milli_fen >= p_cost;
        if found then return true; end if;
        -- A row that was waited for stays locked although it holds too little by then. Taken before
        -- the others, out of their order, it would block two of these for ever: give it back.
        raise exception 'too little in one slot' using errcode = 'SD001';
    exception when sqlstate 'SD001' then null;
    end;

    -- Every slot in order, waiting for each, or two of these would block each other.
    perform from loyalty_issuebudgetslot where budget_id = p_merchant order by slot for update;
    if (select coalesce(sum(remaining_milli_fen), 0) from loyalty_issuebudgetslot
        where budget_id = p_merchant) < p_cost
    then
        return false;
    end if;
    for v_slot in
        select id, remaining_milli_fen from loyalty_issuebudgetslot
        where budget_id = p_merchant and remaining_milli_fen > 0
        order by remaining_milli_fen desc, slot
    loop
        exit when v_left = 0;
        v_taken := least(v_left, v_slot.remaining_milli_fen);
        update loyalty_issuebudgetslot set remaining_milli_fen = remaining_milli_fen - v_taken
            where id = v_slot.id;
        v_left := v_left - v_taken;
    end loop;
    return true;
end $$;

-- Put back into a budget what this very transaction took too much.
create or replace function loyalty_return_budget(p_merchant bigint, p_member bigint, p_cost bigint)
returns void language plpgsql as $$
begin
    if p_cost = 0 then return; end if;
    update loyalty_issuebudgetslot set remaining_milli_fen = remaining_milli_fen + p_cost
        where budget_id = p_merchant and slot = p_member % (
            select slots from loyalty_issuebudget where merchant_id = p_merchant);
end $$;

-- Release money that issued points cost nobody into their merchant's budget, in its emptiest slot, once per
-- reference: a line of the prefund.
create or replace function loyalty_release_prefund(
    p_merchant bigint, p_milli_fen bigint, p_reference text, p_actor text, p_at timestamptz
) returns void language plpgsql as $$
begin
    insert into loyalty_prefundentry (merchant_id, kind, milli_fen, reference, note, actor, at)
        values (p_merchant, 'release', p_milli_fen, p_reference, '', p_actor, p_at);
    update loyalty_issuebudgetslot set remaining_milli_fen = remaining_milli_fen + p_milli_fen
        where id = (select id from loyalty_issuebudgetslot where budget_id = p_merchant
                    order by remaining_milli_fen, slot limit 1);
    if not found then
        raise exception 'the budget of merchant % has no slot', p_merchant
            using errcode = 'data_corrupted';
    end if;
    -- Above a fifth of what it was filled to its merchant will be warned anew, as after a deposit.
    update loyalty_issuebudget set warned_at = null, fallback_since = null
        where merchant_id = p_merchant and warned_at is not null
            and full_milli_fen <= 5 * (select sum(remaining_milli_fen) from loyalty_issuebudgetslot
                                       where budget_id = p_merchant);
end $$;
