"""What each side of a case may read of what was written, and whether more may be."""

from django.db.models import Q, QuerySet

from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile, CaseMessage, CaseNotice
from credit.complaints.queries.facts import ActingParty
from credit.complaints.queries.walk_ins import shopper_name
from district.members.models import Member, User

State = CaseMessage.State


def takes_messages(case: CaseFile) -> bool:
    """From the acceptance until the end, where the merchant may know that there is a shopper."""
    return (
        case.kind == CaseFile.Kind.COMPLAINT
        and case.is_open
        and case.accepted_at is not None
        and case.anonymity != CaseFile.Anonymity.HIDDEN
    )


def messages_of(case: CaseFile, reader: CaseActor) -> "QuerySet[CaseMessage]":
    """What a side may read, the oldest first: all it wrote, and what of the other side was sent."""
    rows = CaseMessage.objects.filter(Q(sender=str(reader)) | Q(state=State.SENT), case=case)
    return rows.order_by("pk")


def unread_count(case: CaseFile, reader: CaseActor) -> int:
    """How many messages wait for a side."""
    rows = CaseMessage.objects.filter(case=case, state=State.SENT, read_at=None)
    return rows.exclude(sender=str(reader)).count()


def names_in(case: CaseFile, by: ActingParty) -> list[str]:
    """The names that must not stand in a message: the writer's own, and the shopper's where masked."""
    names = [by.name] if isinstance(by, User) and by.name else []
    if case.anonymity != CaseFile.Anonymity.NAMED:
        names.append(shopper_name(case))
    return names


def shopper_notices(member: Member) -> "QuerySet[CaseNotice]":
    """What a shopper is to hear of all cases."""
    rows = CaseNotice.objects.filter(case__member=member, audience=str(CaseActor.SHOPPER))
    return rows.select_related("case", "reading")
