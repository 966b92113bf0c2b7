"""Queue bills that seem to be reported twice for a person's decision."""

from django.db import transaction
from django.utils.translation import gettext as _

from district.kernel import clock
from loyalty.hooks import RefusedPurchase
from loyalty.models import Receipt
from loyalty.receipt_photos import queries, transitions
from loyalty.receipt_photos.models import ReceiptConflict
from loyalty.values import ReportedPurchase


@transaction.atomic
def queue_refused_purchase(refused: RefusedPurchase) -> None:
    """A till or a batch reported a bill that has earned already: keep the report, once.

    The till has its refusal; whether its bill is another purchase is for a person to decide, unless
    it is the same member's bill of the very same number, which is noted as settled.
    """
    # A photograph's own verb asks what there is; and who says that a bill is another purchase is a person.
    if refused.purchase.source == Receipt.Source.PHOTO or refused.purchase.distinct_as:
        return
    assert refused.context.store is not None, "a bill is paid in a store"
    earlier = queries.receipt_of_purchase(refused.context.store, refused.purchase)
    if earlier is None or _is_repetition(refused, earlier):
        return
    reason = ReceiptConflict.Reason.SAME_PURCHASE
    conflict = transitions.build_conflict(
        refused.member, refused.purchase, earlier, reason, at=refused.at
    )
    conflict.actor = refused.context.actor
    if (earlier.account_id, earlier.receipt_no) == (refused.member, refused.purchase.receipt_no):
        # The member photographs, and at night the till uploads its day: nothing is in dispute.
        conflict.state, conflict.decided_by = ReceiptConflict.State.EARLIER, "system"
        conflict.note = _("同一会员的同一张小票以两种方式上报，只入账一次。")
        conflict.decided_at = refused.at
    # The till may ask again and again.
    ReceiptConflict.objects.bulk_create([conflict], ignore_conflicts=True)


def _is_repetition(refused: RefusedPurchase, earlier: Receipt) -> bool:
    """Whether the till (or the batch) that reported the receipt only repeats itself, with another key."""
    reported = (refused.purchase.source, refused.purchase.receipt_no, refused.member)
    return reported == (earlier.source, earlier.receipt_no, earlier.account_id)


@transaction.atomic
def find_similar_receipts() -> int:
    """Sweep: receipts that look like a photograph's and were posted after it; how many are new."""
    at = clock.now()
    found = [
        _build_pair_conflict(earlier, later)
        for earlier, later in queries.unreviewed_similar_pairs(at)
    ]
    for conflict in found:
        conflict.at = at
    before = ReceiptConflict.objects.count()
    ReceiptConflict.objects.bulk_create(found, ignore_conflicts=True)
    return ReceiptConflict.objects.count() - before


def _build_pair_conflict(earlier: Receipt, later: Receipt) -> ReceiptConflict:
    purchase = ReportedPurchase(
        receipt_no=later.receipt_no,
        paid_fen=later.paid_fen,
        paid_at=later.paid_at,
        source=later.source,
    )
    reason = ReceiptConflict.Reason.SIMILAR
    conflict = transitions.build_conflict(later.account_id, purchase, earlier, reason, at=later.at)
    conflict.later, conflict.actor = later, later.actor
    return conflict
