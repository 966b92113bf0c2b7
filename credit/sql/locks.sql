-- Policies of the score are proposed, approved and withdrawn one after the other: each is held against all others.
create or replace function credit_lock_score_policies() returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('credit score policies', 0))
$$;
