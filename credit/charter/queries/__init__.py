"""What is asked of the charter."""

from datetime import datetime

from django.db.models import Q, QuerySet

from credit.charter.models import CharterPledge, CharterVersion, SelfDisciplineRecord
from district.merchants.models import Merchant
from district.merchants.queries import is_member

State = CharterVersion.State


def published_charters(at: datetime) -> "QuerySet[CharterVersion]":
    """The versions published by the instant, the one in force first."""
    rows = CharterVersion.objects.filter(state=State.APPROVED, decided_at__lte=at)
    return rows.order_by("-decided_at", "-pk")


def pledges_in_force(at: datetime) -> "QuerySet[CharterPledge]":
    """Pledges that hold at the instant, of merchants in the alliance."""
    return CharterPledge.objects.filter(
        is_member(at, "merchant"),
        Q(replaced_at=None) | Q(replaced_at__gt=at),
        Q(ends_at=None) | Q(ends_at__gt=at),
        signed_at__lte=at,
    )


def is_under_charter(merchant: int, at: datetime) -> bool:
    """Whether the alliance may decide a dispute against the merchant: it is a member and, once a charter is published,
    has signed one and not left it."""
    if published_charters(at).exists():
        return pledges_in_force(at).filter(merchant=merchant).exists()
    return Merchant.objects.filter(is_member(at), pk=merchant).exists()


def public_self_discipline() -> "QuerySet[SelfDisciplineRecord]":
    """What was reviewed and stands, of merchants that are active."""
    rows = SelfDisciplineRecord.objects.filter(
        state=SelfDisciplineRecord.State.APPROVED, merchant__state=Merchant.State.ACTIVE
    )
    return rows.select_related("merchant")
