"""Terms: set from an instant on by operators; a merchant reads its own."""

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel import clock
from district.kernel.backoffice import Action, ActionForm, Menu, format_instant
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.idempotency import Key
from district.merchants.models import Merchant
from district.merchants.scope import ScopedFilter, viewer
from loyalty import services as loyalty
from loyalty.admin.common import POINTS, LedgerAdmin, price_text, rate_text, requested_merchant
from loyalty.models import MerchantTerms

# What the database allows for: points must not end before they begin.
SHORTEST_MONTH = 28


class TermsForm(ActionForm):
    """In yuan and fen, as people write it."""

    merchant = forms.ModelChoiceField(Merchant.objects.none(), label=gettext_lazy("商户"))
    per_yuan = forms.DecimalField(
        label=gettext_lazy("每消费（元）"),
        min_value=Decimal("0.01"),
        max_value=Decimal(10_000),
        decimal_places=2,
        initial=Decimal(1),
    )
    earn_points = forms.IntegerField(
        label=gettext_lazy("发放积分"), min_value=0, max_value=10_000, initial=1
    )
    price_fen = forms.DecimalField(
        label=gettext_lazy("每积分单价（分）"),
        min_value=Decimal(0),
        max_value=Decimal(100),
        decimal_places=3,
        initial=Decimal(1),
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
    fee_percent = forms.DecimalField(
        label=gettext_lazy("收取手续费（%）"),
        min_value=Decimal(0),
        max_value=Decimal(20),
        decimal_places=2,
        initial=Decimal(0),
        help_text=gettext_lazy("本商户收取其他商户的积分、结算入款时，联盟按此比例留取。"),
    )
    start = forms.DateTimeField(
        label=gettext_lazy("生效时间"),
        widget=InstantInput,
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

    def clean_start(self) -> Any:
        start = self.cleaned_data["start"]
        if start < clock.now().replace(second=0, microsecond=0):
            raise forms.ValidationError(_("生效时间不能早于现在。"))
        return start


class SetTerms(Action):
    name, label, icon = "add", gettext_lazy("设置积分条款"), "rule"
    is_edit, suggested_fields = True, frozenset({"merchant", "start"})
    success_message = gettext_lazy("条款已设置。")
    form_class = TermsForm

    def is_allowed(self, request: HttpRequest, row: Any) -> bool:
        return viewer(request).operator and request.user.has_perm("loyalty.add_merchantterms")

    def initial(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        merchant = requested_merchant(request)
        start = timezone.localtime(clock.now()).replace(second=0, microsecond=0)
        held = MerchantTerms.objects.filter(merchant=merchant).order_by("-valid").first()
        return {"merchant": merchant, "start": start} | (_terms_text(held) if held else {})

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> Any:
        earning_terms = loyalty.EarningTerms(
            earn_points=cleaned_data["earn_points"],
            earn_per_fen=int(cleaned_data["per_yuan"] * 100),
            price_milli_fen=int(cleaned_data["price_fen"] * 1000),
            validity_months=cleaned_data["validity_months"],
            pending_days=cleaned_data["pending_days"],
            redeem_fee_bp=int(cleaned_data["fee_percent"] * 100),
        )
        return loyalty.set_terms(
            merchant=cleaned_data["merchant"],
            earning_terms=earning_terms,
            start=cleaned_data["start"],
            by=viewer(request).user,
        )


def _terms_text(terms: MerchantTerms) -> dict[str, Any]:
    return {
        "per_yuan": Decimal(terms.earn_per_fen) / 100,
        "earn_points": terms.earn_points,
        "price_fen": Decimal(terms.price_milli_fen) / 1000,
        "validity_months": terms.validity_months,
        "pending_days": terms.pending_days,
        "fee_percent": Decimal(terms.redeem_fee_bp) / 100,
    }


@admin.register(MerchantTerms)
class MerchantTermsAdmin(LedgerAdmin):
    menu = Menu(POINTS, "rule", 60)
    merchant_path, required_permission = "merchant", "view_receipts"
    operator_permissions = ("view", "add")
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("商户有了积分条款，收银台才能入账；由运营人员设置。")
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

    @admin.display(description=gettext_lazy("发放"))
    def rate(self, terms: MerchantTerms) -> str:
        return rate_text(terms)

    @admin.display(description=gettext_lazy("每积分单价（分）"))
    def price(self, terms: MerchantTerms) -> str:
        return price_text(terms.price_milli_fen)

    @admin.display(description=gettext_lazy("收取手续费"))
    def fee(self, terms: MerchantTerms) -> str:
        return f"{Decimal(terms.redeem_fee_bp) / 100:.2f}%"

    @admin.display(description=gettext_lazy("生效"))
    def since(self, terms: MerchantTerms) -> str:
        return format_instant(terms.valid.lower)

    @admin.display(description=gettext_lazy("截止"))
    def until(self, terms: MerchantTerms) -> str:
        return format_instant(terms.valid.upper) if terms.valid.upper else _("至今")
