"""Acts on refunds: post one, find the receipt of a parked one, or set a parked one aside."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import ActionForm, Panel, Tile, Tiles, visible_rows
from district.kernel.backoffice.typed_fields import NumberInput, YuanField
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.models import Store
from district.merchants.scope import RoleAction, viewer
from loyalty import services as loyalty
from loyalty.admin.explorer.causes import candidates
from loyalty.models import ParkedRefund, Receipt


class RefundForm(ActionForm):
    """In yuan, with the number the merchant's own paper bears."""

    yuan = YuanField(gettext_lazy("退款金额（元）"))
    refund_no = NumberInput(
        label=gettext_lazy("退货单号"),
        regex=r"^[\x21-\x7e\u4e00-\u9fff]{1,64}\Z",
        error_messages={"invalid": gettext_lazy("请填写 64 个字符以内、不含空格的单号。")},
        help_text=gettext_lazy("商户自己的单号，每个门店内不能重复。"),
    )
    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("退款门店"))

    def prepare(self) -> None:
        stores = viewer(self.request).stores().filter(merchant=self.row.merchant_id)
        self.field("store").queryset = stores.order_by("name_key", "pk")


class RefundReceipt(RoleAction):
    """Money given back of a receipt takes back the points it no longer earns."""

    name, label, icon = "refund", gettext_lazy("退货"), "undo"
    explanation = gettext_lazy("先试算：收回哪些积分、会员是否欠积分；确认后入账，不能撤销。")
    success_message = gettext_lazy("退货已入账。")
    is_dangerous, has_preview = True, True
    is_edit = False  # its first values are suggestions: what it stores is new
    form_class = RefundForm
    required_permission = "post_refunds"
    verb, row_argument = staticmethod(loyalty.refund_receipt), "receipt"
    argument_names, opens_result = {"yuan": "fen"}, True

    def is_applicable(self, row: Receipt) -> bool:
        return row.refunded_fen < row.paid_fen

    def initial(self, request: HttpRequest, row: Receipt) -> dict[str, Any]:
        return {"yuan": row.paid_fen - row.refunded_fen, "store": row.store_id}

    def preview(
        self, request: HttpRequest, row: Receipt, cleaned_data: dict[str, Any]
    ) -> Iterable[Panel]:
        yield refund_effect(request, row, store=cleaned_data["store"], fen=cleaned_data["yuan"])


class MatchForm(ActionForm):
    """The receipt by its store and number."""

    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("购买门店"))
    receipt_no = NumberInput(r"", label=gettext_lazy("小票号"), max_length=64)

    def prepare(self) -> None:
        stores = viewer(self.request).stores().filter(merchant=self.row.merchant_id)
        self.field("store").queryset = stores.order_by("name_key", "pk")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if {"store", "receipt_no"} <= cleaned.keys():
            named = visible_rows(self.request, Receipt).filter(
                merchant=self.row.merchant_id,
                store=cleaned["store"],
                receipt_no=cleaned["receipt_no"],
            )
            cleaned["receipt"] = named.select_related("account__member", "store").first()
            if cleaned["receipt"] is None:
                self.add_error("receipt_no", _("该门店没有这个号码的小票。"))
        return cleaned


class MatchRefund(RoleAction):
    """Say which receipt a parked refund belongs to; it is posted at once."""

    name, label, icon = "match", gettext_lazy("匹配小票"), "link"
    explanation = gettext_lazy("找到原小票后，这笔退货按它入账。先试算，再确认；入账后不能撤销。")
    success_message = gettext_lazy("已匹配，退货已入账。")
    has_preview = True
    is_edit = False  # its first values are suggestions: what it stores is new
    form_class = MatchForm
    required_permission, states = "post_refunds", {ParkedRefund.State.WAITING}

    def initial(self, request: HttpRequest, row: ParkedRefund) -> dict[str, Any]:
        return {"store": row.receipt_store_id, "receipt_no": row.receipt_no}

    def aside(self, request: HttpRequest, row: ParkedRefund) -> Iterable[Panel]:
        yield candidates(request, row)

    def preview(
        self, request: HttpRequest, row: ParkedRefund, cleaned_data: dict[str, Any]
    ) -> Iterable[Panel]:
        yield refund_effect(request, cleaned_data["receipt"], store=row.store, fen=row.fen)

    def run(
        self, request: HttpRequest, row: ParkedRefund, cleaned_data: dict[str, Any], key: Key
    ) -> Any:
        return loyalty.match_refund(
            parked=row, receipt=cleaned_data["receipt"], by=viewer(request).user
        )


class DismissForm(ActionForm):
    note = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("为什么没有对应的小票，例如：本单没有积分。"),
    )


class DismissRefund(RoleAction):
    """No receipt of ours belongs to it: no points were earned, so none are taken back."""

    name, label, icon = "dismiss", gettext_lazy("忽略"), "do_not_disturb_on"
    explanation = gettext_lazy("忽略后不收回任何积分，也不会再自动匹配。")
    success_message = gettext_lazy("已忽略。")
    is_dangerous = True
    form_class = DismissForm
    required_permission, states = "post_refunds", {ParkedRefund.State.WAITING}
    verb, row_argument = staticmethod(loyalty.dismiss_refund), "parked"


def refund_effect(request: HttpRequest, receipt: Receipt, *, store: Store, fen: int) -> Tiles:
    """What a refund would do at this moment; the member's balance is for operators."""
    who = viewer(request)
    would = loyalty.preview_refund(
        receipt=receipt, store=store, fen=fen, actor=f"user:{who.user.pk}"
    )
    tiles = [
        Tile(_("退款"), format_yuan(would.fen), note=_("小票 %(no)s") % {"no": receipt.receipt_no}),
        Tile(_("退后可退"), format_yuan(would.left_fen)),
        Tile(_("收回本单积分"), f"{would.own:,}"),
        Tile(
            _("收回其他积分"),
            f"{would.other:,}",
            note=_("本单积分已使用的部分") if would.other else "",
        ),
        Tile(
            _("欠积分"),
            f"{would.owed:,}",
            note=_("由会员下次赚取时抵还") if would.owed else "",
            tone="bad" if would.owed else "",
        ),
    ]
    if would.ended:
        note = _("未使用即已过期，不再收回")
        tiles.append(Tile(_("已过期积分"), f"{would.ended:,}", note=note))
    if who.operator:
        tiles.append(Tile(_("会员退后余额"), f"{would.available_after:,}"))
    return Tiles(_("试算结果"), tiles)
