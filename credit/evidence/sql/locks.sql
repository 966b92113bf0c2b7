-- The files of a person come one after the other: each counts those that no case has yet.
create or replace function evidence_lock_owner(p_user bigint) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('evidence owner', p_user))
$$;

-- A case takes files one after the other: each counts those that it has.
create or replace function evidence_lock_subject(p_subject text) returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('evidence subject ' || p_subject, 0))
$$;
