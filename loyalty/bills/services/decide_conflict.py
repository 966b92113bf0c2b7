"""A person looks at two bills that seem to be one purchase, and says what is to stand."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from district.kernel import audit, clock
from district.kernel.idempotency import Key, answer, claim
from district.members.models import User
from district.merchants import queries as merchants
from loyalty import ledger
from loyalty import services as loyalty
from loyalty.bills import desk, queries
from loyalty.bills.errors import ConflictDecided
from loyalty.bills.models import BillConflict, BillPhoto
from loyalty.models import Receipt

State = BillConflict.State


@transaction.atomic
def keep_earlier(*, conflict: BillConflict, note: str, by: User, key: Key) -> BillConflict:
    """It is one purchase and the first receipt stands: what came later earns nothing.

    If it has earned already, that is taken back; a photograph is closed. The note says why.

    Raises AccountMerged, ConflictDecided, KeyReused.
    """
    if (first := claim(key)) is not None:
        return queries.conflicts().get(pk=first)
    at, row = clock.now(), _open(conflict)
    if row.later is not None:
        _lock_accounts(row, at)
        _take_back(row, row.later, by)
    if row.photo is not None:
        _close_as_duplicate(row, desk.lock_photo(row.photo.pk), by, at)
    return _decided(row, State.EARLIER, note=note, by=by, key=key, at=at)


@transaction.atomic
def keep_both(*, conflict: BillConflict, note: str, by: User, key: Key) -> BillConflict:
    """They are two purchases: what came later earns, too, marked so that its fingerprint is its own.

    Raises AccountMerged, BillAlreadyEarned, ConflictDecided, KeyReused, NoTerms,
    ReceiptAlreadyPosted, StoreNotInAlliance.
    """
    if (first := claim(key)) is not None:
        return queries.conflicts().get(pk=first)
    at, row = clock.now(), _open(conflict)
    _post(row, by, at)
    return _decided(row, State.BOTH, note=note, by=by, key=key, at=at)


@transaction.atomic
def keep_later(*, conflict: BillConflict, note: str, by: User, key: Key) -> BillConflict:
    """It is one purchase, and the first receipt was wrong: it is taken back, what came later earns,
    under the bill's own number if that was freed by it.

    Raises AccountMerged, BillAlreadyEarned, ConflictDecided, KeyReused, NoTerms,
    ReceiptAlreadyPosted, StoreNotInAlliance.
    """
    if (first := claim(key)) is not None:
        return queries.conflicts().get(pk=first)
    at, row = clock.now(), _open(conflict)
    _lock_accounts(row, at)
    same = row.later is None and row.receipt_no == row.earlier.receipt_no
    _take_back(row, row.earlier, by, frees_number=same)
    _post(row, by, at)
    return _decided(row, State.LATER, note=note, by=by, key=key, at=at)


def _open(conflict: BillConflict) -> BillConflict:
    rows = queries.conflicts().select_for_update(no_key=True, of=("self",))
    row = rows.get(pk=conflict.pk)
    if row.state != State.OPEN:
        raise ConflictDecided
    return row


def _lock_accounts(row: BillConflict, at: datetime) -> None:
    """Both members' accounts in the order of their numbers, so that no two decisions wait in a ring."""
    for member in sorted({row.earlier.account_id, row.member_id}):
        ledger.lock(member=member, at=at)


def _take_back(
    row: BillConflict, receipt: Receipt, by: User, *, frees_number: bool = False
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
        key=Key.of("bill_conflict", f"{row.public_id}:take_back", receipt=now.pk),
        frees_number=frees_number,
    )


def _post(row: BillConflict, by: User, at: datetime) -> None:
    """The later bill in the ledger, and its photograph closed with it."""
    photo = row.photo and desk.lock_photo(row.photo.pk)
    if row.later is None:
        merchants.require_alliance(row.store, at)
        row.later = _earn(row, by)
    if photo is not None:
        actor = f"user:{by.pk}"
        desk.close(photo, BillPhoto.State.CONFIRMED, by=actor, at=at, receipt=row.later)


def _earn(row: BillConflict, by: User) -> Receipt:
    number = queries.free_number(row.store, row.receipt_no)
    bill = ledger.Bill(
        receipt_no=number,
        paid_fen=row.paid_fen,
        paid_at=row.paid_at,
        source=row.source,
        told_at=row.told_at,
        # A bill that only looks alike has a fingerprint of its own already, by which it must be known.
        apart=row.public_id if row.reason == BillConflict.Reason.SAME_BILL else "",
    )
    return loyalty.earn_points(
        store=row.store,
        member=row.member,
        bill=bill,
        actor=f"user:{by.pk}",
        key=Key.of("bill_conflict", f"{row.public_id}:post", receipt_no=number),
    )


def _close_as_duplicate(row: BillConflict, photo: BillPhoto, by: User, at: datetime) -> None:
    """The member who has earned with the bill is told so; another one only that it has earned."""
    actor = f"user:{by.pk}"
    if row.earlier.account_id == photo.member_id:
        state = BillPhoto.State.ALREADY_EARNED
        desk.close(photo, state, by=actor, at=at, receipt=row.earlier)
    else:
        reason = BillPhoto.Reason.DUPLICATE
        desk.close(photo, BillPhoto.State.REJECTED, by=actor, at=at, reason=reason)


def _decided(
    row: BillConflict, state: str, *, note: str, by: User, key: Key, at: datetime
) -> BillConflict:
    row.state, row.note, row.decided_at, row.decided_by = state, note, at, f"user:{by.pk}"
    row.save(update_fields=["state", "note", "decided_at", "decided_by", "later"])
    audit.record(
        by=by,
        verb=f"keep_{state}",
        subject=f"bills.billconflict:{row.pk}",
        earlier=row.earlier_id,
        later=row.later_id,
    )
    answer(key, row.pk)
    return row
