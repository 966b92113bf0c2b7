"""What can be asked of batches and reconciliations."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from district.kernel.errors import NotFound
from district.merchants.models import Merchant, Store
from district.merchants.queries import is_member
from loyalty.models import ParkedRefund, Receipt, Refund
from loyalty.receipt_batches.models import Batch, Reconciliation, RowResult

_PAGE = 1_000


def batches_of(merchant: int, stores: Collection[int]) -> QuerySet[Batch]:
    """A merchant's batches whose uploader spoke for these stores at most."""
    return Batch.objects.filter(merchant=merchant, stores__contained_by=sorted(stores))


def batch_of(merchant: int, stores: Collection[int], public_id: str) -> Batch:
    """One of them. Raises NotFound for any other, existing or not."""
    batch = batches_of(merchant, stores).filter(public_id=public_id).first()
    if batch is None:
        raise NotFound
    return batch


def results_of(batch: Batch) -> QuerySet[RowResult]:
    """A batch's answers with what they name, in the order of the file."""
    rows = RowResult.objects.filter(batch=batch)
    return rows.select_related("receipt__transfer", "receipt__review", "refund", "parked").order_by(
        "line"
    )


def all_results_of(batch: Batch) -> Iterator[RowResult]:
    """Every answer so far, read page by page: however many there are, few are held at a time."""
    behind = 0
    while page := list(results_of(batch).filter(line__gt=behind)[:_PAGE]):
        yield from page
        behind = page[-1].line


@dataclass(frozen=True)
class MerchantStatus:
    """What a merchant may do at an instant, and its stores that a batch may name."""

    suspended: bool
    in_alliance: bool
    stores: dict[str, int]


def merchant_status_of(batch: Batch, at: datetime) -> MerchantStatus:
    merchants = Merchant.objects.annotate(in_alliance=is_member(at))
    merchant = merchants.get(pk=batch.merchant_id)
    stores = Store.objects.filter(merchant=batch.merchant_id, pk__in=batch.stores)
    return MerchantStatus(
        suspended=merchant.state == Merchant.State.SUSPENDED,
        in_alliance=merchant.in_alliance,  # type: ignore[attr-defined]  # annotated above
        stores=dict(stores.values_list("public_id", "pk")),
    )


def receipts_by_number(
    numbers: Iterable[tuple[int, str]],
) -> dict[tuple[int, str], list[Receipt]]:
    """The receipts of these stores and numbers: the one that stands first, then what was undone."""
    wanted = list(numbers)
    if not wanted:
        return {}
    stores, texts = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "select receipt.id from unnest(%s::bigint[], %s::text[]) wanted (store, number)"
            " join loyalty_receipt receipt"
            " on receipt.store_id = wanted.store and receipt.receipt_no = wanted.number",
            [list(stores), list(texts)],
        )
        found = [pk for (pk,) in cursor.fetchall()]
    receipts: dict[tuple[int, str], list[Receipt]] = {}
    for receipt in Receipt.objects.filter(pk__in=found).order_by("freed"):
        receipts.setdefault((receipt.store_id, receipt.receipt_no), []).append(receipt)
    return receipts


def refund_by_number(store: int, refund_no: str) -> Refund | ParkedRefund | None:
    """The refund of that number at that store, posted or waiting for its receipt."""
    refund = Refund.objects.select_related("receipt").filter(store=store, refund_no=refund_no)
    parked = ParkedRefund.objects.filter(store=store, refund_no=refund_no)
    return refund.first() or parked.first()


def reconciliations_of(merchant: int, stores: Collection[int]) -> QuerySet[Reconciliation]:
    rows = Reconciliation.objects.filter(merchant=merchant, store__in=stores)
    return rows.select_related("store").prefetch_related("found")
