"""Terms: set from an instant on by operators; a merchant reads its own."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, Menu
from district.kernel.backoffice.columns import Column, Moment
from district.kernel.backoffice.typed_fields import PercentField, YuanField
from district.kernel.idempotency import Key
from district.merchants.models import Merchant
from district.merchants.scope import OperatorAction, ScopedFilter, viewer
from loyalty import services as loyalty
from loyalty.admin.common import (
    POINTS,
    LedgerAdmin,
    PointPriceField,
    StartField,
    price_text,
    rate_text,
    requested_merchant,
    this_minute,
)
from loyalty.models import MerchantTerms

# What the database allows for: points must not end before they begin.
SHORTEST_MONTH = 28


class TermsForm(ActionForm):
    """In yuan and fen, as people write it."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))
    per_yuan = YuanField(gettext_lazy("每消费（元）"), max_fen=1_000_000, initial=100)
    earn_points = forms.IntegerField(
        label=gettext_lazy("发放积分"), min_value=0, max_value=10_000, initial=1
    )
    price_fen = PointPriceField(
        gettext_lazy("每积分单价（分）"),
        smallest=0,
        largest=100_000,
        initial=1000,
        help_text=gettext_lazy(
            "积分在其他商户使用后，本商户按此单价结算；已发放的积分不受以后调价影响。"
        ),
    )
    validity_months = forms.IntegerField(
        label=gettext_lazy("积分有效月数"), min_value=1, max_value=120, initial=24
    )
    pending_days = forms.IntegerField(
        label=gettext_lazy("待生效天数"),
        min_value=0,
        max_value=60,
        initial=0,
        help_text=gettext_lazy(
            "入账后第几天的零点起可用；0 为立即可用。退货期内的积分可先待生效。"
        ),
    )
    fee_percent = PercentField(
        gettext_lazy("收取手续费（%）"),
        smallest=0,
        largest=2000,
        initial=0,
        help_text=gettext_lazy("本商户收取其他商户的积分、结算入款时，联盟按此比例留取。"),
    )
    start = StartField(
        help_text=gettext_lazy("现行条款到此时为止。生效后不能修改，只能再设新条款。"),
    )

    def prepare(self) -> None:
        self.field("merchant").queryset = Merchant.objects.order_by("name_key")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        months, days = cleaned.get("validity_months"), cleaned.get("pending_days")
        if months is not None and days is not None and days >= months * SHORTEST_MONTH:
            self.add_error("pending_days", _("积分生效之前不能已经到期。"))
        return cleaned


class SetTerms(OperatorAction):
    name, label, icon = "add", gettext_lazy("设置积分条款"), "rule"
    is_edit, suggested_fields = True, frozenset({"merchant", "start"})
    success_message = gettext_lazy("条款已设置。")
    form_class = TermsForm
    permission = "loyalty.add_merchantterms"

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        merchant = requested_merchant(request)
        held = MerchantTerms.objects.filter(merchant=merchant).order_by("-valid").first()
        return {"merchant": merchant, "start": this_minute()} | (_terms_text(held) if held else {})

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        earning_terms = loyalty.EarningTerms(
            earn_points=cleaned_data["earn_points"],
            earn_per_fen=cleaned_data["per_yuan"],
            price_milli_fen=cleaned_data["price_fen"],
            validity_months=cleaned_data["validity_months"],
            pending_days=cleaned_data["pending_days"],
            redeem_fee_bp=cleaned_data["fee_percent"],
        )
        return loyalty.set_terms(
            merchant=cleaned_data["merchant"],
            earning_terms=earning_terms,
            start=cleaned_data["start"],
            by=viewer(request).user,
        )


def _terms_text(terms: MerchantTerms) -> dict[str, Any]:
    return {
        "per_yuan": terms.earn_per_fen,
        "earn_points": terms.earn_points,
        "price_fen": terms.price_milli_fen,
        "validity_months": terms.validity_months,
        "pending_days": terms.pending_days,
        "fee_percent": terms.redeem_fee_bp,
    }


@admin.register(MerchantTerms)
class MerchantTermsAdmin(LedgerAdmin):
    menu = Menu(POINTS, "rule", 60)
    required_permission = "view_receipts"
    operator_permissions = ("view", "add")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("商户有了积分条款，收银台才能入账；由运营人员设置。")
    rate = Column(gettext_lazy("发放"), rate_text)
    price = Column(gettext_lazy("每积分单价（分）"), lambda row: price_text(row.price_milli_fen))
    fee = Column(gettext_lazy("收取手续费"), lambda row: f"{Decimal(row.redeem_fee_bp) / 100:.2f}%")
    since = Moment(gettext_lazy("生效"), "valid__lower")
    until = Moment(gettext_lazy("截止"), "valid__upper", empty=gettext_lazy("至今"))
    list_display = [
        "rate",
        "merchant",
        "price",
        "validity_months",
        "pending_days",
        "fee",
        "since",
        "until",
    ]
    list_filter = [("merchant", ScopedFilter)]
    list_select_related = ["merchant"]
    fields = [
        "merchant",
        "rate",
        "price",
        "validity_months",
        "pending_days",
        "fee",
        "since",
        "until",
    ]
    add_action = SetTerms()

    def name_of(self, row: MerchantTerms) -> str:
        return f"{row.merchant} {rate_text(row)}"
