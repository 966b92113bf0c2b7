"""A person hands a file in, and may take it back until a case has it."""

from contextlib import suppress

from django.db import transaction

from credit.evidence import procedures
from credit.evidence.erasure import erase
from credit.evidence.errors import EvidenceUsed
from credit.evidence.intake import ReceivedFile
from credit.evidence.models import EvidenceFile
from credit.evidence.queries import key_place
from credit.evidence.slots import first_free_slot
from credit.evidence.values import CheckState, ErasureReason, FileKind, Side, Visibility
from credit.evidence.vault import remove_file
from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key, claim_key, store_result
from district.kernel.security import crypto
from district.members.models import User


def store_file(
    *,
    owner: User,
    side: Side,
    received: ReceivedFile,
    visibility: Visibility = Visibility.PARTIES,
    key: Key,
) -> EvidenceFile:
    """The file, of no case yet, hidden from others until it was checked; the received one is closed.

    A picture of a shopper waits for WeChat's content check; of everything else a person judges. Raises KeyReused,
    TooMuchEvidence.
    """
    kept: list[str] = []
    try:
        return _store(
            owner=owner, side=side, received=received, visibility=visibility, key=key, kept=kept
        )
    except BaseException:
        # The row goes with the transaction; what a kill leaves behind is swept at night.
        for name in kept:
            with suppress(OSError):
                remove_file(name)
        raise
    finally:
        received.close()


@transaction.atomic
def withdraw_file(*, owner: User, public_id: str) -> EvidenceFile:
    """A file that no case has is deleted. Again: nothing changes. Raises EvidenceUsed, NotFound."""
    rows = EvidenceFile.objects.filter(owner=owner, public_id=public_id)
    file = rows.select_for_update(no_key=True).first()
    if file is None or file.erasure_reason not in ("", ErasureReason.WITHDRAWN):
        raise NotFound
    if file.subject:
        raise EvidenceUsed
    if file.erased_at is None:
        erase(file, ErasureReason.WITHDRAWN)
    return file


@transaction.atomic
def _store(
    *,
    owner: User,
    side: Side,
    received: ReceivedFile,
    visibility: Visibility,
    key: Key,
    kept: list[str],
) -> EvidenceFile:
    if (earlier := claim_key(key)) is not None:
        return EvidenceFile.objects.get(pk=earlier)
    procedures.lock_owner(owner.pk)
    version, wrapped = crypto.wrap(received.key, place=key_place(received.public_id))
    is_checked_by_machine = received.kind is FileKind.IMAGE and side is Side.SHOPPER
    file = EvidenceFile(
        public_id=received.public_id,
        owner=owner,
        side=side.value,
        kind=received.kind.value,
        media_type=received.media_type,
        size_bytes=received.size_bytes,
        sha256=received.sha256,
        served_bytes=received.served_bytes,
        at=clock.now(),
        visibility=visibility.value,
        slot=_free_slot(owner, received.kind),
        state=(CheckState.WAITING if is_checked_by_machine else CheckState.HELD).value,
        master_version=version,
        wrapped=wrapped,
    )
    with translate_database_errors():
        file.save(force_insert=True)
    for part, spool in (("original", received.original), ("served", received.served)):
        if spool is not None:
            kept.append(file.name_of(part))
            spool.keep(kept[-1])
    store_result(key, file.pk)
    return file


def _free_slot(owner: User, kind: FileKind) -> int:
    """Raises TooMuchEvidence."""
    taken = EvidenceFile.objects.filter(owner=owner, kind=kind.value, subject="", erased_at=None)
    return first_free_slot(kind, list(taken.values_list("slot", flat=True)))
