-- A live visit of each member at one store, under a token that a load generator can spell.
insert into merchants_visit (member_id, store_id, till_key_id, seed, token_hash, opened_at, expires_at)
    select i, 1 + i % {merchants}, 1 + i % {merchants}, int8send(i),
           sha256(('vis_' || lpad(i::text, 22, '0'))::bytea), now(), now() + interval '1 day'
    from generate_series(1, {members}) i;
