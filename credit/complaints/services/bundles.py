"""The file of a case, made for a shopper or an officer, and written down each time."""

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.case_posting.bundles import keep_bundle
from credit.complaints.errors import CaseNotYours
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseBundle, CaseFile
from credit.complaints.queries.facts import belongs
from district.kernel import audit, clock
from district.members.models import User


@transaction.atomic
def export_bundle(*, case: CaseFile, by: User) -> tuple[CaseBundle, bytes]:
    """The case as it is now, as a zip that anybody can check, and the line that says who has it.

    For the shopper of the case and for officers. Raises BundleBroken, CaseNotYours.
    """
    procedures.lock_case(case.pk)
    file = CaseFile.objects.select_related("member").get(pk=case.pk)
    if belongs(file, CaseActor.SHOPPER, by):
        purpose = CaseBundle.Purpose.SHOPPER
    elif belongs(file, CaseActor.OFFICER, by):
        purpose = CaseBundle.Purpose.OFFICER
    else:
        raise CaseNotYours
    bundle, content = keep_bundle(file, purpose, by, clock.now())
    if purpose == CaseBundle.Purpose.OFFICER:
        audit.record(
            by=by,
            verb="export_case_bundle",
            subject=f"complaints.casefile:{file.pk}",
            bundle=bundle.public_id,
        )
    return bundle, content
