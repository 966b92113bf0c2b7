-- Use coupons on one bill, all of them or none, exactly once per key and per merchant and request
-- number. What each is worth is the caller's, who judged each coupon and the bill as it saw them; what
-- it saw comes along, and whoever saw something that is no longer so is told `coupon_changed` or
-- `coupon_bill_changed` and judges again.
-- `p_uses` is an array of objects: coupon, public_id (the redemption's), member, version, uses_left and
-- value_left as seen, single, partial, most (the reserve of one use), eligible, discount, cost, turn,
-- shown_by_pass (the instant at which the open pass that showed it was made; each pass counts once; null
-- where something else showed it), and parts: [[party, fen], …].
-- Locks: key → bill → coupons by number → what members share (budget slots).
-- Back comes what was written and its caller does not know, so that nobody need read it back: the
-- request's number, what is off the bill now, the redemptions' numbers in the order of their coupons, and
-- public id and name of each party that bears a part, by its number. Of what an earlier call of the same key
-- wrote (`repeated`), only the request's number.
create or replace function coupons_redeem(
    p_scope text, p_key text, p_terms bytea,
    p_merchant bigint, p_store bigint, p_request_no text, p_bill_no text, p_bill_fen bigint,
    p_bill_seq bigint, p_uses jsonb, p_offline boolean, p_actor text, p_at timestamptz,
    out repeated boolean, out request bigint, out bill_discount_fen bigint, out redemptions bigint[],
    out parties jsonb
) language plpgsql as $$
#variable_conflict use_column
declare
    v_request bigint := nextval('coupons_redemptionrequest_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_request);
    v_discount bigint := (select sum((use ->> 'discount')::bigint) from jsonb_array_elements(p_uses) use);
    v_bill coupons_couponbill;
    v_use record;
    v_redemption bigint;
    v_parties bigint[];
    v_changes jsonb := '[]';
begin
    repeated := v_earlier is not null;
    request := coalesce(v_earlier, v_request);
    if repeated then return; end if;

    v_bill := coupons_put_on_bill(p_store, p_bill_no, p_bill_fen, p_bill_seq, v_discount, p_at);
    insert into coupons_redemptionrequest (id, merchant_id, request_no, bill_id, actor, at)
        values (v_request, p_merchant, p_request_no, v_bill.id, p_actor, p_at);
    for v_use in
        select * from jsonb_to_recordset(p_uses) as use(
            coupon bigint, public_id text, member bigint, version bigint, uses_left int,
            value_left bigint, single boolean, partial boolean, most bigint, eligible bigint,
            discount bigint, cost bigint, turn bigint, parts jsonb, shown_by_pass timestamptz)
        order by coupon
    loop
        v_changes := v_changes || coupons_use(
            v_use.coupon, v_use.member, v_use.uses_left, v_use.value_left, v_use.partial,
            v_use.most, v_use.discount, v_use.cost, p_store, p_at);
        -- The coupon's row is locked: nobody else uses the same pass meanwhile.
        if v_use.shown_by_pass is not null and exists (
            select from coupons_redemption
            where coupon_id = v_use.coupon and pass_made_at = v_use.shown_by_pass and reversed_at is null)
        then
            raise exception 'token_used' using errcode = 'SD409';
        end if;
        insert into coupons_redemption (public_id, request_id, bill_id, merchant_id, store_id,
                                        coupon_id, version_id, member_id, single_use, eligible_fen,
                                        discount_fen, cost_fen, turn, offline, pass_made_at, at)
            values (v_use.public_id, v_request, v_bill.id, p_merchant, p_store, v_use.coupon,
                    v_use.version, v_use.member, v_use.single, v_use.eligible, v_use.discount,
                    v_use.cost, v_use.turn, p_offline, v_use.shown_by_pass, p_at)
            returning id into v_redemption;
        redemptions := redemptions || v_redemption;
        v_parties := v_parties || array(
            select (part ->> 0)::bigint from jsonb_array_elements(v_use.parts) part);
        perform coupons_book(v_redemption, v_use.public_id, v_use.public_id, p_merchant,
                             v_use.parts, p_at);
        perform kernel_emit('CouponRedeemed', jsonb_build_object(
            'coupon', v_use.coupon, 'redemption', v_use.public_id, 'member', v_use.member,
            'merchant', p_merchant, 'store', p_store, 'discount_fen', v_use.discount));
    end loop;
    if v_changes <> '[]' then perform coupons_settle_budget(v_changes); end if;
    bill_discount_fen := v_bill.discount_fen;
    parties := (select jsonb_object_agg(id, jsonb_build_array(public_id, name))
                from merchants_merchant where id = any(v_parties));
end $$;

-- Take a discount off the bill of that number as its caller saw it, made if it is new; its row, locked,
-- as it is afterwards. A number means one amount for ever.
create or replace function coupons_put_on_bill(
    p_store bigint, p_bill_no text, p_bill_fen bigint, p_bill_seq bigint, p_discount bigint,
    p_at timestamptz
) returns coupons_couponbill language plpgsql as $$
declare v_bill coupons_couponbill;
begin
    insert into coupons_couponbill (store_id, bill_no, bill_fen, discount_fen, seq, at)
        values (p_store, p_bill_no, p_bill_fen, p_discount, 1, p_at)
        on conflict do nothing returning * into v_bill;
    if found then return v_bill; end if;
    select * into strict v_bill from coupons_couponbill
        where store_id = p_store and bill_no = p_bill_no for no key update;
    if v_bill.bill_fen <> p_bill_fen then
        raise exception 'coupon_bill_told_otherwise' using errcode = 'SD409',
            detail = jsonb_build_object('bill_fen', v_bill.bill_fen);
    elsif v_bill.seq <> p_bill_seq then
        raise exception 'coupon_bill_changed' using errcode = 'SD409';
    elsif v_bill.refunded_fen > 0 then
        raise exception 'coupon_bill_refunded' using errcode = 'SD409';
    end if;
    update coupons_couponbill set discount_fen = discount_fen + p_discount, seq = seq + 1
        where id = v_bill.id returning * into v_bill;
    return v_bill;
end $$;

-- One use of a coupon as its caller saw it; back comes what of its reservation goes back into the budget
-- ([version, slot, fen], below zero: it cost more than was reserved), or an empty array.
create or replace function coupons_use(
    p_coupon bigint, p_member bigint, p_uses_left int, p_value_left bigint, p_partial boolean,
    p_most bigint, p_discount bigint, p_cost bigint, p_store bigint, p_at timestamptz
) returns jsonb language plpgsql as $$
declare
    v_coupon coupons_coupon;
    v_ends boolean := case when p_partial then p_discount >= p_value_left else p_uses_left <= 1 end;
    v_keeps bigint := case when v_ends then 0
                           when p_partial then p_value_left - p_discount
                           else p_most * (p_uses_left - 1) end;
    v_reserved bigint;
begin
    select * into v_coupon from coupons_coupon where id = p_coupon for no key update;
    if v_coupon.state is distinct from 'live' or v_coupon.member_id <> p_member
        or v_coupon.uses_left <> p_uses_left
        or v_coupon.value_left_fen is distinct from p_value_left
        -- Whole seconds decide, as in the rules that tills without a network judge by.
        or p_at < date_trunc('second', v_coupon.valid_from)
        or p_at >= date_trunc('second', v_coupon.valid_until)
        or (v_coupon.leased_until > p_at and v_coupon.leased_to_id <> p_store)
        or v_coupon.held_until > p_at
        or not coupons_origin_holds(p_coupon, v_coupon.source)
    then
        raise exception 'coupon_changed' using errcode = 'SD409';
    end if;
    v_reserved := v_coupon.reserved_fen - p_cost;
    if v_coupon.budget_slot is null then v_keeps := 0; v_reserved := 0;
    else v_keeps := greatest(least(v_keeps, v_reserved), 0); end if;
    update coupons_coupon set
        uses_left = case when p_partial and not v_ends then uses_left else uses_left - 1 end,
        value_left_fen = value_left_fen - p_discount,
        state = case when v_ends then 'used' else state end,
        ended_at = case when v_ends then p_at end,
        reserved_fen = v_keeps
        where id = p_coupon;
    if v_coupon.budget_slot is null or v_reserved = v_keeps then return '[]'; end if;
    return jsonb_build_array(
        jsonb_build_array(v_coupon.version_id, v_coupon.budget_slot, v_reserved - v_keeps));
end $$;

-- Write down who bears what, and book it into the settlement: every party but the merchant itself owes
-- it its part; what is taken back is below zero.
create or replace function coupons_book(
    p_redemption bigint, p_public_id text, p_reference text, p_merchant bigint, p_parts jsonb,
    p_at timestamptz
) returns void language plpgsql as $$
begin
    insert into coupons_fundingpart (redemption_id, party_id, reference, fen, at)
        select p_redemption, (part ->> 0)::bigint, p_reference, (part ->> 1)::bigint, p_at
        from jsonb_array_elements(p_parts) with ordinality parts (part, place)
        where (part ->> 1)::bigint <> 0
        order by place;
    -- A refund of a bill may concern several redemptions.
    perform settlement_book(
        'coupon', case when p_reference = p_public_id then p_reference
                       else p_reference || '-' || p_public_id end,
        (part ->> 0)::bigint, p_merchant, (part ->> 1)::bigint, p_at)
        from jsonb_array_elements(p_parts) part
        where (part ->> 1)::bigint <> 0 and (part ->> 0)::bigint <> p_merchant;
end $$;
