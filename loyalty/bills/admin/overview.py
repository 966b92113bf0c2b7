"""What waits for a person, on the dashboard."""

from collections.abc import Iterable

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from district.kernel.backoffice import (
    Cell,
    Panel,
    Section,
    Tile,
    Tiles,
    contribute,
    moment,
    on_dashboard,
    open_rows,
)
from district.kernel.backoffice.pages import url_of
from district.merchants.scope import viewer
from loyalty.bills.models import BillConflict, BillPhoto
from loyalty.models import Receipt


@on_dashboard(order=12)
def waiting(request: HttpRequest) -> Iterable[Panel]:
    """Photographs to look at and conflicts to decide, within a person's scope; nothing when none waits."""
    if not viewer(request).can("work_the_till"):
        return
    photos = open_rows(request, BillPhoto).filter(state=BillPhoto.State.SUBMITTED).count()
    conflicts = open_rows(request, BillConflict).filter(state=BillConflict.State.OPEN).count()
    if not photos and not conflicts:
        return
    lists = {
        "photos": f"{reverse('admin:bills_billphoto_changelist')}?state__exact=submitted",
        "conflicts": f"{reverse('admin:bills_billconflict_changelist')}?state__exact=open",
    }
    yield Tiles(
        _("等待处理"),
        [
            Tile(_("拍照小票"), f"{photos:,}", url=lists["photos"], tone="warn" if photos else ""),
            Tile(
                _("小票冲突"),
                f"{conflicts:,}",
                url=lists["conflicts"],
                tone="bad" if conflicts else "",
            ),
        ],
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
