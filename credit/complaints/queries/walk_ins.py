"""Cases of people who are no members: who it is, what was not told yet, what a member may take over."""

from django.db.models import QuerySet

from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile, CaseNotice, ContactCall
from credit.complaints.walk_in_sealing import WalkInPerson, read_person
from district.members.models import Member


def person_of(case: CaseFile) -> WalkInPerson | None:
    """Name and contact of a person who is no member; None for a member, and where they were forgotten."""
    return read_person(case.walk_in) if case.walk_in else None


def shopper_name(case: CaseFile) -> str:
    """The member's nickname, or the name that was given at the counter; empty where none was or it is forgotten."""
    if case.member is not None:
        return str(case.member.nickname)
    person = person_of(case)
    return person.name if person else ""


def unheard_notices(case: CaseFile) -> "QuerySet[CaseNotice]":
    """What the person of a case is to hear on the phone and has not heard, the oldest first."""
    reached = ContactCall.objects.filter(case=case, is_reached=True)
    last = reached.order_by("-last_notice").values_list("last_notice", flat=True).first()
    rows = CaseNotice.objects.filter(case=case, audience=str(CaseActor.SHOPPER))
    return rows.filter(pk__gt=last or 0).order_by("pk")


def cases_to_take_over(member: Member) -> "QuerySet[CaseFile]":
    """Cases that were entered with the member's verified phone before it was the member's; the newest first."""
    if member.phone_hash is None or member.closed_at is not None:
        return CaseFile.objects.none()
    rows = CaseFile.objects.filter(walk_in__contact_hash=member.phone_hash, walk_in__kind="phone")
    return rows.select_related("store").order_by("-pk")
