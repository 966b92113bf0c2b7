"""What became of a campaign: issued, redeemed, cost, new members."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from coupons.models import TemplateVersion
from district.kernel.database.postgres import first_row


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """Of a version: counts, and fen; a new member joined within thirty days before the claim."""

    issued: int
    redeemed: int
    discount_fen: int
    cost_fen: int
    new_members: int


def figures_of(version: TemplateVersion) -> CampaignFigures:
    """The campaign as it stands now; what was reversed or came back counts for nothing."""
    return CampaignFigures(*first_row(_FIGURES, version.pk, version.pk))


def borne_by(version: TemplateVersion) -> list[tuple[str, int]]:
    """Each payer's name and the fen it bears, the largest first."""
    with connection.cursor() as cursor:
        cursor.execute(_BORNE, [version.pk])
        return [(name, fen) for name, fen in cursor.fetchall()]


def days_of(version: TemplateVersion, most: int = 60) -> list[tuple[date, int, int, int]]:
    """The latest Shanghai days: issued, redeemed, and what was taken off in fen."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, [version.pk, version.pk, most])
        return [(day, issued, redeemed, fen) for day, issued, redeemed, fen in cursor.fetchall()]


_BORNE = """
    select party.name, sum(part.fen)::bigint
    from coupons_fundingpart part
    join coupons_redemption redemption on redemption.id = part.redemption_id
    join merchants_merchant party on party.id = part.party_id
    where redemption.version_id = %s
    group by party.id, party.name having sum(part.fen) <> 0 order by 2 desc, party.name
"""
_DAYS = """
    select day, sum(issued)::bigint, sum(redeemed)::bigint, sum(fen)::bigint from (
        select claim_day as day, 1 as issued, 0 as redeemed, 0::bigint as fen
        from coupons_coupon where version_id = %s
        union all
        select (at at time zone 'Asia/Shanghai')::date, 0, 1, discount_fen
        from coupons_redemption where version_id = %s and reversed_at is null) acts
    group by day order by day desc limit %s
"""
_FIGURES = """
    select count(coupon.id), redeemed.uses, redeemed.discount, redeemed.cost,
        count(distinct member.id) filter (
            where member.joined_at > coupon.claimed_at - interval '30 days')
    from coupons_coupon coupon
    join members_member member on member.id = coupon.claimer_id
    right join (
        select count(*) as uses, coalesce(sum(discount_fen), 0)::bigint as discount,
            coalesce(sum(cost_fen - returned_fen), 0)::bigint as cost
        from coupons_redemption where version_id = %s and reversed_at is null) redeemed
        on coupon.version_id = %s
    group by redeemed.uses, redeemed.discount, redeemed.cost
"""
