"""What the two screens share: the picture beside the form, and words."""

from dataclasses import dataclass, field
from typing import ClassVar

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from district.kernel.backoffice import name_verbs
from district.kernel.text.money import format_yuan
from district.merchants.permissions import Permission
from district.merchants.scope import RoleAction
from loyalty.receipt_photos.models import PhotoPicture, ReceiptPhoto

name_verbs(
    confirm_photo=gettext_lazy("审核拍照小票"),
    reject_photo=gettext_lazy("不通过拍照小票"),
    keep_earlier=gettext_lazy("冲突：保留先入账的"),
    keep_both=gettext_lazy("冲突：确认是两笔消费"),
    keep_later=gettext_lazy("冲突：改记后到的"),
)


@dataclass(frozen=True)
class PhotoPanel:
    """The picture, as long as there is one."""

    url: str
    caption: str

    template: str = field(default="bills/photo.html", init=False)


def photo_panel(photo: ReceiptPhoto) -> PhotoPanel:
    held = PhotoPicture.objects.filter(photo=photo).exists()
    url = reverse("admin:bills_receiptphoto_picture", args=[photo.pk]) if held else ""
    caption = _("会员填写：小票号 %(no)s，实付 %(paid)s。点击照片可放大。")
    caption_values = {"no": photo.receipt_no, "paid": format_yuan(photo.paid_fen)}
    return PhotoPanel(url, caption % caption_values)


class ReceiptReviewAction(RoleAction):
    """An action next to what it is about."""

    template = "bills/decide.html"
    required_permission: ClassVar[Permission] = "work_the_till"
