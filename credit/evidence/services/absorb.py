"""Two members who are one person: what one handed in is the other's."""

from django.db import transaction

from credit.evidence import procedures
from credit.evidence.models import EvidenceFile
from district.members.models import Member


@transaction.atomic
def move_files(*, source: int, into: int) -> int:
    """Files of a member who was merged are the other one's; how many. Again: none are left.

    Those that no case has take no place among the files that the other one may hand in.
    """
    users = dict(Member.objects.filter(pk__in=[source, into]).values_list("pk", "user_id"))
    for user in sorted(users.values()):
        procedures.lock_owner(user)
    rows = EvidenceFile.objects.filter(owner=users[source])
    unused = rows.filter(subject="").update(owner=users[into], slot=None)
    return unused + rows.update(owner=users[into])
