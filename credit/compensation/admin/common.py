"""What the screens of the fund share."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit.compensation.queries.scheme import available_fen
from district.kernel.backoffice import ActionForm, MenuGroup, Panel, Section, name_verbs
from district.kernel.text.money import format_yuan
from district.merchants.models import Merchant

FUND = MenuGroup(gettext_lazy("先行赔付"), order=39)

name_verbs(
    record_fund_contribution=gettext_lazy("登记基金出资"),
    reverse_fund_contribution=gettext_lazy("冲回基金出资"),
    transfer_collected_fund=gettext_lazy("划转结算代收"),
    propose_fund_terms=gettext_lazy("提出赔付规则"),
    approve_fund_terms=gettext_lazy("通过赔付规则"),
    reject_fund_terms=gettext_lazy("拒绝赔付规则"),
    join_fund=gettext_lazy("加入先行赔付"),
    leave_fund=gettext_lazy("退出先行赔付"),
    propose_fund_payment=gettext_lazy("提出赔付付款"),
    approve_fund_payment=gettext_lazy("通过赔付付款"),
    reject_fund_payment=gettext_lazy("退回赔付付款"),
    note_fund_payment_succeeded=gettext_lazy("登记赔付到账"),
    note_fund_payment_failed=gettext_lazy("登记赔付失败"),
    record_fund_surplus_return=gettext_lazy("登记多付追回"),
    dispute_fund_claim=gettext_lazy("对追偿提出异议"),
    uphold_fund_dispute=gettext_lazy("支持追偿异议"),
    reject_fund_dispute=gettext_lazy("驳回追偿异议"),
    propose_fund_write_off=gettext_lazy("提出核销"),
    approve_fund_write_off=gettext_lazy("通过核销"),
    reject_fund_write_off=gettext_lazy("拒绝核销"),
)


class FundReferenceForm(ActionForm):
    """The number by which the bank knows the money."""

    reference = forms.CharField(label=gettext_lazy("银行凭证号"), max_length=100)


class FundNoteForm(ActionForm):
    note = forms.CharField(label=gettext_lazy("说明"), max_length=200)


class FundReasonForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


def merchants_by_name() -> Any:
    return Merchant.objects.order_by("name_key", "pk")


def fund_panel(request: HttpRequest, row: Any) -> Iterable[Panel]:
    """What the fund can still promise, beside a form."""
    yield Section(
        title=_("基金"),
        headers=[_("可承诺余额")],
        rows=[[format_yuan(available_fen())]],
        empty="",
    )
