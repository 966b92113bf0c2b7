"""A clerk reads a photographed bill and lets it earn."""

from datetime import datetime

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, answer, claim
from district.members.models import User
from district.merchants import queries as merchants
from loyalty import services as loyalty
from loyalty.bills import desk, queries
from loyalty.bills.models import BillConflict, BillPhoto
from loyalty.errors import BillAlreadyEarned, ReceiptAlreadyPosted
from loyalty.ledger import Bill
from loyalty.models import Receipt


@transaction.atomic
def confirm_photo(*, photo: BillPhoto, bill: Bill, by: User, key: Key) -> BillPhoto:
    """The photograph after a clerk compared it with what the member wrote; `bill` is what it shows.

    It is `confirmed` and has earned; or `already_earned`, when the same member has earned with this
    bill some other way; or `conflicting`, when somebody else has, or a receipt that stands looks
    like the same purchase: then a person decides on the conflict. Whether the bill is late is judged
    by when the member sent it.

    Raises AccountMerged, KeyReused, NoTerms, PhotoDecided, ReceiptAlreadyPosted,
    ReceiptFromTheFuture, ReceiptTooOld, StoreNotInAlliance.
    """
    if (first := claim(key)) is not None:
        return queries.photos().get(pk=first)
    at = clock.now()
    row = desk.lock_submitted(photo.pk)
    merchants.require_alliance(row.store, at)
    bill = desk.as_photographed(row, bill)
    _settle(row, bill, by, at)
    audit.record(
        by=by,
        verb="confirm_photo",
        subject=f"bills.billphoto:{row.pk}",
        state=str(row.state),
        receipt=row.receipt_id,
    )
    answer(key, row.pk)
    return queries.photos().get(pk=row.pk)


def _settle(row: BillPhoto, bill: Bill, by: User, at: datetime) -> None:
    if (earlier := queries.receipt_of_bill(row.store_id, bill)) is not None:
        return _not_again(row, bill, earlier, by, at)
    if (alike := queries.look_alike_of(row.store_id, bill)) is not None:
        reason = BillConflict.Reason.LOOKS_ALIKE
        desk.doubt(row, bill=bill, earlier=alike, reason=reason, at=at)
        return None
    try:
        receipt = _earn(row, bill, by)
    except (BillAlreadyEarned, ReceiptAlreadyPosted):
        # A till was faster by a moment; under another bill's number it is the clerk's to correct.
        earlier = queries.receipt_of_bill(row.store_id, bill)
        if earlier is None:
            raise
        return _not_again(row, bill, earlier, by, at)
    desk.close(row, BillPhoto.State.CONFIRMED, by=f"user:{by.pk}", at=at, receipt=receipt)
    return None


def _earn(row: BillPhoto, bill: Bill, by: User) -> Receipt:
    terms = {"receipt_no": bill.receipt_no, "paid_fen": bill.paid_fen, "paid_at": bill.paid_at}
    return loyalty.earn_points(
        store=row.store,
        member=row.member,
        bill=bill,
        actor=f"user:{by.pk}",
        key=Key.of("bill_photo", row.public_id, **terms),
    )


def _not_again(row: BillPhoto, bill: Bill, earlier: Receipt, by: User, at: datetime) -> None:
    if earlier.account_id == row.member_id:
        state = BillPhoto.State.ALREADY_EARNED
        desk.close(row, state, by=f"user:{by.pk}", at=at, receipt=earlier)
    else:
        reason = BillConflict.Reason.SAME_BILL
        desk.doubt(row, bill=bill, earlier=earlier, reason=reason, at=at)
