-- Whether a scope's part names a store: by itself, its merchant, its trade or its venue.
create or replace function coupons_names(
    p_places jsonb, p_store text, p_merchant text, p_trade text, p_venue text
) returns boolean language sql immutable parallel safe as $$
    select coalesce(p_places -> 'stores' ? p_store, false)
        or coalesce(p_places -> 'merchants' ? p_merchant, false)
        or coalesce(p_places -> 'trades' ? p_trade, false)
        or coalesce(p_places -> 'venues' ? p_venue, false)
$$;

-- Whether a scope's part names anything at all.
create or replace function coupons_names_any(p_places jsonb) returns boolean
language sql immutable parallel safe as $$
    select coalesce(jsonb_array_length(p_places -> 'stores'), 0)
        + coalesce(jsonb_array_length(p_places -> 'merchants'), 0)
        + coalesce(jsonb_array_length(p_places -> 'trades'), 0)
        + coalesce(jsonb_array_length(p_places -> 'venues'), 0) > 0
$$;
-- Whether a version's scope holds at a store: as `CouponScope.holds_at` of coupons.engine says, for filters.
create or replace function coupons_holds_at(
    p_scope jsonb, p_store text, p_merchant text, p_trade text, p_venue text
) returns boolean language sql immutable parallel safe as $$
    select (not coupons_names_any(p_scope -> 'only')
            or coupons_names(p_scope -> 'only', p_store, p_merchant, p_trade, p_venue))
        and not coupons_names(p_scope -> 'but_not', p_store, p_merchant, p_trade, p_venue)
$$;
