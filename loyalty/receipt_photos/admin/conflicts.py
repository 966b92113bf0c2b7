"""The queue of bills that seem to be reported twice: both next to each other, and three ways to decide."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Section,
    format_instant,
    link,
)
from district.kernel.backoffice.columns import Choice, Column, Money
from district.kernel.backoffice.search import ExactSearch
from district.kernel.text.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter
from loyalty.admin.common import POINTS
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.admin.common import ReceiptReviewAction, photo_panel
from loyalty.receipt_photos.models import ReceiptConflict

TONES = {"待处理": "danger", "保留先入账的": "", "确认是两笔消费": "success", "改记后到的": "info"}


class ConflictNoteForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("处理说明"),
        max_length=200,
        help_text=gettext_lazy("写明依据，例如看过两张小票原件；会记入操作日志对应的冲突。"),
    )


class DecideConflict(ReceiptReviewAction):
    form_class = ConflictNoteForm
    success_message = gettext_lazy("冲突已处理。")
    required_permission = "settle_bills"
    states = {ReceiptConflict.State.OPEN}
    row_argument = "conflict"

    def context(self, request: HttpRequest, row: ReceiptConflict) -> dict[str, Any]:
        return {"panels": panels_of(request, row)}


class KeepEarlier(DecideConflict):
    name, label, icon = "earlier", gettext_lazy("保留先入账的"), "history"
    explanation = gettext_lazy("是同一笔消费：后到的不积分，已经积的会收回。")
    verb = staticmethod(bills.keep_earlier)


class KeepBoth(DecideConflict):
    name, label, icon = "both", gettext_lazy("确认是两笔消费"), "call_split"
    explanation = gettext_lazy("不是同一笔消费：后到的也入账，并注明与前一笔区分。")
    verb = staticmethod(bills.keep_both)


class KeepLater(DecideConflict):
    name, label, icon = "later", gettext_lazy("改记后到的"), "published_with_changes"
    is_dangerous = True
    explanation = gettext_lazy("是同一笔消费，但先入账的有误：先冲正先入账的，再把后到的入账。")
    verb = staticmethod(bills.keep_later)


@admin.register(ReceiptConflict)
class ReceiptConflictAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(POINTS, "difference", 24)
    store_path, required_permission = "store", "work_the_till"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("同一笔消费以不同方式重复上报时，会在这里等待核对。")
    ordering = ["-pk"]
    sortable_by = ()
    number = Column(gettext_lazy("编号"), "public_id")
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    paid = Money(gettext_lazy("实付"), "paid_fen")
    list_display = [
        "number",
        "state_label",
        "reason",
        "store",
        "receipt_no",
        "paid",
        "source",
        "at",
    ]
    list_filter = [
        "state",
        "reason",
        ("merchant", ScopedFilter),
        ("store", ScopedFilter),
        ("at", DayRangeFilter),
    ]
    list_select_related = ["merchant", "store"]
    exact_fields = ("public_id", "receipt_no", "member__public_id")
    search_help_text = gettext_lazy("完整的编号、小票号或会员编号")
    fields = ["number", "state_label", "reason", "merchant", "store", "at", "note", "decided_at"]
    row_actions = (KeepEarlier(), KeepBoth(), KeepLater())

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Any]:
        return panels_of(request, row)


def panels_of(request: HttpRequest, conflict: ReceiptConflict) -> list[Any]:
    """Both bills side by side, and the picture when one was photographed."""
    earlier, later = conflict.earlier, conflict.later
    posted = link(request, later) if later else conflict.receipt_no
    compared = Section(
        _("两张小票"),
        [_("项目"), _("先入账"), _("后到")],
        [
            [_("小票号"), link(request, earlier), posted],
            [_("实付"), format_yuan(earlier.paid_fen), format_yuan(conflict.paid_fen)],
            [_("支付时间"), format_instant(earlier.paid_at), format_instant(conflict.paid_at)],
            [_("会员编号"), earlier.account.member.public_id, conflict.member.public_id],
            [_("来源"), earlier.get_source_display(), conflict.get_source_display()],
            [_("收到时间"), format_instant(earlier.at), format_instant(conflict.reported_at)],
            [_("现有积分"), earlier.granted - earlier.clawed, _decision_text(conflict)],
        ],
        _("没有。"),
    )
    return [compared, *([photo_panel(conflict.photo)] if conflict.photo else [])]


def _decision_text(conflict: ReceiptConflict) -> Any:
    later = conflict.later
    return later.granted - later.clawed if later else _("未入账")
