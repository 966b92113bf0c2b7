-- Add to the rollup every line whose transaction had ended for sure when this began; how many lines.
-- The horizon is read before the lines: every transaction below it had ended by then, so no line of
-- one can appear later. Numbers of lines would not do: they are taken before commits, in any order.
create or replace function loyalty_advance_rollup() returns bigint language plpgsql as $$
declare
    v_from bigint;
    v_to bigint;
    v_lines bigint;
begin
    insert into loyalty_rolluphorizon (singleton) values (true) on conflict do nothing;
    select xid into v_from from loyalty_rolluphorizon for no key update;
    v_to := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    if v_to <= v_from then return 0; end if;

    with ended as (
        select merchant_id, kind, sum(points) as points, count(*) as count from loyalty_transfer
        where (xid::text)::bigint >= v_from and (xid::text)::bigint < v_to
        group by merchant_id, kind
    ), added as (
        insert into loyalty_rollup as rollup (merchant_id, kind, points, count)
            select merchant_id, kind, points, count from ended
            on conflict (merchant_id, kind) do update
                set points = rollup.points + excluded.points, count = rollup.count + excluded.count)
    select coalesce(sum(count), 0) into v_lines from ended;
    update loyalty_rolluphorizon set xid = v_to;
    return v_lines;
end $$;
