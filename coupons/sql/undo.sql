-- Undo a redemption, exactly once: its cost goes back to its payers, its discount leaves the bill, and
-- the coupon can be used again if its time is not over and what brought it still holds. A coupon that has
-- ended by then is replaced by another until `p_replaced_until`, where that is given.
-- Locks: key → bill → redemption → coupon → budget slots.
create or replace function coupons_reverse(
    p_scope text, p_key text, p_terms bytea,
    p_redemption bigint, p_reference text, p_most bigint, p_partial boolean,
    p_replacement text, p_replaced_until timestamptz, p_reason text, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, p_redemption);
begin
    if v_earlier is not null then return v_earlier; end if;
    perform coupons_undo(p_redemption, p_reference, p_most, p_partial, p_replacement,
                         p_replaced_until, p_reason, p_actor, p_at);
    return p_redemption;
end $$;

create or replace function coupons_undo(
    p_redemption bigint, p_reference text, p_most bigint, p_partial boolean,
    p_replacement text, p_replaced_until timestamptz, p_reason text, p_actor text, p_at timestamptz
) returns void language plpgsql as $$
declare
    v_redemption coupons_redemption;
    v_coupon coupons_coupon;
    v_parts jsonb;
    v_back bigint;
begin
    perform from coupons_couponbill
        where id = (select bill_id from coupons_redemption where id = p_redemption) for no key update;
    update coupons_redemption
        set reversed_at = p_at, reversed_by = p_actor, reason = p_reason
        where id = p_redemption and reversed_at is null
        returning * into v_redemption;
    if not found then
        raise exception 'redemption_already_reversed' using errcode = 'SD409';
    end if;
    update coupons_couponbill set discount_fen = discount_fen - v_redemption.discount_fen, seq = seq + 1
        where id = v_redemption.bill_id;
    select coalesce(jsonb_agg(jsonb_build_array(party_id, -fen)), '[]'), coalesce(sum(fen), 0)
        into v_parts, v_back
        from (select party_id, sum(fen)::bigint as fen from coupons_fundingpart
              where redemption_id = p_redemption group by party_id having sum(fen) <> 0
              order by party_id) parts;
    perform coupons_book(p_redemption, v_redemption.public_id, p_reference, v_redemption.merchant_id,
                         v_parts, p_at);

    select * into strict v_coupon from coupons_coupon
        where id = v_redemption.coupon_id for no key update;
    if v_coupon.budget_slot is not null then
        perform coupons_settle_budget(jsonb_build_array(
            jsonb_build_array(v_coupon.version_id, v_coupon.budget_slot, v_back)));
    end if;
    perform coupons_give_back(p_redemption, null, p_most, p_partial, p_replacement, p_replaced_until,
                              p_at);
    perform kernel_emit('CouponReturned', jsonb_build_object(
            'coupon', id, 'redemption', v_redemption.public_id, 'member', member_id,
            'live', state = 'live'))
        from coupons_coupon where id = v_coupon.id;
end $$;

-- Give a use that was undone back to its coupon, or of one that is used up in parts (`p_partial`) the
-- value that came back and was not given back before. While its time lasts that goes into the coupon
-- itself, afterwards into another one until `p_replaced_until`, where that is given. A coupon whose
-- purchase no longer brings it cannot be used again. The caller has put the fen back into the budget.
create or replace function coupons_give_back(
    p_redemption bigint, p_refund bigint, p_most bigint, p_partial boolean,
    p_replacement text, p_replaced_until timestamptz, p_at timestamptz
) returns void language plpgsql as $$
declare
    v_redemption coupons_redemption;
    v_coupon coupons_coupon;
    v_value bigint;
    v_other record;
