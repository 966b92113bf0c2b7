"""What is printed of credit codes: A4 and A5 stands, stickers, and the mini-program code as a picture."""

from collections.abc import Sequence

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from credit.code_links import MINI_PAGE, link_of, scene_of
from credit.models import CreditCode
from district.kernel.text import qr
from district.wechat.client import gateway


class SheetSize(models.TextChoices):
    A4 = "a4", _("A4 立牌（一页一码）")
    A5 = "a5", _("A5 台卡（一页一码）")
    STICKER = "sticker", _("贴纸 60 × 80 毫米（A4 一页九张）")


def sheet_response(request: HttpRequest, codes: Sequence[CreditCode], size: str) -> HttpResponse:
    """A page to print, the QR codes in it as SVG."""
    cards = [
        # Drawn by the library from a link of ours.
        {"code": code, "store": code.store, "svg": mark_safe(_inline(qr.svg(link_of(code))))}  # noqa: S308
        for code in codes
    ]
    return render(
        request, "credit/sheet.html", {"cards": cards, "size": size, "label": SheetSize(size).label}
    )


def mini_code_response(code: CreditCode) -> HttpResponse:
    """The mini-program code as WeChat draws it. Raises WechatUnavailable, WechatMisconfigured."""
    return HttpResponse(
        gateway().mini_code(scene_of(code), MINI_PAGE),
        content_type="image/jpeg",
        headers={
            "Content-Disposition": f'attachment; filename="{code.public_id}.jpg"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _inline(document: str) -> str:
    """The svg element without the declaration of its document."""
    return document[document.index("<svg") :]
