"""The openids of payments move from an old master key to the newest."""

from django.db import transaction

from loyalty.business_circle import openids
from loyalty.business_circle.models import MallPayment

_CHUNK = 500


def reseal_openids() -> int:
    """Seal by the newest master key what an older one sealed; how many. Can be stopped and run side by side.

    Runs every night, so a day after a change of keys none is left of the old one. Raises crypto.Unsealable when
    a master key is gone already.
    """
    moved = 0
    while chunk := _reseal_some():
        moved += chunk
    return moved


@transaction.atomic
def _reseal_some() -> int:
    rows = MallPayment.objects.select_for_update(skip_locked=True, no_key=True).exclude(
        master_version=openids.newest_master_version()
    )
    chunk = list(rows.exclude(openid_sealed=None).order_by("pk")[:_CHUNK])
    for payment in chunk:
        openids.seal_openid(payment, openids.open_openid(payment))
        payment.save(update_fields=["openid_sealed", "master_version"])
    return len(chunk)
