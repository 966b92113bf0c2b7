"""基金账目: accounts, entries, money in."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.compensation import services as compensation
from credit.compensation.admin.common import (
    FUND,
    FundNoteForm,
    FundReferenceForm,
    merchants_by_name,
)
from credit.compensation.models import FundAccount, FundEntry
from district.kernel.backoffice import DayRangeFilter, Menu, ReadOnlyAdmin, Section
from district.kernel.backoffice.columns import Choice, Column, Moment, Money, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.backoffice.typed_fields import YuanField
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction

_LATEST = 50


class ContributionForm(FundReferenceForm):
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("出资方"))
    amount_fen = YuanField(gettext_lazy("金额（元）"))
    field_order = ("merchant", "amount_fen", "reference")

    def prepare(self) -> None:
        self.field("merchant").queryset = merchants_by_name()


class RecordContribution(OperatorAction):
    name, label, icon = "contribute", gettext_lazy("登记出资"), "savings"
    permission, form_class = "compensation.add_fundentry", ContributionForm
    explanation = gettext_lazy("款项到达基金账户后登记；同一凭证号只记一次。")
    success_message = gettext_lazy("已登记出资。")
    verb = staticmethod(compensation.record_contribution)


class TransferForm(FundReferenceForm):
    amount_fen = YuanField(gettext_lazy("金额（元）"))
    field_order = ("amount_fen", "reference")


class TransferCollected(OperatorAction):
    name, label, icon = "transfer", gettext_lazy("划转结算代收"), "move_down"
    permission, form_class = "compensation.add_fundentry", TransferForm
    explanation = gettext_lazy("联盟在商户结算中代收的偿还款划入基金账户后登记。")
    success_message = gettext_lazy("已登记划转。")
    verb = staticmethod(compensation.transfer_collected)

    def is_applicable(self, row: Any) -> bool:
        return row.kind == FundAccount.Kind.SETTLEMENT  # type: ignore[no-any-return]

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Any) -> Any:
        super().run(request, None, cleaned_data, key)


class ReverseContribution(OperatorAction):
    name, label, icon, is_dangerous = "reverse", gettext_lazy("冲回"), "undo", True
    permission, form_class = "compensation.add_fundentry", FundNoteForm
    explanation = gettext_lazy("登记有误或退还的出资由另一人冲回；在册成员的入会出资不能冲回。")
    success_message = gettext_lazy("已冲回。")
    verb, row_argument = staticmethod(compensation.reverse_contribution), "entry"

    def is_applicable(self, row: Any) -> bool:
        return row.kind == FundEntry.Kind.CONTRIBUTION  # type: ignore[no-any-return]


@admin.register(FundAccount)
class FundAccountAdmin(ReadOnlyAdmin):
    menu = Menu(FUND, "account_balance", 60)
    empty_hint = gettext_lazy("登记第一笔出资后，这里列出基金的各个科目与余额。")
    ordering = ["kind", "pk"]
    sortable_by = ()
    kind_label = Choice(gettext_lazy("科目"), "kind")
    merchant_name = Column(gettext_lazy("商户"), "merchant__name")
    balance = Money(gettext_lazy("余额"), "balance_fen")
    list_display = ["kind_label", "merchant_name", "balance"]
    list_filter = ["kind"]
    list_select_related = ["merchant"]
    fields = ["kind_label", "merchant_name", "balance"]
    row_actions = (TransferCollected(),)

    def sections(self, request: HttpRequest, row: FundAccount) -> Iterable[Section]:
        postings = row.postings.select_related("entry").order_by("-pk")[:_LATEST]
        yield table(
            _("最近过账"),
            [
                Moment(_("时间"), "entry__at"),
                Choice(_("业务"), "entry__kind"),
                Money(_("金额"), "fen"),
                Column(_("凭证号"), "entry__reference"),
            ],
            postings,
        )


@admin.register(FundEntry)
class FundEntryAdmin(ExactSearch, ReadOnlyAdmin):
    menu = Menu(FUND, "receipt_long", 61)
    operator_permissions = ("view", "add")
    empty_hint = gettext_lazy("基金的每一笔业务都会在这里记为一笔借贷相抵的分录。")
    ordering = ["-pk"]
    sortable_by = ()
    kind_label = Choice(gettext_lazy("业务"), "kind")
    at_text = Moment(gettext_lazy("时间"), "at")
    list_display = ["public_id", "kind_label", "reference", "by", "at_text"]
    list_filter = ["kind", ("at", DayRangeFilter)]
    list_select_related = ["by"]
    exact_fields = ("public_id", "reference")
    search_help_text = gettext_lazy("完整的编号或凭证号")
    fields = ["public_id", "kind_label", "reference", "reverses", "note", "by", "at_text"]
    add_action = RecordContribution()
    row_actions = (ReverseContribution(),)

    def sections(self, request: HttpRequest, row: FundEntry) -> Iterable[Section]:
        yield table(
            _("过账"),
            [Column(_("科目"), "account"), Money(_("金额"), "fen")],
            row.postings.select_related("account__merchant").order_by("pk"),
        )
