-- What a shopper has read, side by side or again: each notice is marked once.
create or replace function complaints_read_notices(p_member bigint, p_notices text[], p_at timestamptz)
returns integer language plpgsql as $$
declare v_count integer;
begin
    insert into complaints_casenoticereading (notice_id, at)
    select notice.id, greatest(p_at, notice.at)
    from complaints_casenotice notice join complaints_casefile file on file.id = notice.case_id
    where notice.public_id = any(p_notices) and notice.audience = 'shopper' and file.member_id = p_member
    order by notice.id
    on conflict (notice_id) do nothing;
    get diagnostics v_count = row_count;
    return v_count;
end $$;
