-- Ask each merchant that a version names as a payer, once. Whose own people submit it (`p_own`) agree by
-- that; what was agreed to before and not revoked carries over (`derived_from_id`), where it was for no smaller
-- a share: of this template, or with `covers_later_coupons` of every platform coupon.
create or replace function coupons_ask_payers(
    p_version bigint, p_own bigint, p_by bigint, p_at timestamptz
) returns void language sql as $$
    insert into coupons_shareconsent (public_id, version_id, merchant_id, bp, asked_at, state, covers_later_coupons,
                                      decided_by_id, decided_at, derived_from_id)
        select 'csc_' || kernel_public_id(), version.id, party.id, funding.bp, p_at,
            case when party.id = p_own or earlier.id is not null then 'agreed' else 'asked' end, false,
            case when party.id = p_own then p_by end,
            case when party.id = p_own or earlier.id is not null then p_at end,
            case when party.id is distinct from p_own then earlier.id end
        from coupons_templateversion version
        join coupons_coupontemplate template on template.id = version.template_id
        join coupons_templatefunding funding on funding.version_id = version.id
        join merchants_merchant party on party.id = funding.party_id and party.kind = 'merchant'
        left join lateral (
            select consent.id from coupons_shareconsent consent
            join coupons_templateversion agreed on agreed.id = consent.version_id
            where consent.merchant_id = party.id and consent.state = 'agreed'
                and consent.revoked_at is null and consent.derived_from_id is null
                and consent.bp >= funding.bp
                and (agreed.template_id = version.template_id
                     or consent.covers_later_coupons and template.merchant_id is null)
            order by consent.id desc limit 1) earlier on true
        where version.id = p_version
        order by party.id
        on conflict (version_id, merchant_id) do nothing
$$;

-- The merchants a version names as payers that have not agreed to as large a share, or not any more.
create or replace function coupons_missing_consents(p_version bigint) returns setof bigint
language sql stable as $$
    select funding.party_id from coupons_templatefunding funding
    join merchants_merchant party on party.id = funding.party_id and party.kind = 'merchant'
    where funding.version_id = p_version and not exists (
        select from coupons_shareconsent consent
        left join coupons_shareconsent origin on origin.id = consent.derived_from_id
        where consent.version_id = p_version and consent.merchant_id = funding.party_id
            and consent.state = 'agreed' and consent.bp >= funding.bp
            and consent.revoked_at is null and origin.revoked_at is null)
$$;
