from django.db import transaction

from district.kernel import clock, idempotency
from district.kernel.idempotency import Key
from district.kernel.outbox.events import emit
from district.members.models import Member
from district.merchants.models import Store
from umbrellas.errors import UmbrellaLentAlready
from umbrellas.events import UmbrellaLent
from umbrellas.models import Loan


@transaction.atomic
def lend_umbrella(*, store: Store, member: Member, umbrella_no: str, kind: str, key: Key) -> Loan:
    """A member takes an umbrella of the store along. Raises UmbrellaLentAlready, KeyReused."""
    if (earlier := idempotency.claim_key(key)) is not None:
        return Loan.objects.get(pk=earlier)
    Store.objects.select_for_update().get(pk=store.pk)
    if Loan.objects.filter(store=store, umbrella_no=umbrella_no, returned_at=None).exists():
        raise UmbrellaLentAlready(umbrella_no=umbrella_no)
    loan = Loan.objects.create(
        store=store, member=member, umbrella_no=umbrella_no, kind=kind, lent_at=clock.now()
    )
    emit(UmbrellaLent(loan=loan.public_id, member=member.pk))
    idempotency.store_result(key, loan.pk)
    return loan
