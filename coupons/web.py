"""What a printed code opens outside the mini-program: a small page with the coupon's face, for everybody.

WeChat opens the mini-program instead where the operator has set its rule for ordinary links to the
address `…/c/` (普通链接二维码); to prove the host, WeChat asks for a file there, which the setting
DISTRICT_WECHAT_LINK_CHECK holds.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, register_converter
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from coupons.card_view import card_view_of
from coupons.errors import ClaimOver
from coupons.models import CouponPicture, TemplateVersion
from coupons.qr_links import QR_FORMATS, qr_picture_response
from coupons.queries.catalogue import (
    outside_claim_period,
    public_version,
    stock_now,
    version_with_card,
)
from coupons.texts import moment_in_words
from district.kernel import clock
from district.kernel.database import ids
from district.kernel.errors import NotFound


class VersionId:
    """An address holds the id of a version, or it is none."""

    regex = rf"ctv_[0-9A-Za-z]{{{ids.LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class PictureId(VersionId):
    regex = rf"cpc_[0-9A-Za-z]{{{ids.LENGTH}}}"


@dataclass(frozen=True, slots=True)
class ClaimStatus:
    """Whether it can be claimed now, and what is said of that."""

    open: bool
    text: str


@require_safe
def page(request: HttpRequest, version: str) -> HttpResponse:
    try:
        found = version_with_card(version)
    except NotFound:
        return unknown(request)
    context = {
        "face": card_view_of(found),
        "claim_status": _claim_status(found, clock.now()),
        "version": found,
    }
    answer = render(request, "coupons/page.html", context)
    answer.headers["Cache-Control"] = "public, max-age=10"
    return answer


@require_safe
def picture(request: HttpRequest, version: str, kind: str) -> HttpResponse:
    try:
        found = public_version(version)
    except NotFound:
        return unknown(request)
    answer = qr_picture_response(found, kind)
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@require_safe
def coupon_picture_file(request: HttpRequest, picture: str) -> HttpResponse:
    """A picture that a version shows, for everybody who has its address; it never changes."""
    found = CouponPicture.objects.filter(public_id=picture).first()
    if found is None:
        return unknown(request)
    return HttpResponse(
        bytes(found.jpeg),
        content_type="image/jpeg",
        headers={
            "Cache-Control": "public, max-age=31536000, immutable",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


@require_safe
def unknown(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Also for drafts, which are nobody's business; or the file by which WeChat knows the host."""
    name, _colon, content = settings.WECHAT_LINK_CHECK.partition(":")
    if rest and rest == name:
        return HttpResponse(content, content_type="text/plain")
    return render(request, "coupons/unknown.html", status=404)


def _claim_status(version: TemplateVersion, at: datetime) -> ClaimStatus:
    outside = outside_claim_period(version, at)
    if isinstance(outside, ClaimOver):
        return ClaimStatus(open=False, text=_("领取已结束，已领的券在有效期内仍可使用。"))
    if outside is not None:
        begins = moment_in_words(version.claim_from)
        return ClaimStatus(open=False, text=_("{begins} 开始领取。").format(begins=begins))
    stock, _left = stock_now(version, at)
    nothing_left = {
        "sold_out": _("已领完，感谢您的关注。"),
        "sold_out_today": _("今天的已领完，请明天再来。"),
        "budget_used_up": _("活动预算已用完，暂停发放；已领的券在有效期内仍可使用。"),
    }
    if stock in nothing_left:
        return ClaimStatus(open=False, text=nothing_left[stock])
    if not version.claimable and version.points_price is None:
        return ClaimStatus(open=False, text=_("本券不能自行领取，由商户发放。"))
    return ClaimStatus(
        open=True, text=_("正在发放，所剩不多。") if stock == "few" else _("正在发放。")
    )


register_converter(VersionId, "version")
register_converter(PictureId, "coupon_picture")
urlpatterns = [
    path("<coupon_picture:picture>.jpg", coupon_picture_file, name="coupon_picture"),
    path("<version:version>", page, name="coupon_page"),
    *(
        path(f"<version:version>/qr.{kind}", picture, {"kind": kind}, name=f"coupon_qr_{kind}")
        for kind in QR_FORMATS
    ),
    path("<path:rest>", unknown),
]
