"""Prepares the replay through the verbs of the district; a second time it finds everything there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from coupons import services as coupons
from coupons.engine.benefits import PercentOff
from coupons.models import CouponTemplate, TemplateVersion
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member, User
from district.replay.coupons.dataset import NAME, CampaignCoupon, RedemptionData
from district.replay.coupons.errors import ConflictingTemplates
from district.replay.receipts.identities import ReplayIdentities
from district.replay.receipts.identity_setup import OPENING, IdentitySetup
from district.replay.replay_state import ReplayState

OFF_BP, CAP_FEN, REDEEMER_BP = 1_000, 500, 5_000
ACTOR = "replay"


@dataclass(frozen=True)
class ReplaySetup:
    """The members and the templates: their versions' public ids, and whose rows are whose kind."""

    identities: ReplayIdentities
    versions: dict[CampaignCoupon, str]
    kind_of_version: dict[int, CampaignCoupon]


def prepare_replay(
    data: RedemptionData, replay_state: ReplayState, advance: Callable[[], object]
) -> ReplaySetup:
    """Stores, members and their sessions, the templates, and who received which campaign.

    Everything was there before the data begins. Raises ConflictingTemplates.
    """
    identities = IdentitySetup(data.shoppers, replay_state, advance).assemble()
    with clock.travel_to(OPENING), transaction.atomic():
        _tag(data, identities)
        published = _publish(data, advance)
    return ReplaySetup(
        identities=identities,
        versions={kind: version.public_id for kind, version in published.items()},
        kind_of_version={version.pk: kind for kind, version in published.items()},
    )


def tag_of(campaign: int) -> str:
    """What those bear who received a campaign."""
    return f"campaign_{campaign}"


def _tag(data: RedemptionData, identities: ReplayIdentities) -> None:
    members = Member.objects.in_bulk(list(identities.number_of_member))
    member_of = {identities.number_of_member[pk]: member for pk, member in members.items()}
    for campaign, household in sorted(data.received):
        if household in member_of:
            coupons.tag_member(
                member=member_of[household],
                tag=tag_of(campaign),
                merchant=None,
                actor=ACTOR,
                key=Key.of(f"replay:{NAME}", f"tag-{campaign}-{household}"),
            )


def _publish(
    data: RedemptionData, advance: Callable[[], object]
) -> dict[CampaignCoupon, TemplateVersion]:
    there = {
        version.template.name: version
        for version in TemplateVersion.objects.select_related("template").filter(
            template__merchant=None, state=TemplateVersion.State.PUBLISHED
        )
    }
    drafter, approver = _staff("drafter"), _staff("approver")
    published = {}
    for kind in sorted(data.products):
        name, terms = f"{kind.coupon}/{kind.campaign}", _terms(data, kind)
        version = there.get(name)
        if version is None:
            version = _publish_one(name, terms, drafter, approver)
        elif any(getattr(version, field) != value for field, value in terms.items()):
            raise ConflictingTemplates(
                _("数据库中的券 {name} 与数据不符：它属于另一份数据的重放。").format(name=name)
            )
        published[kind] = version
        advance()
    return published


def _terms(data: RedemptionData, kind: CampaignCoupon) -> dict[str, Any]:
    campaign = data.campaigns[kind.campaign]
    return {
        "kind": PercentOff.kind,
        "off_bp": OFF_BP,
        "cap_fen": CAP_FEN,
        "stacking": TemplateVersion.Stack.FREE,
        "scope": {"products": list(data.products[kind])},
        "audience": {"tags": [tag_of(kind.campaign)]},
        "claim_from": campaign.start,
        "claim_until": campaign.end,
        "valid_from": campaign.start,
        "valid_until": campaign.end,
    }


def _publish_one(
    name: str, terms: dict[str, Any], drafter: User, approver: User
) -> TemplateVersion:
    template: CouponTemplate = coupons.create_template(name=name, merchant=None, by=drafter)
    draft = TemplateVersion(template=template, **terms)
    # The merchant that redeems bears its half, rounded down; the rest is the operator's.
    draft = coupons.save_draft(draft=draft, payers=[(None, REDEEMER_BP)], by=drafter)
    coupons.submit_version(version=draft, by=drafter)
    return coupons.approve_version(version=draft, by=approver)


def _staff(role: str) -> User:
    """Somebody of the operator who never signs in: the account has no password."""
    username = f"replay-{role}"
    return User.objects.filter(username=username).first() or User.objects.create_staff(username)
