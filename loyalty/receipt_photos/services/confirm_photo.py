"""A clerk reads a photographed bill and lets it earn."""

from datetime import datetime

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants import queries as merchants
from loyalty import services as loyalty
from loyalty.errors import PurchaseAlreadyEarned, ReceiptAlreadyPosted
from loyalty.models import Receipt
from loyalty.receipt_photos import queries, transitions
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto
from loyalty.values import ReportedPurchase


@transaction.atomic
def confirm_photo(
    *, photo: ReceiptPhoto, purchase: ReportedPurchase, by: User, key: Key
) -> ReceiptPhoto:
    """The photograph after a clerk compared it with what the member wrote; `purchase` is what it shows.

    It is `confirmed` and has earned; or `already_earned`, when the same member has earned with this
    bill some other way; or `conflicting`, when somebody else has, or a receipt that stands looks
    like the same purchase: then a person decides on the conflict. Whether the bill is late is judged
    by when the member sent it.

    Raises AccountMerged, KeyReused, NoTerms, PhotoDecided, ReceiptAlreadyPosted,
    ReceiptFromTheFuture, ReceiptTooOld, StoreNotInAlliance.
    """
    if (first := claim_key(key)) is not None:
        return queries.photos().get(pk=first)
    at = clock.now()
    row = transitions.lock_submitted(photo.pk)
    merchants.require_alliance(row.store, at)
    purchase = transitions.as_read_by_clerk(row, purchase)
    _decide_outcome(row, purchase, by, at)
    audit.record(
        by=by,
        verb="confirm_photo",
        subject=f"bills.receiptphoto:{row.pk}",
        state=str(row.state),
        receipt=row.receipt_id,
    )
    store_result(key, row.pk)
    return queries.photos().get(pk=row.pk)


def _decide_outcome(row: ReceiptPhoto, purchase: ReportedPurchase, by: User, at: datetime) -> None:
    if (earlier := queries.receipt_of_purchase(row.store_id, purchase)) is not None:
        return _close_or_conflict(row, purchase, earlier, by, at)
    if (similar := queries.similar_receipt_of(row.store_id, purchase)) is not None:
        reason = ReceiptConflict.Reason.SIMILAR
        transitions.open_conflict(row, purchase=purchase, earlier=similar, reason=reason, at=at)
        return None
    try:
        receipt = _earn(row, purchase, by)
    except (PurchaseAlreadyEarned, ReceiptAlreadyPosted):
        # A till was faster by a moment; under another bill's number it is the clerk's to correct.
        earlier = queries.receipt_of_purchase(row.store_id, purchase)
        if earlier is None:
            raise
        return _close_or_conflict(row, purchase, earlier, by, at)
    transitions.close_photo(
        row, ReceiptPhoto.State.CONFIRMED, by=f"user:{by.pk}", at=at, receipt=receipt
    )
    return None


def _earn(row: ReceiptPhoto, purchase: ReportedPurchase, by: User) -> int:
    terms = {
        "receipt_no": purchase.receipt_no,
        "paid_fen": purchase.paid_fen,
        "paid_at": purchase.paid_at,
    }
    return loyalty.earn_points(
        store=row.store,
        member=row.member,
        purchase=purchase,
        actor=f"user:{by.pk}",
        key=Key.of("receipt_photo", row.public_id, **terms),
    ).pk


def _close_or_conflict(
    row: ReceiptPhoto, purchase: ReportedPurchase, earlier: Receipt, by: User, at: datetime
) -> None:
    if earlier.account_id == row.member_id:
        state = ReceiptPhoto.State.ALREADY_EARNED
        transitions.close_photo(row, state, by=f"user:{by.pk}", at=at, receipt=earlier.pk)
    else:
        reason = ReceiptConflict.Reason.SAME_PURCHASE
        transitions.open_conflict(row, purchase=purchase, earlier=earlier, reason=reason, at=at)
