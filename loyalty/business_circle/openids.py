"""An openid of somebody who may be no member yet: sealed by the newest master key, for its payment alone.

A member's openid stands with the member, under the member's own key. This one is needed until WeChat has our
answer, and forgotten then.
"""

from django.conf import settings

from district.kernel.security import crypto
from loyalty.business_circle.models import MallPayment


def seal_openid(payment: MallPayment, openid: str) -> None:
    """Keep the openid with a payment that is not written yet, or under a newer master key; the caller saves."""
    payment.master_version, payment.openid_sealed = crypto.wrap(
        openid.encode(), place=_place(payment)
    )


def open_openid(payment: MallPayment) -> str:
    """Raises crypto.Unsealable when the master key is gone or the openid is forgotten."""
    if payment.openid_sealed is None or payment.master_version is None:
        raise crypto.Unsealable(_place(payment))
    sealed = bytes(payment.openid_sealed)
    return crypto.unwrap(payment.master_version, sealed, place=_place(payment)).decode()


def newest_master_version() -> int:
    return int(next(iter(settings.MASTER_KEYS)))


def _place(payment: MallPayment) -> str:
    return f"mall_payment:{payment.transaction_id}:openid"
