-- The least that a claim can be on our tables: the coupon, and one unit off the member's slot. It asks
-- nothing, knows no key, counts nobody's coupons and emits no event.
create function bare_claim(
    p_version bigint, p_template bigint, p_member bigint, p_slots bigint, p_nth int, p_public_id text
) returns bigint language plpgsql as $$
declare v_coupon bigint;
begin
    insert into coupons_coupon (public_id, version_id, template_id, member_id, claimer_id, nth, claim_day,
                                nth_of_day, stock_slot, source, state, valid_from, valid_until, uses_left,
                                claimed_at)
        values (p_public_id, p_version, p_template, p_member, p_member, p_nth, current_date, p_nth,
                p_member % p_slots, 'issue', 'live', '2020-01-01', '2099-01-01', 1, now())
        returning id into v_coupon;
    update coupons_stockslot set remaining = remaining - 1
        where version_id = p_version and day is null and slot = p_member % p_slots and remaining > 0;
    if not found then raise exception 'sold out'; end if;
    return v_coupon;
end $$;
