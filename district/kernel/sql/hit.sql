-- Count one more use in a window of a limit; the count so far comes back.
create or replace function kernel_hit(p_limit text, p_subject bytea, p_window bigint)
returns integer language sql as $$
    insert into kernel_ratewindow ("limit", subject, "window", hits)
    values (p_limit, p_subject, p_window, 1)
    on conflict ("limit", subject, "window") do update set hits = kernel_ratewindow.hits + 1
    returning hits;
$$;
