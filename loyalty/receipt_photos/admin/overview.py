"""What waits for a person on the dashboard, and sections on a receipt's page."""

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    Pending,
    Section,
    add_sections,
    register_pending,
    visible_rows,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, table
from district.merchants.scope import viewer
from loyalty.models import Receipt
from loyalty.receipt_photos.models import ReceiptConflict, ReceiptPhoto


def _at_the_till(request: HttpRequest) -> bool:
    return viewer(request).can("work_the_till")


register_pending(
    Pending(
        ReceiptPhoto,
        gettext_lazy("拍照小票"),
        ReceiptPhoto.State.SUBMITTED,
        is_allowed=_at_the_till,
    ),
    order=20,
)
register_pending(
    Pending(
        ReceiptConflict,
        gettext_lazy("小票冲突"),
        ReceiptConflict.State.OPEN,
        is_allowed=_at_the_till,
        tone="bad",
    ),
    order=21,
)


def photo_of_receipt(request: HttpRequest, receipt: Receipt) -> Iterable[Section]:
    """On a receipt's page: the photograph it came by, and the conflicts about it."""
    photos = visible_rows(request, ReceiptPhoto).filter(receipt=receipt)[:20]
    about = Q(earlier=receipt) | Q(later=receipt)
    conflicts = visible_rows(request, ReceiptConflict).filter(about)[:20]
    columns = [
        Column(_("类别"), lambda row: row._meta.verbose_name),
        Link(_("编号"), str),
        Choice(_("状态"), "state"),
        Moment(_("时间"), "at"),
    ]
    if rows := [*photos, *conflicts]:
        yield table(_("拍照与冲突"), columns, rows)


add_sections("loyalty.receipt", photo_of_receipt)
