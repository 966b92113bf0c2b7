"""整单退货: a clerk gives a bill back as a whole, after a look at what goes back."""

import secrets
from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coupons import services as coupons
from coupons.admin.common import note_once
from coupons.models import Coupon, WholeBillRefund
from district.kernel.backoffice import ActionForm, Panel, Tile, Tiles
from district.kernel.backoffice.typed_fields import NumberInput, YuanField
from district.kernel.http.fields import NUMBER
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.models import Store
from district.merchants.scope import RoleAction, viewer


class WholeBillForm(ActionForm):
    """The bill by its store and number; nothing else has to be known."""

    store = forms.ModelChoiceField(Store.objects.none(), label=gettext_lazy("门店"))
    bill_no = NumberInput(NUMBER, label=gettext_lazy("账单号"), max_length=104)
    refund_no = NumberInput(
        NUMBER,
        label=gettext_lazy("退货单号"),
        max_length=104,
        help_text=gettext_lazy("商户自己的单号，每个门店内不能重复。"),
    )
    goods_fen = YuanField(
        gettext_lazy("退货商品金额（元）"),
        min_fen=0,
        required=False,
        help_text=gettext_lazy("按用券和积分前的价格；留空为整单退货。"),
    )
    request_nos = forms.CharField(
        label=gettext_lazy("积分请求号（选填）"),
        required=False,
        max_length=700,
        help_text=gettext_lazy("本单使用积分的请求号与账单号不同时填写，多个用逗号分开。"),
    )

    def prepare(self) -> None:
        stores = viewer(self.request).stores()
        self.field("store").queryset = stores.order_by("name_key", "pk")

    def clean_goods_fen(self) -> int | None:
        fen: int | None = self.cleaned_data["goods_fen"]
        if fen == 0:
            raise forms.ValidationError(_("请填写大于零的金额，或留空。"))
        return fen

    def clean_request_nos(self) -> tuple[str, ...]:
        written = self.cleaned_data["request_nos"].replace("，", ",").replace("、", ",").split(",")
        field = NumberInput(NUMBER, required=False)
        return tuple(dict.fromkeys(no for no in map(field.clean, written) if no))


class RefundWholeBill(RoleAction):
    """Money, points, coupons and gifts of a bill go back in one act."""

    name, label, icon = "refund-bill", gettext_lazy("整单退货"), "assignment_return"
    explanation = gettext_lazy(
        "先试算：退多少款、退回和收回多少积分、哪些券退回会员、哪些赠券作废；确认后一并完成，不能撤销。"
    )
    success_message = gettext_lazy("整单退货已完成。")
    is_dangerous, has_preview = True, True
    form_class = WholeBillForm
    required_permission = "post_refunds"

    def preview(
        self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any]
    ) -> Iterable[Panel]:
        would = coupons.preview_whole_bill_refund(
            store=cleaned_data["store"],
            returned=_returned(cleaned_data, f"preview-{secrets.token_hex(16)}"),
            actor=f"user:{viewer(request).user.pk}",
        )
        yield Tiles(_("退货后"), tiles_of(would))

    def run(self, request: HttpRequest, row: Any, cleaned_data: dict[str, Any], key: Key) -> None:
        who = viewer(request)
        with transaction.atomic():
            done = coupons.refund_whole_bill(
                store=cleaned_data["store"],
                returned=_returned(cleaned_data, cleaned_data["refund_no"]),
                actor=f"user:{who.user.pk}",
                key=key,
            )
            note_once(
                verb="refund_whole_bill",
                subject=f"coupons.wholebillrefund:{done.pk}",
                by=who.user,
                bill_no=done.bill_no,
            )


def tiles_of(refund: WholeBillRefund) -> list[Tile]:
    """What goes back, as people read it."""
    answer = refund.answer
    states = dict(Coupon.State.choices)
    back = "，".join(
        f"{coupon['name']}（{states.get(coupon['state'], coupon['state'])}）"
        for coupon in answer["coupons"]
    )
    gifts = "，".join(gift["name"] for gift in answer["gifts"])
    parked = answer["receipt"] == "parked"
    return [
        Tile(_("应退款"), format_yuan(refund.pay_back_fen)),
        Tile(_("退回商品"), format_yuan(refund.goods_fen)),
        Tile(_("其中券减免"), format_yuan(refund.discount_fen), note=back),
        Tile(
            _("退回会员积分"),
            f"{refund.points_returned:,}",
            note=_("抵扣 %(yuan)s") % {"yuan": format_yuan(refund.points_worth_fen)},
        ),
        Tile(
            _("收回积分"),
            f"{refund.points_taken:,}",
            note=_("小票未到，到达后自动收回")
            if parked
            else _("其中欠 %(owed)s") % {"owed": f"{refund.points_owed:,}"},
        ),
        Tile(_("作废赠券"), f"{len(answer['gifts']):,}", note=gifts),
    ]


def _returned(cleaned_data: dict[str, Any], refund_no: str) -> coupons.ReturnedBill:
    return coupons.ReturnedBill(
        bill_no=cleaned_data["bill_no"],
        refund_no=refund_no,
        goods_fen=cleaned_data["goods_fen"],
        request_nos=cleaned_data["request_nos"],
    )
