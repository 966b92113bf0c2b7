"""微信投诉: the state on both sides, and what a person decides."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.admin.common import (
    ITEM_TONES,
    REPLY_TONES,
    STATE_TONES,
    WECHAT_COMPLAINTS,
    ComplaintCaseForm,
    ComplaintStoreForm,
    PayerActForm,
)
from credit.wechat_complaints.models import WechatComplaint
from district.kernel.backoffice import (
    DayRangeFilter,
    Menu,
    Pending,
    ReadOnlyAdmin,
    Section,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, Number, table
from district.kernel.backoffice.replays import replay_pair
from district.kernel.backoffice.search import ExactSearch
from district.kernel.outbox import wakeup
from district.merchants.scope import OperatorAction, viewer

State = WechatComplaint.State
_CHANGE = "wechat_complaints.change_wechatcomplaint"
_REPLAY, _REPLAY_ALL = replay_pair(
    WechatComplaint,
    wakeup.wake_worker,
    labels=(gettext_lazy("重新读取"), gettext_lazy("重新读取全部搁置项")),
    explanation=gettext_lazy("向微信重新查询投诉详情与协商记录，不会重复立案。"),
)


class AssignStore(OperatorAction):
    name, label, icon = "assign-store", gettext_lazy("指定门店"), "storefront"
    explanation = gettext_lazy("这笔支付无法自动对应门店；指定后立即立案，进入受理流程。")
    success_message = gettext_lazy("已指定门店。")
    form_class, permission = ComplaintStoreForm, _CHANGE
    states = WechatComplaint.WAITING
    verb, row_argument = staticmethod(wechat_complaints.assign_store), "complaint"


class LinkCase(OperatorAction):
    name, label, icon = "link-case", gettext_lazy("关联案件"), "link"
    explanation = gettext_lazy("同一事项已有未结案件时关联；此后案件的进展会回复给微信用户。")
    success_message = gettext_lazy("已关联。")
    form_class, permission = ComplaintCaseForm, _CHANGE
    states = WechatComplaint.WAITING
    verb, row_argument = staticmethod(wechat_complaints.link_case), "complaint"


class ActForPayer(OperatorAction):
    name, label, icon = "act-for-payer", gettext_lazy("代用户办理"), "record_voice_over"
    explanation = gettext_lazy(
        "微信用户只能留言；按其留言的明确意思在案件中办理，日志会记下办理人。"
    )
    success_message = gettext_lazy("已办理。")
    form_class, permission = PayerActForm, _CHANGE
    states = {State.IN_CASE}
    verb, row_argument = staticmethod(wechat_complaints.act_for_payer), "complaint"


class RegisterAddress(OperatorAction):
    name, label, icon = "register-address", gettext_lazy("登记通知地址"), "notifications"
    explanation = gettext_lazy("把本系统的地址登记到微信支付，投诉产生和变化时微信才会通知。")
    success_message = gettext_lazy("已登记。")
    permission = _CHANGE

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Any) -> None:
        wechat_complaints.register_address(by=viewer(request).user)


@admin.register(WechatComplaint)
class WechatComplaintAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(WECHAT_COMPLAINTS, "contact_support", 10)
    operator_permissions = ("view", "change")
    empty_hint = gettext_lazy("用户在微信支付里投诉后，微信会通知并列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("办理状态"), "state", STATE_TONES)
    pay_state_label = Choice(
        gettext_lazy("微信状态"),
        "pay_state",
        {"待处理": "danger", "处理中": "info", "已处理完成": "success"},
    )
    problem = Choice(gettext_lazy("问题类型"), "problem_type")
    case_state = Column(
        gettext_lazy("案件状态"), lambda row: row.case and row.case.get_state_display()
    )
    case_number = Column(gettext_lazy("案件号"), lambda row: row.case and row.case.number)
    paid = Money(gettext_lazy("支付金额"), "amount_fen")
    wished = Money(gettext_lazy("申请退款"), "apply_refund_fen")
    times = Number(gettext_lazy("投诉次数"), "complaint_times")
    complained = Moment(gettext_lazy("投诉时间"), "complained_at")
    shopper = Column(gettext_lazy("投诉人"), lambda row: row.payer and row.payer.member)
    tags = Column(gettext_lazy("用户标签"), lambda row: "、".join(row.user_tags))
    list_display = [
        *("complaint_id", "pay_state_label", "state_label", "case_number", "case_state"),
        *("store", "paid", "times", "complained", "last_error"),
    ]
    list_filter = ["state", "pay_state", ("complained_at", DayRangeFilter)]
    list_select_related = ["store", "case", "payer__member"]
    exact_fields = ("complaint_id", "transaction_id", "out_trade_no")
    search_help_text = gettext_lazy("完整的微信投诉单号、微信支付订单号或商户订单号")
    fields = [
        *("complaint_id", "pay_state_label", "state_label", "case_number", "case_state"),
        *("store", "shopper", "description", "problem", "wished", "paid"),
        *("transaction_id", "out_trade_no", "times", "tags", "is_fully_refunded"),
        *("has_unread_words", "complained", "received_at"),
        *("attempts", "next_attempt_at", "last_error", "set_aside_at"),
    ]
    row_actions = (AssignStore(), LinkCase(), ActForPayer(), _REPLAY)
    list_actions = (RegisterAddress(), _REPLAY_ALL)

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        yield table(
            _("协商记录"),
            [
                Moment(_("时间"), "operated_at"),
                Column(_("操作人"), "operator"),
                Choice(_("操作类型"), "operate_type"),
                Link(_("内容"), lambda item: item.words or item.log_id),
                Choice(_("处理"), "state", ITEM_TONES),
            ],
            row.items.order_by("position", "pk"),
            empty=_("尚未读取。"),
        )
        yield table(
            _("回复"),
            [
                Link(_("事项"), lambda reply: reply.get_kind_display()),
                Column(_("内容"), "words"),
                Choice(_("状态"), "state", REPLY_TONES),
                Moment(_("完成时间"), "done_at"),
                Column(_("最近错误"), "last_error"),
            ],
            row.replies.order_by("pk"),
            empty=_("案件有进展后才回复。"),
        )


for place, state in enumerate(WechatComplaint.WAITING):
    register_pending(
        Pending(
            WechatComplaint,
            {
                State.NEEDS_STORE: gettext_lazy("待指定门店的微信投诉"),
                State.NEEDS_CASE: gettext_lazy("待关联案件的微信投诉"),
            }[state],
            state,
            is_allowed=lambda request: viewer(request).operator,
            tone="bad",
        ),
        order=80 + place,
    )
