"""消费评价: read, answered once by the merchant, texts hidden by operators."""

from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit import services as credit
from credit.admin.common import CREDIT, CreditAction
from credit.admin.objections import fact_actions
from credit.models import Rating
from credit.rating_rings import RingReason
from district.kernel.backoffice import ActionForm, DayRangeFilter, Menu
from district.kernel.backoffice.columns import Column
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter

REASON_LABELS = {
    RingReason.RELATED_STAFF: gettext_lazy("员工或关联商户"),
    RingReason.SHARED_DEVICE: gettext_lazy("同一设备"),
    RingReason.BURST_OF_NEW_MEMBERS: gettext_lazy("新会员集中评价"),
    RingReason.SAME_PATH: gettext_lazy("多人同路径评价"),
}


class ReplyForm(ActionForm):
    text = forms.CharField(
        label=gettext_lazy("回复"),
        max_length=300,
        help_text=gettext_lazy("公众可见，只能回复一次；请勿写个人信息。"),
    )


class ReplyToRating(CreditAction):
    name, label, icon = "reply", gettext_lazy("回复"), "reply"
    form_class, row_argument = ReplyForm, "rating"
    success_message = gettext_lazy("已回复。")
    verb = staticmethod(credit.reply_to_rating)

    def is_applicable(self, row: Any) -> bool:
        return row.replied_at is None


class HideForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("隐藏原因"), max_length=200)


class HideRatingText(OperatorAction):
    name, label, icon, is_dangerous = "hide", gettext_lazy("隐藏文字"), "visibility_off", True
    permission, form_class, row_argument = "credit.change_rating", HideForm, "rating"
    explanation = gettext_lazy("只隐藏文字，星级照常计入。")
    success_message = gettext_lazy("已隐藏。")
    verb = staticmethod(credit.hide_rating_text)

    def is_applicable(self, row: Any) -> bool:
        return row.hidden_at is None


class ShowRatingText(OperatorAction):
    name, label, icon = "show", gettext_lazy("恢复文字"), "visibility"
    permission, row_argument = "credit.change_rating", "rating"
    success_message = gettext_lazy("已恢复。")
    verb = staticmethod(credit.show_rating_text)

    def is_applicable(self, row: Any) -> bool:
        return row.hidden_at is not None


def _flags(row: Rating) -> str:
    return "、".join(str(REASON_LABELS[RingReason(reason)]) for reason in row.flag_reasons)


@admin.register(Rating)
class RatingAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(CREDIT, "star", 26)
    store_path, required_permission = "store", "view_store"
    operator_permissions = ("view", "change")
    operator_only = frozenset({"merchant", "member_number", "hidden_by"})
    empty_hint = gettext_lazy("会员消费后的评价会列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    store_name = Column(gettext_lazy("门店"), "store__name")
    member_number = Column(gettext_lazy("会员"), "member__public_id")
    words = Column(
        gettext_lazy("评价"), lambda row: _("（文字已隐藏）") if row.hidden_at else row.text
    )
    flags = Column(gettext_lazy("异常标记"), _flags)
    list_display = ["store_name", "stars", "words", "flags", "rated_at"]
    list_filter = [("merchant", ScopedFilter), "stars", ("rated_at", DayRangeFilter)]
    list_select_related = ["store", "merchant", "member"]
    exact_fields = ("public_id",)
    search_help_text = gettext_lazy("完整的评价编号")
    fields = [
        *("public_id", "store_name", "merchant", "member_number", "stars", "words", "rated_at"),
        *("reply", "replied_at", "replied_by", "flags", "hidden_at", "hidden_by", "hidden_for"),
    ]
    row_actions = (ReplyToRating(), HideRatingText(), ShowRatingText(), *fact_actions())
