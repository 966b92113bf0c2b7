"""What waits for a person on the dashboard, and sections on a receipt's page."""

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    Cell,
    Pending,
    Section,
    add_sections,
    format_instant,
    register_pending,
    visible_rows,
)
from district.kernel.backoffice.sections import url_of
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
    rows = [
        [
            _("拍照小票"),
            Cell(photo, url_of(ReceiptPhoto, photo.pk)),
            photo.get_state_display(),
            format_instant(photo.at),
        ]
        for photo in photos
    ] + [
        [
            _("小票冲突"),
            Cell(conflict, url_of(ReceiptConflict, conflict.pk)),
            conflict.get_state_display(),
            format_instant(conflict.at),
        ]
        for conflict in conflicts
    ]
    if rows:
        headers = [_("类别"), _("编号"), _("状态"), _("时间")]
        yield Section(_("拍照与冲突"), headers, rows, _("没有。"))


add_sections("loyalty.receipt", photo_of_receipt)
