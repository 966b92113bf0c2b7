-- What a version says, its payers included, without its number, its state and who did what to it. In one
-- time zone, so that the same version gives the same text in every session.
create or replace function coupons_contents_of(p_version bigint) returns jsonb
language sql stable set timezone to 'UTC' as $$
    select (to_jsonb(version) - '{id,public_id,template_id,number,state,drafted_by_id,decided_by_id,'
            'submitted_at,decided_at,stopped_at,note}'::text[])
        || jsonb_build_object('payers', coalesce((
            select jsonb_agg(jsonb_build_array(party_id, bp) order by party_id nulls first)
            from coupons_templatefunding where version_id = version.id), '[]'))
    from coupons_templateversion version where version.id = p_version
$$;

-- Write down who changed or submitted a draft, and what it says now.
create or replace function coupons_record_edit(
    p_version bigint, p_act text, p_by bigint, p_at timestamptz
) returns void language sql as $$
    insert into coupons_versionedit (version_id, act, by_id, at, contents)
        values (p_version, p_act, p_by, p_at, coupons_contents_of(p_version))
$$;

-- Everyone who wrote or submitted this version, or another one of its template since the last
-- publication: none of them may decide it.
create or replace function coupons_editors_of(p_version bigint) returns setof bigint
language sql stable as $$
    select edit.by_id from coupons_versionedit edit
    join coupons_templateversion edited on edited.id = edit.version_id
    join coupons_templateversion decided on decided.id = p_version
    where edited.id = p_version
        or edited.template_id = decided.template_id and edit.at > coalesce((
            select max(earlier.decided_at) from coupons_templateversion earlier
            where earlier.template_id = decided.template_id and earlier.id <> p_version
                and earlier.state in ('published', 'stopped')), '-infinity')
    union
    select drafted_by_id from coupons_templateversion where id = p_version
$$;
