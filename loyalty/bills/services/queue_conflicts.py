"""Bills that seem to be told twice come before a person."""

from django.db import transaction
from django.utils.translation import gettext as _

from district.kernel import clock
from loyalty.bills import desk, queries
from loyalty.bills.models import BillConflict
from loyalty.ledger import Bill
from loyalty.models import Receipt
from loyalty.refused import RefusedBill


@transaction.atomic
def queue_refused_bill(refused: RefusedBill) -> None:
    """A till or a batch told a bill that has earned already: keep what it said, once.

    The till has its refusal; whether its bill is another purchase is for a person to decide, unless
    it is the same member's bill of the very same number, which is noted as settled.
    """
    # A photograph's own verb asks what there is; and who says that a bill is another purchase is a person.
    if refused.bill.source == Receipt.Source.PHOTO or refused.bill.apart:
        return
    assert refused.place.store is not None, "a bill is paid in a store"
    earlier = queries.receipt_of_bill(refused.place.store, refused.bill)
    if earlier is None or _says_again(refused, earlier):
        return
    reason = BillConflict.Reason.SAME_BILL
    conflict = desk.conflict_of(refused.member, refused.bill, earlier, reason, at=refused.at)
    conflict.actor = refused.place.actor
    if (earlier.account_id, earlier.receipt_no) == (refused.member, refused.bill.receipt_no):
        # The member photographs, and at night the till uploads its day: nothing is in dispute.
        conflict.state, conflict.decided_by = BillConflict.State.EARLIER, "system"
        conflict.note = _("同一会员的同一张小票以两种方式上报，只入账一次。")
        conflict.decided_at = refused.at
    # The till may ask again and again.
    BillConflict.objects.bulk_create([conflict], ignore_conflicts=True)


def _says_again(refused: RefusedBill, earlier: Receipt) -> bool:
    """Whether the till (or the batch) that told the receipt only repeats itself, with another key."""
    told = (refused.bill.source, refused.bill.receipt_no, refused.member)
    return told == (earlier.source, earlier.receipt_no, earlier.account_id)


@transaction.atomic
def find_look_alikes() -> int:
    """Sweep: receipts that look like a photograph's and were posted after it; how many are new."""
    at = clock.now()
    found = [_pair(earlier, later) for earlier, later in queries.unseen_pairs(at)]
    for conflict in found:
        conflict.at = at
    before = BillConflict.objects.count()
    BillConflict.objects.bulk_create(found, ignore_conflicts=True)
    return BillConflict.objects.count() - before


def _pair(earlier: Receipt, later: Receipt) -> BillConflict:
    bill = Bill(
        receipt_no=later.receipt_no,
        paid_fen=later.paid_fen,
        paid_at=later.paid_at,
        source=later.source,
    )
    reason = BillConflict.Reason.LOOKS_ALIKE
    conflict = desk.conflict_of(later.account_id, bill, earlier, reason, at=later.at)
    conflict.later, conflict.actor = later, later.actor
    return conflict
