"""A person looks at two bills that seem to be one purchase, and decides which one stands."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants import queries as merchants
from loyalty import procedures, values
from loyalty import services as loyalty
from loyalty.models import Receipt
from loyalty.receipt_photos import queries, transitions
from loyalty.receipt_photos.errors import ConflictDecided
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto

State = ReceiptConflict.State


@transaction.atomic
def keep_earlier(*, conflict: ReceiptConflict, note: str, by: User, key: Key) -> ReceiptConflict:
    """It is one purchase and the first receipt stands: what came later earns nothing.

    If it has earned already, that is taken back; a photograph is closed. The note says why.

    Raises AccountMerged, ConflictDecided, KeyReused.
    """
    if (first := claim_key(key)) is not None:
        return queries.conflicts().get(pk=first)
    at, row = clock.now(), _open(conflict)
    if row.later is not None:
        _lock_accounts(row, at)
        _take_back(row, row.later, by)
    if row.photo is not None:
        _close_as_duplicate(row, transitions.lock_photo(row.photo.pk), by, at)
    return _record_decision(row, State.EARLIER, note=note, by=by, key=key, at=at)


@transaction.atomic
def keep_both(*, conflict: ReceiptConflict, note: str, by: User, key: Key) -> ReceiptConflict:
    """They are two purchases: what came later earns, too, marked so that its fingerprint is its own.

    Raises AccountMerged, PurchaseAlreadyEarned, ConflictDecided, KeyReused, NoTerms,
    ReceiptAlreadyPosted, StoreNotInAlliance.
    """
    if (first := claim_key(key)) is not None:
        return queries.conflicts().get(pk=first)
    at, row = clock.now(), _open(conflict)
    _post(row, by, at)
    return _record_decision(row, State.BOTH, note=note, by=by, key=key, at=at)


@transaction.atomic
def keep_later(*, conflict: ReceiptConflict, note: str, by: User, key: Key) -> ReceiptConflict:
    """It is one purchase, and the first receipt was wrong: it is taken back, what came later earns,
    under the bill's own number if that was freed by it.

    Raises AccountMerged, PurchaseAlreadyEarned, ConflictDecided, KeyReused, NoTerms,
    ReceiptAlreadyPosted, StoreNotInAlliance.
    """
    if (first := claim_key(key)) is not None:
        return queries.conflicts().get(pk=first)
    at, row = clock.now(), _open(conflict)
    _lock_accounts(row, at)
    same = row.later is None and row.receipt_no == row.earlier.receipt_no
    _take_back(row, row.earlier, by, frees_number=same)
    _post(row, by, at)
    return _record_decision(row, State.LATER, note=note, by=by, key=key, at=at)


def _open(conflict: ReceiptConflict) -> ReceiptConflict:
    rows = queries.conflicts().select_for_update(no_key=True, of=("self",))
    row = rows.get(pk=conflict.pk)
    if row.state != State.OPEN:
        raise ConflictDecided
    return row


def _lock_accounts(row: ReceiptConflict, at: datetime) -> None:
    """Both members' accounts in the order of their numbers, so that no two decisions wait in a ring."""
    for member in sorted({row.earlier.account_id, row.member_id}):
        procedures.lock_account(member=member, at=at)


def _take_back(
    row: ReceiptConflict, receipt: Receipt, by: User, *, frees_number: bool = False
) -> None:
    """What a receipt earned, as far as it was not refunded meanwhile."""
    now = Receipt.objects.select_related("transfer", "store").get(pk=receipt.pk)
    if now.transfer is None or now.granted == now.clawed or now.refunded_fen == now.paid_fen:
        return
    loyalty.reverse_transfer(
        transfer=now.transfer,
        store=now.store,
        reason=_("同一笔消费重复入账，经核对冲正"),
        actor=f"user:{by.pk}",
        key=Key.of("receipt_conflict", f"{row.public_id}:take_back", receipt=now.pk),
        frees_number=frees_number,
    )


def _post(row: ReceiptConflict, by: User, at: datetime) -> None:
    """The later bill in the ledger, and its photograph closed with it."""
    photo = row.photo and transitions.lock_photo(row.photo.pk)
    if row.later is None:
        merchants.require_alliance(row.store, at)
        row.later_id = _earn(row, by)
    if photo is not None:
        actor = f"user:{by.pk}"
        transitions.close_photo(
            photo, ReceiptPhoto.State.CONFIRMED, by=actor, at=at, receipt=row.later_id
        )


def _earn(row: ReceiptConflict, by: User) -> int:
    number = queries.available_receipt_number(row.store, row.receipt_no)
    purchase = values.ReportedPurchase(
        receipt_no=number,
        paid_fen=row.paid_fen,
        paid_at=row.paid_at,
        source=row.source,
        reported_at=row.reported_at,
        # A bill that only looks alike has a fingerprint of its own already, by which it must be known.
        distinct_as=row.public_id if row.reason == ReceiptConflict.Reason.SAME_PURCHASE else "",
    )
    return loyalty.earn_points(
        store=row.store,
        member=row.member,
        purchase=purchase,
        actor=f"user:{by.pk}",
        key=Key.of("receipt_conflict", f"{row.public_id}:post", receipt_no=number),
    ).pk


def _close_as_duplicate(row: ReceiptConflict, photo: ReceiptPhoto, by: User, at: datetime) -> None:
    """The member who has earned with the bill is informed of it; another one only that it has earned."""
    actor = f"user:{by.pk}"
    if row.earlier.account_id == photo.member_id:
        state = ReceiptPhoto.State.ALREADY_EARNED
        transitions.close_photo(photo, state, by=actor, at=at, receipt=row.earlier_id)
    else:
        reason = ReceiptPhoto.Reason.DUPLICATE
        transitions.close_photo(photo, ReceiptPhoto.State.REJECTED, by=actor, at=at, reason=reason)


def _record_decision(
    row: ReceiptConflict, state: str, *, note: str, by: User, key: Key, at: datetime
) -> ReceiptConflict:
    row.state, row.note, row.decided_at, row.decided_by = state, note, at, f"user:{by.pk}"
    row.save(update_fields=["state", "note", "decided_at", "decided_by", "later"])
    audit.record(
        by=by,
        verb=f"keep_{state}",
        subject=f"bills.receiptconflict:{row.pk}",
        earlier=row.earlier_id,
        later=row.later_id,
    )
    store_result(key, row.pk)
    return row
