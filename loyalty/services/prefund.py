"""Prefunding: a merchant pays for its points beforehand, and money goes in and out of its budget.

Every slot is locked before the budget's row and in the order of their numbers, as an earning does
that one slot cannot pay.
"""

from django.db import IntegrityError, transaction

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant
from loyalty.errors import BudgetAlreadyOpen, BudgetForMerchantsOnly, PrefundTooLow
from loyalty.models import IssueBudget, IssueBudgetSlot, PrefundEntry

MILLI = 1000


@transaction.atomic
def open_budget(
    *, merchant: Merchant, fen: int, reference: str, by: User | None, key: Key, slots: int = 4
) -> IssueBudget:
    """From now on the merchant issues only what it has paid for, beginning with a deposit of `fen`.

    `slots` is for how many tills at once: each mostly takes from its own.

    Raises BudgetAlreadyOpen, BudgetForMerchantsOnly, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return IssueBudget.objects.get(pk=earlier)
    if merchant.kind != Merchant.Kind.MERCHANT:
        raise BudgetForMerchantsOnly
    try:
        with transaction.atomic():
            budget = IssueBudget.objects.create(merchant=merchant, slots=slots, since=clock.now())
    except IntegrityError:
        if not IssueBudget.objects.filter(pk=merchant.pk).exists():
            raise
        raise BudgetAlreadyOpen from None
    IssueBudgetSlot.objects.bulk_create(
        IssueBudgetSlot(budget=budget, slot=slot) for slot in range(slots)
    )
    audit.record(by=by, verb="open_budget", subject=f"loyalty.issuebudget:{budget.pk}", slots=slots)
    _post_entry(budget, PrefundEntry.Kind.DEPOSIT, fen=fen, reference=reference, note="", by=by)
    store_result(key, budget.pk)
    return budget


@transaction.atomic
def deposit_prefund(
    *, budget: IssueBudget, fen: int, reference: str, by: User | None, key: Key, note: str = ""
) -> PrefundEntry:
    """Money that came in, spread evenly over the slots; the merchant grants at its own rate again.

    `reference` is the bank's own number: the same payment is entered once, whatever the key.

    Raises KeyReused, PrefundAlreadyEntered.
    """
    if (earlier := claim_key(key)) is not None:
        return PrefundEntry.objects.get(pk=earlier)
    entry = _post_entry(
        budget, PrefundEntry.Kind.DEPOSIT, fen=fen, reference=reference, note=note, by=by
    )
    store_result(key, entry.pk)
    return entry


@transaction.atomic
def withdraw_prefund(
    *, budget: IssueBudget, fen: int, reference: str, by: User | None, key: Key, note: str = ""
) -> PrefundEntry:
    """Money paid back to the merchant, never more than is left.

    Raises KeyReused, PrefundAlreadyEntered, PrefundTooLow.
    """
    if (earlier := claim_key(key)) is not None:
        return PrefundEntry.objects.get(pk=earlier)
    entry = _post_entry(
        budget, PrefundEntry.Kind.WITHDRAWAL, fen=fen, reference=reference, note=note, by=by
    )
    store_result(key, entry.pk)
    return entry


def _post_entry(
    budget: IssueBudget,
    kind: PrefundEntry.Kind,
    *,
    fen: int,
    reference: str,
    note: str,
    by: User | None,
) -> PrefundEntry:
    if fen <= 0:
        raise ValueError("a prefund entry moves some money")
    slots = list(
        IssueBudgetSlot.objects.select_for_update(no_key=True)
        .filter(budget=budget)
        .order_by("slot")
    )
    row = IssueBudget.objects.select_for_update(no_key=True).get(pk=budget.pk)
    left = sum(slot.remaining_milli_fen for slot in slots)
    milli_fen = fen * MILLI
    if kind == PrefundEntry.Kind.WITHDRAWAL:
        if milli_fen > left:
            raise PrefundTooLow(left_fen=left // MILLI, asked_fen=fen)
        milli_fen = -milli_fen
        row.full_milli_fen = row.full_milli_fen + milli_fen
    else:
        row.full_milli_fen = left + milli_fen
        row.warned_at = row.fallback_since = None
    with translate_database_errors():
        entry = PrefundEntry.objects.create(
            merchant_id=row.pk,
            kind=kind,
            milli_fen=milli_fen,
            reference=reference,
            note=note,
            actor=f"user:{by.pk}" if by is not None else "system",
            at=clock.now(),
        )
    _spread(slots, left + milli_fen)
    row.save(update_fields=["full_milli_fen", "warned_at", "fallback_since"])
    audit.record(
        by=by,
        verb="deposit_prefund" if milli_fen > 0 else "withdraw_prefund",
        subject=f"loyalty.issuebudget:{row.pk}",
        fen=fen,
        reference=reference,
    )
    return entry


def _spread(slots: list[IssueBudgetSlot], total: int) -> None:
    share, rest = divmod(total, len(slots))
    for place, slot in enumerate(slots):
        slot.remaining_milli_fen = share + (place < rest)
    IssueBudgetSlot.objects.bulk_update(slots, ["remaining_milli_fen"])
