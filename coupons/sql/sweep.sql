-- End coupons whose time is over, so many at most; rows that somebody holds are left to the next run.
-- Until it has run nobody can use them either: every use asks for the time.
create or replace function coupons_expire(p_most bigint, p_at timestamptz) returns bigint
language plpgsql as $$
declare
    v_count bigint;
    v_changes jsonb;
begin
    with due as (
        select id, reserved_fen from coupons_coupon where state = 'live' and valid_until <= p_at
        order by valid_until, id limit p_most for no key update skip locked
    ), ended as (
        update coupons_coupon coupon
            set state = 'expired', ended_at = coupon.valid_until, reserved_fen = 0
            from due where coupon.id = due.id
            returning coupon.id, coupon.version_id, coupon.member_id, coupon.budget_slot,
                due.reserved_fen
    )
    select count(kernel_emit('CouponExpired', jsonb_build_object(
                'coupon', id, 'version', version_id, 'member', member_id))),
            coalesce(jsonb_agg(jsonb_build_array(version_id, budget_slot, reserved_fen))
                              filter (where reserved_fen > 0), '[]')
        into v_count, v_changes from ended;
    perform coupons_settle_budget(v_changes);
    return v_count;
end $$;

-- A till without a network used a coupon within its time and reported it after it had expired: it is live
-- again, and reserves what there is for the use that follows.
create or replace function coupons_revive(p_coupon bigint, p_most bigint, p_partial boolean)
returns void language plpgsql as $$
declare v_coupon coupons_coupon;
begin
    update coupons_coupon set state = 'live', ended_at = null
        where id = p_coupon and state = 'expired' and uses_left > 0
            and coalesce(value_left_fen, 1) > 0 and coupons_origin_holds(id, source)
        returning * into v_coupon;
    if found and v_coupon.budget_slot is not null then
        perform coupons_reserve_again(
            p_coupon, case when p_partial then v_coupon.value_left_fen
                           else p_most * v_coupon.uses_left end);
    end if;
end $$;

-- Warn of live coupons that end before an instant, once each.
create or replace function coupons_warn(p_before timestamptz, p_most bigint, p_at timestamptz)
returns bigint language sql as $$
    with due as (
        select id from coupons_coupon
        where state = 'live' and warned_at is null and valid_until > p_at and valid_until <= p_before
        order by valid_until, id limit p_most for no key update skip locked
    ), warned as (
        update coupons_coupon coupon set warned_at = p_at from due where coupon.id = due.id
            returning coupon.id, coupon.version_id, coupon.member_id, coupon.valid_until
    )
    select count(kernel_emit('CouponExpiring', jsonb_build_object(
            'coupon', id, 'version', version_id, 'member', member_id, 'until', valid_until)))
        from warned
$$;
