-- Note for some accounts which days on which points end are near, and emit a warning for each once; how many.
create or replace function loyalty_warn_of_expiry(
    p_accounts bigint[], p_until timestamptz, p_at timestamptz
) returns bigint language sql as $$
    with ending as (
        select account_id, expires_at, sum(remaining) as points from loyalty_lot
        where account_id = any(p_accounts) and remaining > 0 and not in_review
            and expires_at > p_at and expires_at <= p_until
        group by account_id, expires_at
    ), warned as (
        insert into loyalty_expirywarning (account_id, expires_at, points, at)
            select account_id, expires_at, points, p_at from ending
            order by account_id, expires_at
            on conflict (account_id, expires_at) do nothing
            returning account_id, expires_at, points
    )
    select count(kernel_emit('PointsExpiring', jsonb_build_object(
            'member', account_id, 'points', points,
            'expires_at', to_char(expires_at at time zone 'Asia/Shanghai',
                                  'YYYY-MM-DD"T"HH24:MI:SS"+08:00"'))))
        from warned
$$;
