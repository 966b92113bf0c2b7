"""Questions about coupons, the front door for other apps."""

from coupons.queries.people import standing_of
from coupons.queries.versions import Said, version_of

__all__ = ["Said", "standing_of", "version_of"]
