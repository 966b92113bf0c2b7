"""Drafts of a shopper."""

from django.db.models import QuerySet

from credit.complaints.models import ComplaintDraft
from district.kernel import clock
from district.kernel.errors import NotFound
from district.members.models import Member


def drafts_of(member: Member) -> "QuerySet[ComplaintDraft]":
    """What a shopper has not filed yet, the draft saved last first."""
    rows = ComplaintDraft.objects.filter(member=member, case=None, expires_at__gt=clock.now())
    return rows.select_related("store").order_by("-saved_at", "-pk")


def draft_of(member: Member, public_id: str) -> ComplaintDraft:
    """A draft of this shopper, also one that was filed. Raises NotFound, also for another shopper's."""
    rows = ComplaintDraft.objects.filter(member=member, public_id=public_id)
    draft = rows.select_related("store", "case").first()
    if draft is None:
        raise NotFound
    return draft
