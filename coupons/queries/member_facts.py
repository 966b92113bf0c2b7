"""What campaigns ask of a member."""

from datetime import datetime

from coupons.engine.audience import Audience, MemberFacts
from coupons.models import MemberTag, TemplateVersion
from district.members.models import Member
from district.merchants.models import Merchant
from loyalty import queries as loyalty


def member_facts_of(member: Member, *audiences: Audience) -> MemberFacts:
    """What is known of a member, as far as any of these conditions asks for it."""
    merchants = frozenset[str]().union(*(audience.bought_at for audience in audiences))
    tags: list[tuple[str, str | None]] = []
    if any(audience.tags or audience.granted for audience in audiences):
        rows = MemberTag.objects.filter(member=member)
        tags = list(rows.values_list("tag", "merchant__public_id"))
    return MemberFacts(
        joined_at=member.joined_at,
        tags=frozenset(tag for tag, merchant in tags if merchant is None),
        granted=frozenset((tag, merchant) for tag, merchant in tags if merchant is not None),
        bought_at=loyalty.bought_at(member.pk, merchants) if merchants else merchants,
    )


def grantable(merchant: Merchant, at: datetime) -> list[str]:
    """The tags that a campaign which is not over asks this merchant for, in alphabetical order."""
    stored = TemplateVersion.objects.filter(
        state=TemplateVersion.State.PUBLISHED, claim_until__gt=at, audience__has_key="granted"
    ).values_list("audience", flat=True)
    audiences = map(Audience.of, stored)
    return sorted(
        {
            audience.granted
            for audience in audiences
            if not audience.granted_by or merchant.public_id in audience.granted_by
        }
    )
