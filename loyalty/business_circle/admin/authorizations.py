"""商圈授权: who lets WeChat tell us of payments."""

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import DayRangeFilter, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.replays import replay_pair
from district.kernel.outbox import wakeup
from district.members.models import WechatIdentity
from loyalty.business_circle.admin.common import CIRCLE
from loyalty.business_circle.models import Authorization

_REPLAY, _REPLAY_ALL = replay_pair(
    Authorization,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新查询"), gettext_lazy("重新查询全部搁置项")),
    explanation=gettext_lazy("再次向微信查询授权是否仍然有效。"),
)


@admin.register(Authorization)
class AuthorizationAdmin(ReadOnlyAdmin):
    menu = Menu(CIRCLE, "how_to_reg", 40)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("会员在小程序里开通商圈积分后会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", {"已授权": "success", "已取消": "warning"})
    member_number = Column(gettext_lazy("会员编号"), "member_public_id")
    list_display = [
        "member_number",
        "state_label",
        "kind",
        "authorized_at",
        "withdrawn_at",
        "asked_at",
    ]
    list_filter = ["state", ("authorized_at", DayRangeFilter)]
    fields = [
        *("state_label", "member_number", "kind", "authorized_at", "withdrawn_at", "asked_at"),
        *("attempts", "next_attempt_at", "last_error", "set_aside_at"),
    ]
    row_actions = (_REPLAY,)
    list_actions = (_REPLAY_ALL,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Authorization]:
        rows: QuerySet[Authorization] = super().get_queryset(request)
        identity = WechatIdentity.objects.filter(openid_hash=OuterRef("openid_hash"))
        return rows.annotate(member_public_id=Subquery(identity.values("member__public_id")))
