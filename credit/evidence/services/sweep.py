"""What nobody uses any more goes by itself."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction

from credit.evidence.erasure import erase, remove_parts
from credit.evidence.limits import UNUSED_LIFETIME
from credit.evidence.models import EvidenceFile
from credit.evidence.queries import data_key, key_place
from credit.evidence.values import ErasureReason
from credit.evidence.vault import evidence_storage
from district.kernel import clock
from district.kernel.security import crypto

_CHUNK = 200
# An upload that is under way has its file a moment before its row.
_DAYS_SWEPT = range(1, 4)


def unused_files() -> int:
    """How many files no case has taken within seven days."""
    return _unused().count()


def erase_unused() -> int:
    """Those files are erased; how many. Can be stopped and run side by side."""
    count = 0
    while chunk := _erase_some():
        count += chunk
    return count


def remove_erased(*, limit: int = 1_000) -> int:
    """What of erased files still lies in the storage is removed; how many files."""
    files = EvidenceFile.objects.filter(erased_at__isnull=False, removed_at=None).order_by("pk")
    count = 0
    for file in files[:limit]:
        remove_parts(file)
        count += 1
    return count


def remove_orphans() -> int:
    """What a killed upload of the last days left in the storage without a row; how many parts."""
    storage, today = evidence_storage(), clock.business_day(clock.real_now())
    count = 0
    for days in _DAYS_SWEPT:
        folder = f"{today - timedelta(days=days):%Y/%m/%d}"
        try:
            _folders, names = storage.listdir(folder)
        except FileNotFoundError:
            continue
        ids = {name: name.partition(".")[0] for name in names}
        known = set(
            EvidenceFile.objects.filter(public_id__in=set(ids.values())).values_list(
                "public_id", flat=True
            )
        )
        for name, public_id in ids.items():
            if public_id not in known:
                storage.delete(f"{folder}/{name}")
                count += 1
    return count


def rewrap_files() -> int:
    """Data keys that an older master key sealed are sealed by the newest; how many. Can be run side by side.

    Runs every night, so a day after a change of keys none is left. Raises crypto.Unsealable.
    """
    moved = 0
    while chunk := _rewrap_some():
        moved += chunk
    return moved


def _unused() -> models.QuerySet[EvidenceFile]:
    before = clock.now() - UNUSED_LIFETIME
    return EvidenceFile.objects.filter(subject="", erased_at=None, at__lt=before)


@transaction.atomic
def _erase_some() -> int:
    rows = _unused().select_for_update(no_key=True, skip_locked=True).order_by("pk")
    files = list(rows[:_CHUNK])
    for file in files:
        erase(file, ErasureReason.UNUSED)
    return len(files)


@transaction.atomic
def _rewrap_some() -> int:
    newest = next(iter(settings.MASTER_KEYS))
    rows = EvidenceFile.objects.filter(erased_at=None).exclude(master_version=newest)
    files = list(rows.select_for_update(no_key=True, skip_locked=True).order_by("pk")[:_CHUNK])
    for file in files:
        key = data_key(file)
        file.master_version, file.wrapped = crypto.wrap(key, place=key_place(file.public_id))
        file.save(update_fields=["master_version", "wrapped"])
    return len(files)
