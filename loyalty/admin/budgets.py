"""Prefunds: money goes in and out by operators; a merchant reads its own level and entries."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from district.kernel.backoffice import (
    ActionForm,
    Menu,
    Section,
    name_verbs,
)
from district.kernel.backoffice.audit_labels import actor_texts
from district.kernel.backoffice.columns import Choice, Column, Moment, Money, table
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, viewer
from loyalty import services as loyalty
from loyalty.admin.common import POINTS
from loyalty.models import IssueBudget, IssueBudgetSlot, PrefundEntry

ENTRIES = 50

name_verbs(
    open_budget=gettext_lazy("启用积分预存"),
    deposit_prefund=gettext_lazy("存入预存款"),
    withdraw_prefund=gettext_lazy("取出预存款"),
)


class MoneyForm(ActionForm):
    yuan = YuanField(gettext_lazy("金额（元）"), max_fen=10**11)
    reference = forms.CharField(
        label=gettext_lazy("凭证号"),
        max_length=64,
        help_text=gettext_lazy("银行回单号等；同一凭证号只入账一次。"),
    )


class PrefundEntryForm(MoneyForm):
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200, required=False)


class OpenBudgetForm(MoneyForm):
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))
    slots = forms.IntegerField(
        label=gettext_lazy("分槽数"),
        min_value=1,
        max_value=16,
        initial=4,
        help_text=gettext_lazy("收银台多、同时入账多的商户可设 8 至 16。启用后不能修改。"),
    )
    field_order = ["once", "merchant", "yuan", "reference", "slots"]

    def prepare(self) -> None:
        merchants = Merchant.objects.filter(kind=Merchant.Kind.MERCHANT, issue_budget=None)
        self.field("merchant").queryset = merchants.order_by("name_key")


class BudgetAction(OperatorAction):
    """What only operators do with a merchant's money."""

    permission = "loyalty.change_issuebudget"
    argument_names = {"yuan": "fen"}


class OpenBudget(BudgetAction):
    name, label, icon = "add", gettext_lazy("启用积分预存"), "savings"
    explanation = gettext_lazy(
        "启用后，该商户只能发放已预存的积分；预存用完时由商圈联盟按兜底比例发放，收银台不会报错。"
    )
    success_message = gettext_lazy("已启用积分预存。")
    form_class = OpenBudgetForm
    verb = staticmethod(loyalty.open_budget)


class DepositPrefund(BudgetAction):
    name, label, icon = "deposit", gettext_lazy("存入"), "add_card"
    success_message = gettext_lazy("已入账，商户恢复按自己的条款发放。")
    form_class = PrefundEntryForm
    verb, row_argument = staticmethod(loyalty.deposit_prefund), "budget"


class WithdrawPrefund(BudgetAction):
    name, label, icon = "withdraw", gettext_lazy("取出"), "payments"
    explanation = gettext_lazy("退还商户的预存款，不能超过剩余金额。")
    is_dangerous = True
    success_message = gettext_lazy("已取出。")
    form_class = PrefundEntryForm
    verb, row_argument = staticmethod(loyalty.withdraw_prefund), "budget"


@admin.register(IssueBudget)
class IssueBudgetAdmin(MerchantScopedAdmin):
    menu = Menu(POINTS, "savings", 70)
    required_permission = "view_clearing"
    operator_permissions = ("view", "add", "change")
    empty_hint = gettext_lazy("没有商户启用积分预存：所有商户按条款发放，按期结算。")
    left = Column(
        gettext_lazy("剩余"), lambda row: format_yuan(int(row.left_milli_fen or 0) // 1000)
    )
    full = Column(gettext_lazy("上次充足额"), lambda row: format_yuan(row.full_milli_fen // 1000))
    list_display = ["merchant", "left", "state", "since"]
    list_select_related = ["merchant"]
    ordering = ["merchant__name_key", "pk"]
    sortable_by = ()
    fields = ["merchant", "left", "full", "state", "slots", "since", "warned_at", "fallback_since"]
    add_action = OpenBudget()
    row_actions = [DepositPrefund(), WithdrawPrefund()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        slots = IssueBudgetSlot.objects.filter(budget=OuterRef("pk")).order_by().values("budget")
        total = slots.annotate(total=Sum("remaining_milli_fen")).values("total")
        return super().get_queryset(request).annotate(left_milli_fen=Subquery(total))

    def name_of(self, row: IssueBudget) -> str:
        return _("%(merchant)s的预存") % {"merchant": row.merchant}

    @display(
        description=gettext_lazy("状态"),
        label={"正常": "success", "不足两成": "warning", "已用完": "danger"},
    )
    def state(self, budget: IssueBudget) -> str:
        if budget.fallback_since is not None:
            return _("已用完")
        return _("不足两成") if budget.warned_at is not None else _("正常")

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        entries = list(PrefundEntry.objects.filter(merchant=row.pk).order_by("-pk")[:ENTRIES])
        operator = viewer(request).operator
        names = actor_texts(entry.actor for entry in entries) if operator else {}
        columns = [
            Choice(_("类型"), "kind"),
            Money(
                _("金额"),
                lambda entry: entry.milli_fen // 1000,
                tone=lambda entry: "good" if entry.milli_fen > 0 else "warn",
            ),
            Column(_("凭证号"), "reference", empty=""),
            Column(_("说明"), "note", empty=""),
            Moment(_("时间"), "at"),
        ]
        if operator:
            columns.append(Column(_("操作者"), lambda entry: names[entry.actor]))
        yield table(_("预存流水"), columns, entries, empty=_("还没有预存流水。"))
