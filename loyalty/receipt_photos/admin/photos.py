"""The queue of photographed bills: the picture next to the form, on a wide screen and on a phone."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import (
    ActionForm,
    DayRangeFilter,
    Menu,
    Section,
    format_instant,
    link,
    visible_rows,
)
from district.kernel.backoffice.columns import Choice, Column, Link, Moment, Money, table
from district.kernel.backoffice.search import ExactSearch
from district.kernel.backoffice.typed_fields import NumberInput, YuanField
from district.kernel.backoffice.widgets import InstantInput
from district.kernel.http.fields import NUMBER
from district.kernel.idempotency import Key
from district.kernel.text.money import format_yuan
from district.merchants.scope import MerchantScopedAdmin, ScopedFilter, viewer
from loyalty.admin.common import POINTS
from loyalty.models import Receipt
from loyalty.receipt_photos import queries, transitions
from loyalty.receipt_photos import services as bills
from loyalty.receipt_photos.admin.common import ReceiptReviewAction, photo_panel
from loyalty.receipt_photos.models import ReceiptPhoto
from loyalty.values import ReportedPurchase

TONES = {
    "待审核": "warning",
    "核对中": "danger",
    "已入账": "success",
    "已积过分": "info",
    "未通过": "",
    "已撤回": "",
}


class ConfirmPhotoForm(ActionForm):
    """What the clerk reads on the picture; filled in with what the member wrote."""

    receipt_no = NumberInput(NUMBER, label=gettext_lazy("小票号"), max_length=64)
    paid_yuan = YuanField(gettext_lazy("实付（元）"))
    paid_at = forms.DateTimeField(label=gettext_lazy("支付时间"), widget=InstantInput)


class ConfirmPhoto(ReceiptReviewAction):
    name, label, icon = "confirm", gettext_lazy("核对入账"), "task_alt"
    explanation = gettext_lazy("请对照照片核对，会员填错的可以改正；入账后按商户积分条款发放。")
    success_message = gettext_lazy("已处理。")
    is_edit = False  # its first values are suggestions: what it stores is new
    form_class = ConfirmPhotoForm
    states = {ReceiptPhoto.State.SUBMITTED}

    def initial(self, request: HttpRequest, row: ReceiptPhoto) -> dict[str, Any]:
        return {
            "receipt_no": row.receipt_no,
            "paid_yuan": row.paid_fen,
            "paid_at": timezone.localtime(row.paid_at),
        }

    def context(self, request: HttpRequest, row: ReceiptPhoto) -> dict[str, Any]:
        # On a phone the form stands below: what there is not need not be scrolled over.
        similar = [panel for panel in similar_panels(request, row) if panel.rows or panel.note]
        return {"panels": [photo_panel(row), *similar]}

    def run(
        self, request: HttpRequest, row: ReceiptPhoto, cleaned_data: dict[str, Any], key: Key
    ) -> Any:
        purchase = ReportedPurchase(
            receipt_no=cleaned_data["receipt_no"],
            paid_fen=cleaned_data["paid_yuan"],
            paid_at=cleaned_data["paid_at"],
            source=Receipt.Source.PHOTO,
        )
        photo = bills.confirm_photo(photo=row, purchase=purchase, by=viewer(request).user, key=key)
        if photo.state == ReceiptPhoto.State.CONFLICTING:
            messages.warning(request, _("有一笔相似的消费已经入账，已转入小票冲突，由人核对。"))
        elif photo.state == ReceiptPhoto.State.ALREADY_EARNED:
            messages.info(request, _("该会员的这笔消费已经积过分，没有重复入账。"))
        return photo


class RejectPhotoForm(ActionForm):
    reason = forms.ChoiceField(
        label=gettext_lazy("原因"),
        choices=[
            (reason.value, reason.label) for reason in ReceiptPhoto.Reason if reason != "lapsed"
        ],
        help_text=gettext_lazy("会员会看到这句话。"),
    )
    note = forms.CharField(
        label=gettext_lazy("补充说明"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("会员会看到，选“其他原因”时必填。"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or {}
        if cleaned_data.get("reason") == ReceiptPhoto.Reason.OTHER and not cleaned_data.get("note"):
            self.add_error("note", _("请写明原因。"))
        return cleaned_data


class RejectPhoto(ReceiptReviewAction):
    name, label, icon = "reject", gettext_lazy("不通过"), "block"
    is_dangerous = True
    success_message = gettext_lazy("已处理，会员会看到原因。")
    form_class = RejectPhotoForm
    states = {ReceiptPhoto.State.SUBMITTED}
    verb, row_argument = staticmethod(bills.reject_photo), "photo"

    def context(self, request: HttpRequest, row: ReceiptPhoto) -> dict[str, Any]:
        return {"panels": [photo_panel(row)]}


@admin.register(ReceiptPhoto)
class ReceiptPhotoAdmin(ExactSearch, MerchantScopedAdmin):
    menu = Menu(POINTS, "photo_camera", 22)
    store_path, required_permission = "store", "work_the_till"
    operator_only = frozenset({"merchant"})
    empty_hint = gettext_lazy("会员在小程序里拍照上传小票之后，会在这里等待审核。")
    ordering = ["-pk"]
    sortable_by = ()
    number = Column(gettext_lazy("编号"), "public_id")
    state_label = Choice(gettext_lazy("状态"), "state", TONES)
    member_no = Column(gettext_lazy("会员编号"), "member__public_id")
    paid = Money(gettext_lazy("实付"), "paid_fen")
    reason_text = Column(
        gettext_lazy("原因"),
        lambda row: " ".join(filter(None, [row.get_reason_display(), row.note])) or "—",
    )
    list_display = ["number", "state_label", "store", "receipt_no", "paid", "paid_at", "at"]
    list_filter = [
        "state",
        ("merchant", ScopedFilter),
        ("store", ScopedFilter),
        ("at", DayRangeFilter),
    ]
    list_select_related = ["merchant", "store", "member"]
    exact_fields = ("public_id", "receipt_no", "member__public_id")
    search_help_text = gettext_lazy("完整的编号、小票号或会员编号")
    fields = [
        "number",
        "state_label",
        "merchant",
        "store",
        "member_no",
        "receipt_no",
        "paid",
        "paid_at",
        "at",
        "reason_text",
        "decided_at",
    ]
    row_actions = (ConfirmPhoto(), RejectPhoto())

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.picture_view)
        own = path("<int:object_id>/picture/", view, name="bills_receiptphoto_picture")
        return [own, *super().get_urls()]

    def picture_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The picture for who may decide on it: never anything but a picture, and never kept."""
        picture = queries.picture_of(self._row(request, str(object_id)))
        if picture is None:
            raise Http404
        return HttpResponse(
            picture,
            content_type="image/jpeg",
            headers={
                "Content-Disposition": f'inline; filename="bill-{object_id}.jpg"',
                "Content-Security-Policy": "default-src 'none'; sandbox",
                "Cross-Origin-Resource-Policy": "same-origin",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def sections(self, request: HttpRequest, row: Any) -> Iterable[Any]:
        yield photo_panel(row)
        if row.receipt is not None:
            columns = [
                Column(_("小票号"), lambda receipt: link(request, receipt)),
                Money(_("实付"), "paid_fen"),
                Column(_("发放积分"), "granted"),
            ]
            yield table(_("入账小票"), columns, [row.receipt])
        yield from similar_panels(request, row)


def similar_panels(request: HttpRequest, photo: ReceiptPhoto) -> Iterator[Section]:
    """What a clerk should see before deciding: receipts and photographs that may be the same purchase."""
    if photo.is_open:
        purchase = transitions.reported_purchase_of(photo)
        found = [
            (_("同一张小票"), queries.receipt_of_purchase(photo.store_id, purchase)),
            (_("金额相同，时间相近"), queries.similar_receipt_of(photo.store_id, purchase)),
        ]
        yield Section(
            _("已入账的相似小票"),
            [_("相似之处"), _("小票号"), _("实付"), _("支付时间")],
            [
                [
                    likeness,
                    link(request, receipt),
                    format_yuan(receipt.paid_fen),
                    format_instant(receipt.paid_at),
                ]
                for likeness, receipt in found
                if receipt is not None
            ],
            _("没有相似的已入账小票。"),
        )
    before = queries.earlier_photos_of(photo)
    mine = (
        visible_rows(request, ReceiptPhoto).filter(pk__in=before.values("pk")).order_by("-pk")[:20]
    )
    rows = list(mine)
    columns = [Link(_("编号"), str), Choice(_("状态"), "state"), Moment(_("提交时间"), "at")]
    elsewhere = before.count() - len(rows)
    note = _("同一张图片还在其他门店提交过 %(count)s 次。") % {"count": elsewhere}
    yield table(
        _("同一张小票或同一张图片的其他提交"),
        columns,
        rows,
        empty=_("没有其他提交。"),
        note=note if elsewhere else "",
    )
