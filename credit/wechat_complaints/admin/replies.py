"""投诉回复: what WeChat and the payer were told, and what has not gone out."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.admin.common import REPLY_TONES, WECHAT_COMPLAINTS
from credit.wechat_complaints.models import WechatReply
from district.kernel.backoffice import DayRangeFilter, Menu, ReadOnlyAdmin
from district.kernel.backoffice.columns import Choice, Link
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.outbox import wakeup
from district.merchants.scope import OperatorAction

_REPLAY, _REPLAY_ALL = replay_pair(
    WechatReply,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新发送"), gettext_lazy("重新发送全部搁置项")),
    explanation=gettext_lazy("先查微信协商记录，已有同样回复的不会再发。"),
)


class SkipReply(OperatorAction):
    name, label, icon = "skip", gettext_lazy("取消发送"), "block"
    explanation = gettext_lazy("这条不再发送，后面的回复继续；适合已在微信商户平台办理的情况。")
    success_message = gettext_lazy("已取消。")
    is_dangerous = True
    permission = "wechat_complaints.change_wechatreply"
    states = {WechatReply.State.WAITING}
    verb, row_argument = staticmethod(wechat_complaints.skip_reply), "reply"


@admin.register(WechatReply)
class WechatReplyAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(WECHAT_COMPLAINTS, "reply", 30)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("案件有进展后，给微信用户的回复会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", REPLY_TONES)
    kind_text = Choice(gettext_lazy("事项"), "kind")
    number = Link(gettext_lazy("微信投诉单号"), "complaint__complaint_id", to="complaint")
    list_display = [
        *("number", "kind_text", "words", "state_label", "created_at", "attempts", "last_error"),
    ]
    list_filter = ["state", "kind", "awaits_money", ("created_at", DayRangeFilter)]
    list_select_related = ["complaint"]
    exact_fields = ("complaint__complaint_id",)
    search_help_text = gettext_lazy("完整的微信投诉单号")
    fields = [
        *("number", "kind_text", "words", "state_label", "awaits_money", "case_seq"),
        *("created_at", "done_at", "skipped_by"),
        *("attempts", "next_attempt_at", "last_error", "set_aside_at"),
    ]
    row_actions = (SkipReply(), _REPLAY)
    list_actions = (_REPLAY_ALL,)
