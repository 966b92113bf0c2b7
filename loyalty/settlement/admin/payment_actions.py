"""Actions on payments: noted by operators when the bank says so, and taken back when noted wrongly."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import ActionForm
from district.kernel.backoffice.typed_fields import YuanField
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.idempotency import Key
from district.merchants.scope import OperatorAction, viewer
from loyalty.settlement import services as settlement
from loyalty.settlement.admin.common import (
    SettlementReasonForm,
)
from loyalty.settlement.models import Statement, StatementPayment
from loyalty.settlement.services.payments import PaymentDetails


class PaymentForm(ActionForm):
    yuan = YuanField(gettext_lazy("金额（元）"))
    reference = forms.CharField(
        label=gettext_lazy("凭证号"),
        max_length=64,
        help_text=gettext_lazy("银行流水号；同一笔付款只能登记一次。"),
    )
    paid_at = forms.DateTimeField(label=gettext_lazy("付款时间"), widget=InstantInput)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=500, required=False)

    def clean_paid_at(self) -> Any:
        paid_at = self.cleaned_data["paid_at"]
        if paid_at > clock.now():
            raise forms.ValidationError(_("付款时间不能晚于现在。"))
        return paid_at


class RecordPayment(OperatorAction):
    name, label, icon = "pay", gettext_lazy("登记付款"), "payments"
    explanation = gettext_lazy("只登记银行已经完成的付款，可以分多次；总额不能超过应结金额。")
    success_message = gettext_lazy("付款已登记。")
    is_edit = False  # its first values are suggestions: what it stores is new
    form_class = PaymentForm

    def is_applicable(self, row: Any) -> bool:
        return bool(row.due) and row.paid < abs(row.due)

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        now = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
        return {"yuan": abs(row.due) - row.paid, "paid_at": now}

    def run(
        self, request: HttpRequest, row: Statement, cleaned_data: dict[str, Any], key: Key
    ) -> Any:
        way = (
            StatementPayment.Direction.TO_MERCHANT
            if row.due > 0
            else StatementPayment.Direction.FROM_MERCHANT
        )
        paid = PaymentDetails(
            fen=cleaned_data["yuan"],
            direction=way,
            reference=cleaned_data["reference"],
            paid_at=cleaned_data["paid_at"],
            note=cleaned_data["note"],
        )
        settlement.record_payment(statement=row, paid=paid, by=viewer(request).user)


class ReversePayment(OperatorAction):
    name, label, icon = "reverse", gettext_lazy("冲正"), "undo"
    explanation = gettext_lazy("登记错了：以一笔相反的登记抵销，两笔都保留。")
    success_message = gettext_lazy("付款已冲正。")
    is_dangerous = True
    form_class = SettlementReasonForm
    verb, row_argument = staticmethod(settlement.reverse_payment), "payment"
    argument_names, opens_result = {"words": "note"}, True

    def is_applicable(self, row: StatementPayment) -> bool:
        return row.fen > 0 and not StatementPayment.objects.filter(reverses=row).exists()
