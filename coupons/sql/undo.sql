-- Undo a redemption, exactly once: its cost goes back to its payers, its discount leaves the bill, and
-- the coupon can be used again if its time is not over. A coupon that has ended by then is replaced by
-- another until `p_replaced_until`, where that is given.
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
    v_wants bigint;
    v_lives boolean;
    v_other bigint;
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
    v_lives := v_coupon.state in ('live', 'used') and p_at < v_coupon.valid_until;
    if v_lives then
        update coupons_coupon set
            uses_left = case when p_partial then 1 else uses_left + 1 end,
            value_left_fen = value_left_fen + v_redemption.discount_fen,
            state = 'live', ended_at = null,
            reserved_fen = case when budget_slot is null then 0 else reserved_fen + v_back end
            where id = v_coupon.id returning * into v_coupon;
        if v_coupon.budget_slot is not null then
            v_wants := case when p_partial then v_coupon.value_left_fen
                            else p_most * v_coupon.uses_left end - v_coupon.reserved_fen;
            perform coupons_reserve_again(v_coupon.id, v_wants);
        end if;
    else
        update coupons_coupon set state = 'expired'
            where id = v_coupon.id and state = 'used' and p_at >= valid_until;
        if v_coupon.budget_slot is not null then
            perform coupons_settle_budget(jsonb_build_array(
                jsonb_build_array(v_coupon.version_id, v_coupon.budget_slot, v_back)));
        end if;
        if p_replaced_until is not null then
            v_other := coupons_claim(
                'coupon replacement', v_redemption.public_id, '', v_coupon.version_id,
                v_coupon.member_id, p_replacement, 'replacement', p_redemption, null, null,
                (p_at at time zone 'Asia/Shanghai')::date, 1,
                case when p_partial then v_redemption.discount_fen end, 0,
                p_at, p_replaced_until, p_at);
            if v_coupon.budget_slot is not null then
                -- It reserves what there is: nobody's reversal fails for want of a budget.
                update coupons_coupon set budget_slot = v_coupon.budget_slot where id = v_other;
                perform coupons_reserve_again(
                    v_other, case when p_partial then v_redemption.discount_fen else p_most end);
            end if;
        end if;
    end if;
    insert into kernel_outboxrow (name, payload) values ('CouponReturned', jsonb_build_object(
        'coupon', v_coupon.id, 'redemption', v_redemption.public_id, 'member', v_coupon.member_id,
        'live', v_lives));
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
-- array of [redemption, refunded_fen, returned_fen, [[party, fen below zero], …]] with the new sums.
-- The caller holds the bill's row.
create or replace function coupons_refund(
    p_bill bigint, p_public_id text, p_refund_no text, p_goods_fen bigint, p_discount_fen bigint,
    p_parts jsonb, p_actor text, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_refund bigint;
    v_part jsonb;
    v_redemption coupons_redemption;
    v_changes jsonb := '[]';
begin
    insert into coupons_billrefund (public_id, bill_id, refund_no, goods_fen, discount_fen, actor, at)
        values (p_public_id, p_bill, p_refund_no, p_goods_fen, p_discount_fen, p_actor, p_at)
        returning id into v_refund;
    for v_part in select * from jsonb_array_elements(p_parts) loop
        update coupons_redemption set refunded_fen = (v_part ->> 1)::bigint,
                                      returned_fen = (v_part ->> 2)::bigint
            where id = (v_part ->> 0)::bigint returning * into v_redemption;
        perform coupons_book(v_redemption.id, v_redemption.public_id, p_public_id,
                             v_redemption.merchant_id, v_part -> 3, p_at);
        v_changes := v_changes || coalesce((
            select jsonb_build_array(jsonb_build_array(
                version_id, budget_slot,
                -(select sum((part ->> 1)::bigint) from jsonb_array_elements(v_part -> 3) part)))
            from coupons_coupon where id = v_redemption.coupon_id and budget_slot is not null
                and jsonb_array_length(v_part -> 3) > 0), '[]');
    end loop;
    update coupons_couponbill set refunded_fen = refunded_fen + p_goods_fen, seq = seq + 1
        where id = p_bill;
    perform coupons_settle_budget(v_changes);
    insert into kernel_outboxrow (name, payload) values ('CouponBillRefunded', jsonb_build_object(
        'bill', p_bill, 'refund', p_public_id, 'goods_fen', p_goods_fen));
    return v_refund;
end $$;
