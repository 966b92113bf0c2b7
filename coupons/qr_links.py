"""What is printed for a campaign: the link behind "scan to claim", and its QR code."""

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse

from coupons.models import CouponPicture, TemplateVersion
from coupons.results import VersionSummary
from district.kernel.text import qr

QR_FORMATS = ("svg", "png")


def claim_link_of(version: TemplateVersion | VersionSummary) -> str:
    """Where a printed code leads: the mini-program where WeChat has a rule for it, else a page."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse('coupon_page', args=[version.public_id])}"


def picture_url_of(picture: CouponPicture) -> str:
    """Where anybody reads a picture that versions show; what stands there never changes."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{picture_path_of(picture)}"


def picture_path_of(picture: CouponPicture) -> str:
    """The same for pages of ours, whose pictures come from their own host alone."""
    return reverse("coupon_picture", args=[picture.public_id])


def qr_picture_response(version: TemplateVersion | VersionSummary, kind: str) -> HttpResponse:
    """The link as a QR code: `svg` for print, sharp at every size, or `png`."""
    link = claim_link_of(version)
    return HttpResponse(
        qr.svg(link) if kind == "svg" else qr.png(link),
        content_type="image/svg+xml" if kind == "svg" else "image/png",
        headers={
            "Content-Disposition": f'inline; filename="{version.public_id}.{kind}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )
