"""What campaigns ask of a member."""

from datetime import datetime

from coupons.models import MemberTag, TemplateVersion
from coupons.rules.audience import Audience, Standing
from district.members.models import Member
from district.merchants.models import Merchant
from loyalty import queries as loyalty


def standing_of(member: Member, audience: Audience) -> Standing:
    """What is known of a member, as far as these conditions ask for it."""
    tags = MemberTag.objects.filter(member=member).values_list("tag", "merchant__public_id")
    bought_at: frozenset[str] = frozenset()
    if audience.bought_at:
        asked = Merchant.objects.filter(public_id__in=audience.bought_at)
        bought_at = frozenset(
            merchant.public_id for merchant in asked if loyalty.has_bought(member.pk, merchant.pk)
        )
    return Standing(
        joined_at=member.joined_at,
        tags=frozenset(tag for tag, merchant in tags if merchant is None),
        granted=frozenset((tag, merchant) for tag, merchant in tags if merchant is not None),
        bought_at=bought_at,
    )


def grantable(merchant: Merchant, at: datetime) -> list[str]:
    """The tags that a campaign which is not over asks this merchant for, in alphabetical order."""
    said = TemplateVersion.objects.filter(
        state=TemplateVersion.State.PUBLISHED, claim_until__gt=at, audience__has_key="granted"
    ).values_list("audience", flat=True)
    asked = map(Audience.of, said)
    return sorted(
        {one.granted for one in asked if not one.granted_by or merchant.public_id in one.granted_by}
    )
