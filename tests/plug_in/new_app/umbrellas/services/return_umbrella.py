from django.db import transaction

from district.kernel import audit, clock
from district.members.models import User
from umbrellas.models import Loan


@transaction.atomic
def return_umbrella(*, loan: Loan, by: User) -> Loan:
    """The umbrella is back; a second time changes nothing."""
    current = Loan.objects.select_for_update().get(pk=loan.pk)
    if current.returned_at is None:
        current.returned_at = clock.now()
        current.save()
        audit.record(by=by, verb="return_umbrella", subject=f"umbrellas.loan:{loan.pk}")
    return current
