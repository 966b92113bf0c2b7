-- Give a member the next coupon of a version, exactly once per key, within the limits, never oversold.
-- What the version says (limits, validity, the most a coupon may cost) is the caller's: it never changes
-- once published. Whether it is still being given out is asked here.
-- The unique keys (claimer, nth) and (claimer, day, nth) are the walls of the limits: a claim that lost
-- the race for the n-th counts again. The hot rows, slots of stock and budget, are locked last, so that
-- their locks live only until the commit.
-- Back come the coupon's number, and of a repeated key only the number.
create or replace function coupons_claim(
    p_scope text, p_key text, p_terms bytea,
    p_version bigint, p_member bigint, p_public_id text, p_source text,
    p_per_member bigint, p_per_day bigint, p_day date, p_uses bigint, p_value bigint, p_most bigint,
    p_valid_from timestamptz, p_valid_until timestamptz, p_at timestamptz
) returns bigint language plpgsql as $$
declare
    v_coupon bigint := nextval('coupons_coupon_id_seq');
    v_earlier bigint := kernel_claim(p_scope, p_key, p_terms, v_coupon);
    v_version record;
    v_nth bigint;
    v_today bigint;
    v_slot bigint;
begin
    if v_earlier is not null then return v_earlier; end if;

    select state, claim_from, claim_until, slots, stock, stock_per_day, budget_fen into v_version
        from coupons_templateversion where id = p_version;
    if v_version.state <> 'published' or p_at >= v_version.claim_until then
        raise exception 'claim_over' using errcode = 'SD409';
    elsif p_at < v_version.claim_from then
        raise exception 'claim_not_begun' using errcode = 'SD409',
            detail = jsonb_build_object('begins', v_version.claim_from);
    end if;
    loop
        select coalesce(max(nth), 0) + 1, coalesce(max(nth_of_day) filter (where claim_day = p_day), 0) + 1
            into v_nth, v_today
            from coupons_coupon where version_id = p_version and claimer_id = p_member;
        if v_nth > p_per_member then
            raise exception 'claim_limit_reached' using errcode = 'SD409',
                detail = jsonb_build_object('limit', p_per_member);
        elsif v_today > p_per_day then
            raise exception 'claim_limit_of_the_day_reached' using errcode = 'SD409',
                detail = jsonb_build_object('limit', p_per_day);
        end if;
        insert into coupons_coupon (id, public_id, version_id, member_id, claimer_id, nth, claim_day,
                                    nth_of_day, slot, source, state, valid_from, valid_until, uses_left,
                                    value_left_fen, reserved_fen, claimed_at)
            values (v_coupon, p_public_id, p_version, p_member, p_member, v_nth, p_day, v_today, null,
                    p_source, 'live', p_valid_from, p_valid_until, p_uses, p_value,
                    case when v_version.budget_fen is null then 0 else p_most end, p_at)
            on conflict do nothing;
        exit when found;
    end loop;
    if v_version.budget_fen is not null then
        perform coupons_take_budget(p_version, p_member, v_version.slots, p_most);
    end if;
    if v_version.stock_per_day is not null then
        v_slot := coupons_take_stock(p_version, p_day, p_member, v_version.slots);
    end if;
    if v_version.stock is not null then
        v_slot := coupons_take_stock(p_version, null, p_member, v_version.slots);
    end if;
    if v_slot is not null then
        update coupons_coupon set slot = v_slot where id = v_coupon;
    end if;
    insert into kernel_outboxrow (name, payload) values ('CouponIssued', jsonb_build_object(
        'coupon', v_coupon, 'version', p_version, 'member', p_member));
    return v_coupon;
end $$;

-- Take one unit of a stock: from the member's own slot, else from any that nobody holds just now. Only
-- an unlocked look says "sold out"; that every slot with something left is locked is "busy".
create or replace function coupons_take_stock(
    p_version bigint, p_day date, p_member bigint, p_slots bigint
) returns bigint language plpgsql as $$
declare
    v_own bigint := p_member % p_slots;
    v_slot bigint;
begin
    update coupons_stockslot set remaining = remaining - 1
        where version_id = p_version and day is not distinct from p_day and slot = v_own and remaining > 0
        returning slot into v_slot;
    if found then return v_slot; end if;
    update coupons_stockslot set remaining = remaining - 1 where id = (
        select id from coupons_stockslot
        where version_id = p_version and day is not distinct from p_day and remaining > 0
        limit 1 for no key update skip locked)
        returning slot into v_slot;
    if found then return v_slot; end if;
    if exists (select from coupons_stockslot
               where version_id = p_version and day is not distinct from p_day and remaining > 0) then
        raise exception 'claim_busy' using errcode = 'SD503';
    end if;
    raise exception 'coupon_sold_out' using errcode = 'SD409';
end $$;

-- Reserve the most a coupon may cost; what it costs less goes back when it is redeemed or ends.
create or replace function coupons_take_budget(
    p_version bigint, p_member bigint, p_slots bigint, p_fen bigint
) returns void language plpgsql as $$
begin
    update coupons_budgetslot set remaining_fen = remaining_fen - p_fen
        where version_id = p_version and slot = p_member % p_slots and remaining_fen >= p_fen;
    if found then return; end if;
    update coupons_budgetslot set remaining_fen = remaining_fen - p_fen where id = (
        select id from coupons_budgetslot where version_id = p_version and remaining_fen >= p_fen
        limit 1 for no key update skip locked);
    if found then return; end if;
    if exists (select from coupons_budgetslot where version_id = p_version and remaining_fen >= p_fen) then
        raise exception 'claim_busy' using errcode = 'SD503';
    end if;
    raise exception 'coupon_sold_out' using errcode = 'SD409';
end $$;
