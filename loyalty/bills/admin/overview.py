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
    contribute,
    moment,
    open_rows,
    wait_for_decision,
)
from district.kernel.backoffice.pages import url_of
from district.merchants.scope import viewer
from loyalty.bills.models import BillConflict, BillPhoto
from loyalty.models import Receipt


def _at_the_till(request: HttpRequest) -> bool:
    return viewer(request).can("work_the_till")


wait_for_decision(
    Pending(BillPhoto, gettext_lazy("拍照小票"), BillPhoto.State.SUBMITTED, may=_at_the_till),
    order=20,
)
wait_for_decision(
    Pending(
        BillConflict,
        gettext_lazy("小票冲突"),
        BillConflict.State.OPEN,
        may=_at_the_till,
        tone="bad",
    ),
    order=21,
)


def of_receipt(request: HttpRequest, receipt: Receipt) -> Iterable[Section]:
    """On a receipt's page: the photograph it came by, and the conflicts about it."""
    photos = open_rows(request, BillPhoto).filter(receipt=receipt)[:20]
    about = Q(earlier=receipt) | Q(later=receipt)
    conflicts = open_rows(request, BillConflict).filter(about)[:20]
    rows = [
        [
            _("拍照小票"),
            Cell(one, url_of(BillPhoto, one.pk)),
            one.get_state_display(),
            moment(one.at),
        ]
        for one in photos
    ] + [
        [
            _("小票冲突"),
            Cell(one, url_of(BillConflict, one.pk)),
            one.get_state_display(),
            moment(one.at),
        ]
        for one in conflicts
    ]
    if rows:
        headers = [_("类别"), _("编号"), _("状态"), _("时间")]
        yield Section(_("拍照与冲突"), headers, rows, _("没有。"))


contribute("loyalty.receipt", of_receipt)
