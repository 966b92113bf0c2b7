-- The coupon a coupon stands for: itself, or, of one granted instead of a coupon that had ended, the
-- first of them.
create or replace function coupons_root(p_coupon bigint) returns bigint
language plpgsql stable as $$
declare
    v_root bigint := p_coupon;
    v_before bigint;
begin
    loop
        select redemption.coupon_id into v_before
            from coupons_coupon coupon
            join coupons_redemption redemption on redemption.id = coupon.replaces_id
            where coupon.id = v_root;
        exit when v_before is null;
        v_root := v_before;
        v_before := null;
    end loop;
    return v_root;
end $$;

-- A coupon and all that were granted instead of it, or instead of those.
create or replace function coupons_family(p_root bigint) returns setof bigint
language sql stable as $$
    with recursive family (id) as (
        select p_root
        union
        select replacement.id from family
        join coupons_redemption redemption on redemption.coupon_id = family.id
        join coupons_coupon replacement on replacement.replaces_id = redemption.id)
    select id from family order by id
$$;

-- Whether the purchase that brought a coupon still would: what of it was not given back reaches what
-- its version asks for. True of a coupon that no purchase brought. Every change of a coupon's state
-- asks this.
create or replace function coupons_origin_holds(p_coupon bigint, p_source text) returns boolean
language plpgsql stable as $$
begin
    if p_source not in ('receipt', 'replacement') then return true; end if;
    return not exists (
        select from coupons_receiptreward reward
        join coupons_coupon root on root.id = reward.coupon_id
        join coupons_templateversion version on version.id = root.version_id
        join loyalty_receipt receipt on receipt.id = reward.receipt_id
        where reward.coupon_id = coupons_root(p_coupon)
            and receipt.paid_fen - receipt.refunded_fen < version.gift_from_fen);
end $$;

-- End a coupon for good; the caller holds its row and passes it. What it reserved goes back into the
-- budget. One of which no use stands counts for nothing from now on: its numbers are free for the next
-- claim, its units go back to the day they were taken from and to the whole.
create or replace function coupons_void(
    p_coupon coupons_coupon, p_unused boolean, p_at timestamptz
) returns void language plpgsql as $$
begin
    update coupons_coupon set
        state = 'void', ended_at = coalesce(ended_at, p_at), reserved_fen = 0,
        nth = case when p_unused then null else nth end,
        nth_of_day = case when p_unused then null else nth_of_day end,
        stock_slot = case when p_unused then null else stock_slot end,
        day_slot = case when p_unused then null else day_slot end
        where id = p_coupon.id;
    if p_coupon.reserved_fen > 0 then
        perform coupons_settle_budget(jsonb_build_array(jsonb_build_array(
            p_coupon.version_id, p_coupon.budget_slot, p_coupon.reserved_fen)));
    end if;
    if p_unused then
        update coupons_stockslot set remaining = remaining + 1
            where version_id = p_coupon.version_id and day = p_coupon.claim_day
                and slot = p_coupon.day_slot;
        update coupons_stockslot set remaining = remaining + 1
            where version_id = p_coupon.version_id and day is null
                and slot = p_coupon.stock_slot;
    end if;
    if p_coupon.state <> 'void' then
        perform kernel_emit('CouponRevoked', jsonb_build_object(
            'coupon', p_coupon.id, 'version', p_coupon.version_id, 'member', p_coupon.member_id));
    end if;
end $$;

-- Take an unused coupon back for good, while its time lasts.
create or replace function coupons_revoke(p_coupon bigint, p_at timestamptz) returns boolean
language plpgsql as $$
declare v_coupon coupons_coupon;
begin
    select * into strict v_coupon from coupons_coupon where id = p_coupon for no key update;
    if v_coupon.state <> 'live' or p_at >= v_coupon.valid_until or exists (
        select from coupons_redemption where coupon_id = p_coupon and reversed_at is null)
    then
        return false;
    end if;
    perform coupons_void(v_coupon, true, p_at);
    return true;
end $$;

-- Take back what is unused of a coupon whose purchase no longer brings it, also of one that has expired
-- meanwhile; whether there was anything. What was used stays used and counts.
create or replace function coupons_withdraw(p_coupon bigint, p_at timestamptz) returns boolean
language plpgsql as $$
declare
    v_coupon coupons_coupon;
    v_used boolean;
begin
    select * into strict v_coupon from coupons_coupon where id = p_coupon for no key update;
    v_used := exists (
        select from coupons_redemption where coupon_id = p_coupon and reversed_at is null);
    if v_used and v_coupon.state <> 'live' or v_coupon.state = 'void' and v_coupon.nth is null then
        return false;
    end if;
    perform coupons_void(v_coupon, not v_used, p_at);
    if not v_used and v_coupon.source = 'receipt' then
        -- It kept other purchases of the claimer from bringing one.
        perform kernel_emit('GiftTakenBack', jsonb_build_object(
                'coupon', p_coupon, 'receipt', receipt_id, 'template', template_id))
            from coupons_receiptreward where coupon_id = p_coupon;
    end if;
    return true;
end $$;
