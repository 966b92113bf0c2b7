"""商圈支付: what WeChat reported, what it earned or why not, and saying which store it was."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    DayRangeFilter,
    Menu,
    Pending,
    Section,
    register_pending,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, Number, table
from district.kernel.backoffice.search import ExactSearch
from district.merchants.scope import MerchantScopedAdmin, OperatorAction, viewer
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.admin.common import (
    CIRCLE,
    PAYMENT_TONES,
    REFUND_TONES,
    ShopNumberForm,
    StoreForm,
)
from loyalty.business_circle.models import MallPayment, MallRefund

State = MallPayment.State


class AssignShopNumber(OperatorAction):
    """For this payment, and for all others with its number."""

    name, label, icon = "assign-number", gettext_lazy("对应门店编号"), "link"
    explanation = gettext_lazy(
        "这个编号今后都指所选门店；等待中的同编号支付会在几秒内补积分，已处理的不变。"
    )
    success_message = gettext_lazy("已对应，等待中的支付将自动补积分。")
    form_class, permission = ShopNumberForm, "business_circle.change_mallpayment"
    is_edit = False  # its first value is a suggestion: what it stores is new
    verb = staticmethod(business_circle.assign_shop_number)

    def is_applicable(self, row: MallPayment | None) -> bool:
        return row is None or (row.state == State.WAITING_FOR_STORE and row.shop_number != "")

    def initial(self, request: HttpRequest, row: MallPayment | None) -> Mapping[str, Any]:
        return {"shop_number": row.shop_number} if row else {}


class AssignPaymentStore(OperatorAction):
    """For this payment alone."""

    name, label, icon = "assign-store", gettext_lazy("指定这笔的门店"), "storefront"
    explanation = gettext_lazy("只用于这一笔支付，适合编号为空或偶然填错的情况；指定后立即积分。")
    success_message = gettext_lazy("已指定门店。")
    form_class, permission = StoreForm, "business_circle.change_mallpayment"
    states = {State.WAITING_FOR_STORE}
    verb, row_argument = staticmethod(business_circle.assign_payment_store), "payment"


@admin.register(MallPayment)
class MallPaymentAdmin(ExactSearch, MerchantScopedAdmin):
    """Of merchants' people those of their own stores; what has no store yet is the operators' business."""

    menu = Menu(CIRCLE, "contactless", 10)
    operator_permissions = ("view", "change")
    merchant_paths, store_path, required_permission = (
        ("store__merchant",),
        "store",
        "view_receipts",
    )
    empty_hint = gettext_lazy("会员授权后，在商圈门店的微信支付会由微信通知并列在这里。")
    ordering = ["-pk"]
    sortable_by = ()
    state_label = Choice(gettext_lazy("状态"), "state", PAYMENT_TONES)
    reason_text = Choice(gettext_lazy("原因"), "reason")
    paid = Money(gettext_lazy("实付"), "amount_fen")
    points = Column(gettext_lazy("积分"), "receipt__granted")
    list_display = [
        *("transaction_id", "state_label", "reason_text", "paid", "shop_number", "shop_name"),
        *("store", "paid_at"),
    ]
    list_filter = ["state", "reason", ("paid_at", DayRangeFilter)]
    list_select_related = ["store"]
    exact_fields = ("transaction_id", "public_id", "shop_number", "store__public_id")
    search_help_text = gettext_lazy("完整的微信支付订单号、编号或门店编号")
    fields = [
        *("transaction_id", "public_id", "state_label", "reason_text", "paid", "points"),
        *("shop_number", "shop_name", "store", "is_requested", "paid_at", "received_at"),
        *("waits_until", "decided_at"),
    ]
    row_actions = (AssignShopNumber(), AssignPaymentStore())

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Section]:
        is_operator = viewer(request).operator
        if row.receipt is not None:
            yield table(
                _("小票"),
                [
                    Link(_("小票号"), "receipt_no"),
                    Choice(_("来源"), "source"),
                    Number(_("发放积分"), "granted"),
                    Number(_("收回积分"), "clawed"),
                ],
                [row.receipt],
            )
        yield table(
            _("退款"),
            [
                # Its page is the operators' alone.
                (Link if is_operator else Column)(_("微信退款单号"), "refund_id"),
                Choice(_("状态"), "state", REFUND_TONES),
                Choice(_("原因"), "reason"),
                Money(_("退款"), "refund_fen"),
                Moment(_("退款时间"), "refunded_at"),
            ],
            MallRefund.objects.filter(transaction_id=row.transaction_id).order_by("pk"),
            empty=_("没有退款。"),
        )
        if is_operator:
            yield table(
                _("积分同步"),
                [
                    Link(_("增加积分"), "increased_points"),
                    Column(_("不积分说明"), "remarks"),
                    Moment(_("同步时间"), "synced_at"),
                    Column(_("最近错误"), "last_error"),
                ],
                row.syncs.all(),
                empty=_("处理后才同步。"),
            )


register_pending(
    Pending(
        MallPayment,
        gettext_lazy("待对应门店的支付"),
        State.WAITING_FOR_STORE,
        is_allowed=lambda request: viewer(request).operator,
        tone="bad",
    ),
    order=30,
)
