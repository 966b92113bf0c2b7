"""协商记录: what was said and done at WeChat, and what a person has to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy

from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.admin.common import ITEM_TONES, WECHAT_COMPLAINTS
from credit.wechat_complaints.models import WechatItem
from district.kernel.backoffice import (
    DayRangeFilter,
    Menu,
    Pending,
    ReadOnlyAdmin,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Link
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import OperatorAction, viewer


class SettleItem(OperatorAction):
    name, label, icon = "settle", gettext_lazy("标记已处理"), "task_alt"
    explanation = gettext_lazy("已阅读并在案件中办理，或确认无须办理。")
    success_message = gettext_lazy("已标记。")
    permission = "wechat_complaints.change_wechatitem"
    states = {WechatItem.State.FOR_PERSON}
    verb, row_argument = staticmethod(wechat_complaints.settle_item), "item"


@admin.register(WechatItem)
class WechatItemAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(WECHAT_COMPLAINTS, "forum", 20)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("用户、商户和微信平台在投诉单里的每一步都会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("处理"), "state", ITEM_TONES)
    kind = Choice(gettext_lazy("操作类型"), "operate_type")
    number = Link(gettext_lazy("微信投诉单号"), "complaint__complaint_id", to="complaint")
    pictures = Column(gettext_lazy("图片数"), lambda row: len(row.picture_urls) or None)
    list_display = [
        *("number", "operated_at", "kind", "words", "state_label", "problem"),
    ]
    list_filter = ["state", "operate_type", ("operated_at", DayRangeFilter)]
    list_select_related = ["complaint"]
    exact_fields = ("complaint__complaint_id", "log_id")
    search_help_text = gettext_lazy("完整的微信投诉单号或记录号")
    fields = [
        *("number", "log_id", "operator", "kind", "words", "pictures", "operated_at"),
        *("state_label", "case_seq", "problem", "settled_by", "settled_at"),
    ]
    row_actions = (SettleItem(),)


register_pending(
    Pending(
        WechatItem,
        gettext_lazy("待处理的微信投诉留言"),
        WechatItem.State.FOR_PERSON,
        is_allowed=lambda request: viewer(request).operator,
    ),
    order=82,
)
