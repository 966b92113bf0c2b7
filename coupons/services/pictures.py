"""Pictures that versions show: kept once per content, gone when no version shows them."""

import hashlib
from datetime import timedelta

from coupons.models import CouponPicture
from district.kernel import clock

# A draft that is being written may not have been saved yet.
UNUSED_FOR = timedelta(days=1)


def keep_picture(jpeg: bytes) -> CouponPicture:
    """The picture with this content, which `district.kernel.pictures` drew; the same one each time."""
    digest = hashlib.sha256(jpeg).digest()
    picture, _made = CouponPicture.objects.get_or_create(digest=digest, defaults={"jpeg": jpeg})
    return picture


def purge_pictures() -> int:
    """Delete what no version shows; the number of pictures that went."""
    before = clock.real_now() - UNUSED_FOR
    unused = CouponPicture.objects.filter(versions=None, created_at__lt=before)
    return unused.delete()[0]
