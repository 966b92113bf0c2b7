"""Moving data keys from an old master key to the newest."""

from django.conf import settings
from django.db import transaction

from district.members import personal
from district.members.models import MemberKey

_CHUNK = 500


def rewrap_keys() -> int:
    """Wrap every data key by the newest master key; how many were moved.

    Afterwards the old master key may be taken out of the environment. Can be stopped, repeated
    and run side by side. Raises crypto.Unsealable when a key's master key is already gone.
    """
    moved = 0
    while chunk := _rewrap_some():
        moved += chunk
    return moved


@transaction.atomic
def _rewrap_some() -> int:
    newest = next(iter(settings.MASTER_KEYS))
    keys = MemberKey.objects.select_for_update(skip_locked=True).exclude(master_version=newest)
    chunk = list(keys.order_by("pk")[:_CHUNK])
    for key in chunk:
        personal.rewrap(key)
    return len(chunk)