begin
    select * into strict v_redemption from coupons_redemption where id = p_redemption;
    select * into strict v_coupon from coupons_coupon
        where id = v_redemption.coupon_id for no key update;
    if p_partial then
        v_value := case when v_redemption.reversed_at is null then v_redemption.returned_fen
                        else v_redemption.discount_fen end
            - v_redemption.restored_fen - v_redemption.replaced_fen;
    end if;
    if v_coupon.state <> 'expired' and p_at < v_coupon.valid_until then
        update coupons_coupon set
            uses_left = case when p_partial then sign(value_left_fen + v_value) else uses_left + 1 end,
            value_left_fen = value_left_fen + v_value,
            state = case when state = 'void' then state
                         when value_left_fen + v_value = 0 then 'used' else 'live' end,
            ended_at = case when state = 'void' or value_left_fen + v_value = 0 then ended_at end
            where id = v_coupon.id returning * into v_coupon;
        update coupons_redemption set restored_fen = restored_fen + v_value
            where id = p_redemption and v_value > 0;
        if v_coupon.state = 'live' and v_coupon.budget_slot is not null then
            perform coupons_reserve_again(
                v_coupon.id, case when p_partial then v_coupon.value_left_fen
                                  else p_most * v_coupon.uses_left end - v_coupon.reserved_fen);
        end if;
    else
        update coupons_coupon set state = 'expired'
            where id = v_coupon.id and state = 'used' and p_at >= valid_until
                and v_redemption.reversed_at is not null;
    end if;
    if not coupons_origin_holds(v_coupon.id, v_coupon.source) then
        perform coupons_withdraw(v_coupon.id, p_at);
    elsif (v_coupon.state = 'expired' or p_at >= v_coupon.valid_until) and v_coupon.state <> 'void'
        and p_replaced_until is not null and v_value is distinct from 0
    then
        select * into v_other from coupons_claim(
            'coupon replacement', v_redemption.public_id || coalesce('-' || p_refund, ''), '',
            v_coupon.version_id, v_coupon.member_id, p_replacement, 'replacement', p_redemption,
            p_refund, null, null, (p_at at time zone 'Asia/Shanghai')::date, 1, v_value, 0,
            date_trunc('second', p_at), p_replaced_until, p_at);
        if v_other.repeated then
            raise exception 'redemption % was replaced before', v_redemption.public_id
                using errcode = 'data_corrupted';
        end if;
        update coupons_redemption set replaced_fen = replaced_fen + v_value
            where id = p_redemption and v_value > 0;
        if v_coupon.budget_slot is not null then
            -- It reserves what there is: nobody's reversal fails for want of a budget.
            update coupons_coupon set budget_slot = v_coupon.budget_slot
                where id = v_other.coupon;
            perform coupons_reserve_again(v_other.coupon, coalesce(v_value, p_most));
        end if;
    end if;
end $$;

-- Reserve for a coupon that came back what its next use may cost, as far as the slot still has it; what
-- is missing is taken when it is used, or that use is refused.
create or replace function coupons_reserve_again(p_coupon bigint, p_fen bigint) returns void
language plpgsql as $$
declare
    v_coupon coupons_coupon;
    v_taken bigint := 0;
begin
    select * into strict v_coupon from coupons_coupon where id = p_coupon;
    select least(remaining_fen, p_fen) into v_taken from coupons_budgetslot
        where version_id = v_coupon.version_id and slot = v_coupon.budget_slot for no key update;
    if v_taken > 0 then
        update coupons_budgetslot set remaining_fen = remaining_fen - v_taken
            where version_id = v_coupon.version_id and slot = v_coupon.budget_slot;
        update coupons_coupon set reserved_fen = reserved_fen + v_taken where id = p_coupon;
    end if;
end $$;

-- Goods of a bill came back in part: the cost of its redemptions shrinks in proportion. `p_parts` is an
-- array of objects: redemption, refunded_fen and returned_fen with the new sums, funding ([[party, fen below
-- zero], …]) and, of a coupon that is used up in parts, replacement and replaced_until: what came back of its
-- discount is value again. Of any other replacement is null.
-- The caller holds the bill's row. Locks: coupons by number → budget slots.
create or replace function coupons_refund(
    p_bill bigint, p_public_id text, p_refund_no text, p_goods_fen bigint, p_discount_fen bigint,
    p_parts jsonb, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_refund bigint;
    v_part record;
    v_redemption coupons_redemption;
    v_changes jsonb := '[]';
begin
    insert into coupons_billrefund (public_id, bill_id, refund_no, goods_fen, discount_fen, actor, at)
        values (p_public_id, p_bill, p_refund_no, p_goods_fen, p_discount_fen, p_actor, p_at)
        returning id into v_refund;
    perform from coupons_coupon where id in (
        select coupon_id from coupons_redemption where bill_id = p_bill)
        order by id for no key update;
    for v_part in
        select * from jsonb_to_recordset(p_parts) as part(
            redemption bigint, refunded_fen bigint, returned_fen bigint, funding jsonb)
    loop
        update coupons_redemption set refunded_fen = v_part.refunded_fen,
                                      returned_fen = v_part.returned_fen
            where id = v_part.redemption returning * into v_redemption;
        perform coupons_book(v_redemption.id, v_redemption.public_id, p_public_id,
                             v_redemption.merchant_id, v_part.funding, p_at);
        v_changes := v_changes || coalesce((
            select jsonb_build_array(jsonb_build_array(
                version_id, budget_slot,
                -(select sum((part ->> 1)::bigint) from jsonb_array_elements(v_part.funding) part)))
            from coupons_coupon where id = v_redemption.coupon_id and budget_slot is not null
                and jsonb_array_length(v_part.funding) > 0), '[]');
    end loop;
    update coupons_couponbill set refunded_fen = refunded_fen + p_goods_fen, seq = seq + 1
        where id = p_bill;
    perform coupons_settle_budget(v_changes);
    for v_part in
        select * from jsonb_to_recordset(p_parts) as part(
            redemption bigint, replacement text, replaced_until timestamptz)
        where replacement is not null
    loop
        perform coupons_give_back(v_part.redemption, v_refund, 0, true, v_part.replacement,
                                  v_part.replaced_until, p_at);
    end loop;
    perform kernel_emit('CouponBillRefunded', jsonb_build_object(
        'bill', p_bill, 'refund', p_public_id, 'goods_fen', p_goods_fen));
    return v_refund;
end $$;
