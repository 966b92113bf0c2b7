"""积分同步: what WeChat was told of each payment, and what it has not taken yet."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import DropdownFilter

from district.kernel.backoffice import DayRangeFilter, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Column, Link, Number
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.outbox import wakeup
from loyalty.business_circle.admin.common import CIRCLE
from loyalty.business_circle.models import PointsSync

_REPLAY, _REPLAY_ALL = replay_pair(
    PointsSync,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新同步"), gettext_lazy("重新同步全部搁置项")),
    explanation=gettext_lazy("以原来的积分再次告知微信，不会重复积分。"),
)


class SyncStateFilter(DropdownFilter):
    title = gettext_lazy("状态")
    parameter_name = "state"
    _STATES: dict[str, dict[str, Any]] = {
        "waiting": {"synced_at": None, "set_aside_at": None},
        "set_aside": {"set_aside_at__isnull": False},
        "synced": {"synced_at__isnull": False},
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("waiting", _("待同步")), ("set_aside", _("已搁置")), ("synced", _("已同步"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(**self._STATES.get(self.value(), {}))


def _state(row: PointsSync) -> str:
    if row.set_aside_at:
        return _("已搁置")
    return _("已同步") if row.synced_at else _("待同步")


@admin.register(PointsSync)
class PointsSyncAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(CIRCLE, "sync", 30)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("每笔商圈支付处理后，积分结果都会同步给微信。")
    ordering = ["-pk"]
    sortable_by = ()
    transaction = Link(gettext_lazy("微信支付订单号"), "payment__transaction_id", to="payment")
    state = Column(
        gettext_lazy("状态"),
        _state,
        tones={"待同步": "info", "已搁置": "danger", "已同步": "success"},
    )
    points = Number(gettext_lazy("增加积分"), "increased_points")
    balance = Column(gettext_lazy("积分余额"), "total_points")
    list_display = [
        *("transaction", "state", "points", "remarks", "decided_at", "attempts", "last_error"),
    ]
    list_filter = [SyncStateFilter, ("decided_at", DayRangeFilter)]
    list_select_related = ["payment"]
    exact_fields = ("payment__transaction_id",)
    search_help_text = gettext_lazy("完整的微信支付订单号")
    fields = [
        *("transaction", "state", "points", "balance", "remarks", "decided_at", "synced_at"),
        *("attempts", "next_attempt_at", "last_error", "set_aside_at"),
    ]
    row_actions = (_REPLAY,)
    list_actions = (_REPLAY_ALL,)
