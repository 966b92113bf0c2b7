-- A session of each member, under a token that a load generator can spell. Noted as used just now for as
-- long as a benchmark lasts: who claims has read the catalogue in the minute before.
insert into members_shoppersession (token_hash, member_id, created_at, expires_at, last_used_at)
    select sha256(('sht_' || lpad(i::text, 43, '0'))::bytea), i, now(), now() + interval '30 days',
           now() + interval '1 day'
    from generate_series(1, {members}) i;
