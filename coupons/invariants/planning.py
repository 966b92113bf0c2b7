"""What must always hold of how campaigns are planned: nothing may come back. They share no code with the verbs."""

PLANNING: dict[str, str] = {
    "nobody decided a version that he wrote or submitted": """
        select version.id, version.decided_by_id from coupons_templateversion version
        where version.decided_by_id = version.drafted_by_id or exists (
            select from coupons_versionedit edit
            join coupons_templateversion edited on edited.id = edit.version_id
            where edit.by_id = version.decided_by_id and edit.at <= version.decided_at
                and (edited.id = version.id or edited.template_id = version.template_id
                    and edit.at > coalesce((
                        select max(earlier.decided_at) from coupons_templateversion earlier
                        where earlier.template_id = version.template_id
                            and earlier.state in ('published', 'stopped')
                            and earlier.decided_at < version.decided_at), '-infinity')))
    """,
    "what a submitted version says was recorded as somebody wrote it": """
        select version.id, edit.id as edit, recorded.key
        from coupons_templateversion version
        cross join lateral (
            select id, contents from coupons_versionedit
            where version_id = version.id and act = 'submit' order by id desc limit 1) edit
        cross join lateral jsonb_each(edit.contents) recorded
        where version.state <> 'draft' and recorded.key not in (
                'payers', 'claim_from', 'claim_until', 'valid_from', 'valid_until')
            and to_jsonb(version) ? recorded.key
            and to_jsonb(version) -> recorded.key <> recorded.value
        union all
        select version.id, edit.id, 'payers'
        from coupons_templateversion version
        join coupons_versionedit edit on edit.version_id = version.id and edit.act = 'submit'
        where version.state <> 'draft' and edit.contents ? 'payers' and (
            select coalesce(jsonb_agg(jsonb_build_array(party_id, bp) order by party_id nulls first),
                            '[]')
            from coupons_templatefunding where version_id = version.id) <> edit.contents -> 'payers'
    """,
    "a merchant's coupon names who bears all of it": """
        select version.id, sum(funding.bp) as bp
        from coupons_templateversion version
        join coupons_coupontemplate template on template.id = version.template_id
        left join coupons_templatefunding funding on funding.version_id = version.id
        -- What was submitted before that was asked for has no contents recorded.
        where template.merchant_id is not null and exists (
            select from coupons_versionedit
            where version_id = version.id and act = 'submit' and contents <> '{}')
        group by version.id having coalesce(sum(funding.bp), 0) <> 10000
    """,
    "nobody decided a change of a budget that he proposed": """
        select id, decided_by_id from coupons_budgetchange where decided_by_id = proposed_by_id
    """,
    "changes of a budget follow one another": """
        select change.id, change.from_fen, coalesce(before.to_fen, version.budget_fen) as was
        from coupons_budgetchange change
        join coupons_templateversion version on version.id = change.version_id
        left join lateral (
            select to_fen from coupons_budgetchange earlier
            where earlier.version_id = change.version_id and earlier.state = 'approved'
                and (earlier.decided_at, earlier.id) < (change.decided_at, change.id)
            order by decided_at desc, id desc limit 1) before on true
        where change.state = 'approved'
            and change.from_fen <> coalesce(before.to_fen, version.budget_fen)
    """,
    "a published version has the consent of the merchants it names as payers": """
        select version.id, funding.party_id
        from coupons_templateversion version
        join coupons_templatefunding funding on funding.version_id = version.id
        join merchants_merchant party on party.id = funding.party_id and party.kind = 'merchant'
        left join coupons_shareconsent consent
            on consent.version_id = version.id and consent.merchant_id = funding.party_id
        where version.state in ('published', 'stopped')
            -- Nobody was asked before that was asked for.
            and exists (select from coupons_shareconsent where version_id = version.id)
            and (consent.state = 'agreed' and consent.bp >= funding.bp
                and consent.decided_at <= version.decided_at
                and coalesce(consent.revoked_at >= version.decided_at, true)) is not true
    """,
}
