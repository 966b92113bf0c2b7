"""The register of promises, and who joins them."""

from django.db import transaction

from credit.errors import PromiseNotJoined, PromiseNotOpen
from credit.models import Promise, PromiseAdoption
from district.kernel import audit, clock
from district.members.models import User
from district.merchants.models import Merchant


@transaction.atomic
def set_promise(
    *, code: str, name: str, description: str, is_open: bool = True, by: User | None
) -> Promise:
    """A promise of the register, new or with other words; the same again changes nothing."""
    terms = {"name": name, "description": description, "is_open": is_open}
    row, is_new = Promise.objects.get_or_create(code=code, defaults=terms)
    changed = [field for field, value in terms.items() if getattr(row, field) != value]
    if changed:
        for field in changed:
            setattr(row, field, terms[field])
        row.save(update_fields=changed)
    if is_new or changed:
        audit.record(by=by, verb="set_promise", subject=f"credit.promise:{row.pk}", fields=changed)
    return row


@transaction.atomic
def join_promise(*, promise: Promise, merchant: Merchant, by: User | None) -> PromiseAdoption:
    """The merchant promises it from now on; joined already, it stays so. Raises PromiseNotOpen."""
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    row = PromiseAdoption.objects.filter(promise=promise, merchant=merchant, left_at=None).first()
    if row is not None:
        return row
    if not Promise.objects.get(pk=promise.pk).is_open:
        raise PromiseNotOpen
    row = PromiseAdoption.objects.create(promise=promise, merchant=merchant, joined_at=clock.now())
    audit.record(by=by, verb="join_promise", subject=f"credit.promiseadoption:{row.pk}")
    return row


@transaction.atomic
def leave_promise(*, adoption: PromiseAdoption, reason: str, by: User | None) -> PromiseAdoption:
    """The merchant promises it no more. Raises PromiseNotJoined."""
    row = PromiseAdoption.objects.select_for_update(no_key=True).get(pk=adoption.pk)
    if row.left_at is not None:
        raise PromiseNotJoined
    row.left_at, row.leave_reason = clock.now(), reason
    row.save(update_fields=["left_at", "leave_reason"])
    audit.record(
        by=by, verb="leave_promise", subject=f"credit.promiseadoption:{row.pk}", reason=reason
    )
    return row
