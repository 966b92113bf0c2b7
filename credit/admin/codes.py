"""诚信码: issued, rotated, revoked, printed; and how often they are scanned."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit import services as credit
from credit.admin.code_sheets import SheetSize, mini_code_response, sheet_response
from credit.admin.common import CREDIT, CreditAction
from credit.errors import NothingToPrint
from credit.models import CreditCode
from credit.queries.codes import live_codes, scans_by_day
from district.kernel import clock
from district.kernel.backoffice import ActionForm, Menu, Section
from district.kernel.backoffice.columns import Choice, Column
from district.kernel.backoffice.search import ExactSearch
from district.kernel.idempotency import Key
from district.merchants.models import Store, Venue
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, ScopedFilter

_SCAN_DAYS = 30
_LIVE = {CreditCode.State.LIVE}


class IssueForm(ActionForm):
    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("门店"))

    def prepare(self) -> None:
        stores = Store.objects.filter(state=Store.State.OPEN).order_by("name_key", "pk")
        self.field("store").queryset = stores.exclude(credit_codes__state=CreditCode.State.LIVE)


class CodeEndForm(ActionForm):
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)


class VenueForm(ActionForm):
    venue = forms.ModelChoiceField(
        Venue.objects.order_by("name_key", "pk"), label=gettext_lazy("场所")
    )


class SizeForm(ActionForm):
    size = forms.ChoiceField(choices=SheetSize.choices, label=gettext_lazy("纸张"))


class VenueSizeForm(VenueForm, SizeForm):
    pass


class IssueCode(OperatorAction):
    name, label, icon = "issue", gettext_lazy("发放诚信码"), "qr_code_2"
    permission, form_class = "credit.add_creditcode", IssueForm
    success_message = gettext_lazy("已发放，可以打印。")
    verb = staticmethod(credit.issue_code)


class IssueVenueCodes(OperatorAction):
    name, label, icon = "issue-venue", gettext_lazy("为整个场所发码"), "domain"
    permission, form_class = "credit.add_creditcode", VenueForm
    explanation = gettext_lazy("为该场所尚无诚信码的每一家营业门店各发一个码。")
    success_message = gettext_lazy("该场所的营业门店都有诚信码了。")

    def run(self, request: HttpRequest, row: None, cleaned_data: dict[str, Any], key: Key) -> None:
        credit.issue_venue_codes(venue=cleaned_data["venue"], by=_user(request))


class RotateCode(OperatorAction):
    name, label, icon = "rotate", gettext_lazy("换新码"), "autorenew"
    permission, form_class, states = "credit.change_creditcode", CodeEndForm, _LIVE
    explanation = gettext_lazy("旧码从此显示“这是旧码”，请打印并更换新码。")
    success_message = gettext_lazy("已换新码，请打印。")
    verb, row_argument, opens_result = staticmethod(credit.rotate_code), "code", True


class RevokeCode(OperatorAction):
    name, label, icon, is_dangerous = "revoke", gettext_lazy("吊销"), "block", True
    permission, form_class, states = "credit.change_creditcode", CodeEndForm, _LIVE
    explanation = gettext_lazy("此码从此显示“已吊销”；门店需要时再发新码。")
    success_message = gettext_lazy("已吊销。")
    verb, row_argument = staticmethod(credit.revoke_code), "code"


class PrintCode(CreditAction):
    name, label, icon = "print", gettext_lazy("打印"), "print"
    form_class, states = SizeForm, _LIVE

    def run(
        self, request: HttpRequest, row: CreditCode, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        return sheet_response(request, [row], cleaned_data["size"])


class DownloadMiniCode(CreditAction):
    name, label, icon = "mini-code", gettext_lazy("下载小程序码"), "qr_code"
    explanation = gettext_lazy("向微信申请小程序码，扫码直接打开小程序里的门店诚信页。")
    states = _LIVE

    def run(
        self, request: HttpRequest, row: CreditCode, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        return mini_code_response(row)


class PrintVenueCodes(OperatorAction):
    name, label, icon = "print-venue", gettext_lazy("打印整个场所"), "print"
    permission, form_class = "credit.view_creditcode", VenueSizeForm

    def run(
        self, request: HttpRequest, row: None, cleaned_data: dict[str, Any], key: Key
    ) -> HttpResponse:
        codes = list(live_codes(cleaned_data["venue"]))
        if not codes:
            raise NothingToPrint
        return sheet_response(request, codes, cleaned_data["size"])


@admin.register(CreditCode)
class CreditCodeAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(CREDIT, "qr_code_2", 20)
    merchant_paths, store_path = ("store__merchant",), "store"
    required_permission = "view_store"
    operator_permissions = ("view", "add", "change")
    operator_only = frozenset({"merchant_name"})
    empty_hint = gettext_lazy("运营人员发放诚信码后，码会列在这里，可以打印。")
    ordering = ["-pk"]
    sortable_by = ()
    merchant_name = Column(gettext_lazy("商户"), "store__merchant__name")
    store_name = Column(gettext_lazy("门店"), "store__name")
    state_label = Choice(
        gettext_lazy("状态"), "state", {"使用中": "success", "已换新码": "", "已吊销": "danger"}
    )
    list_display = ["store_name", "merchant_name", "number", "state_label", "issued_at"]
    list_filter = [("store", ScopedFilter), "state"]
    list_select_related = ["store__merchant", "store__venue"]
    exact_fields = ("public_id", "store__public_id")
    search_help_text = gettext_lazy("完整的诚信码编号或门店编号")
    fields = [
        *("public_id", "store_name", "merchant_name", "number", "state_label"),
        *("issued_at", "issued_by", "ended_at", "ended_by", "end_reason"),
    ]
    add_action = IssueCode()
    list_actions = (IssueVenueCodes(), PrintVenueCodes())
    row_actions = (PrintCode(), DownloadMiniCode(), RotateCode(), RevokeCode())

    def sections(self, request: HttpRequest, row: CreditCode) -> Iterable[Section]:
        since = clock.business_day(clock.now()) - timedelta(days=_SCAN_DAYS - 1)
        yield Section(
            _("门店近 30 天扫码次数"),
            [_("日期"), _("次数")],
            [[day, f"{scans:,}"] for day, scans in scans_by_day(row.store, since)],
            empty=_("还没有人扫过。"),
            note=_("只计次数，不记录是谁扫的。"),
        )


def _user(request: HttpRequest) -> Any:
    return request.user
