"""Pictures that versions show: kept once per content, for as long as what shows them, which is for ever."""

import hashlib

from coupons.models import CouponPicture


def keep_picture(jpeg: bytes) -> CouponPicture:
    """The picture with this content, which `district.kernel.http.pictures` drew; the same one each time."""
    digest = hashlib.sha256(jpeg).digest()
    picture, _made = CouponPicture.objects.get_or_create(digest=digest, defaults={"jpeg": jpeg})
    return picture
