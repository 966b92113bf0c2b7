"""Where sealed files lie, and how they are read and written piece by piece.

A file is cut into segments; each is sealed (AES-256-GCM) by the file's own data key for its place and number, so that
none can be moved, changed or left out. The data key is sealed by a master key and stands in the file's row: without
the row what lies in the storage is noise. Nothing unsealed touches a disk.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage

from district.kernel.security import crypto

SEGMENT = 256 * 1024
# Nonce and mark that sealing adds.
_SEALING = 28
_IN_MEMORY = 1024 * 1024


def evidence_storage() -> Storage:
    """In the data directory; who runs several web servers mounts one there for all of them."""
    return FileSystemStorage(
        location=settings.DATA_DIR / "evidence",
        file_permissions_mode=0o600,
        directory_permissions_mode=0o700,
    )


class SealedSpool:
    """Takes a file in pieces and holds it sealed: the beginning in memory, the rest in a file without a name."""

    def __init__(self, key: bytes, place: str) -> None:
        self._key, self._place = key, place
        self._number = 0
        self._waiting = bytearray()
        self._file: Any = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed with the spool

    def write(self, plain: bytes) -> None:
        """The next piece."""
        self._waiting += plain
        while len(self._waiting) >= SEGMENT:
            self._seal(bytes(self._waiting[:SEGMENT]))
            del self._waiting[:SEGMENT]

    def keep(self, name: str) -> None:
        """What was written lies in the storage under a name that is not taken; call once. Raises FileExistsError."""
        if self._waiting:
            self._seal(bytes(self._waiting))
            self._waiting.clear()
        self._file.seek(0)
        storage = evidence_storage()
        kept = storage.save(name, File(self._file))
        if kept != name:
            storage.delete(kept)
            raise FileExistsError(name)
        _sync(storage, name)

    def close(self) -> None:
        self._file.close()

    def __del__(self) -> None:
        # Of an upload that broke off or whose form was refused.
        self.close()

    def _seal(self, plain: bytes) -> None:
        place = f"{self._place}:{self._number}"
        self._file.write(crypto.seal_bytes(self._key, plain, place=place))
        self._number += 1


def read_file(name: str, *, key: bytes, place: str, size: int) -> Iterator[bytes]:
    """What was sealed under a name, segment by segment; `size` is that of the plain file.

    Raises crypto.Unsealable, FileNotFoundError.
    """
    with evidence_storage().open(name, "rb") as sealed:
        for number in range(-(-size // SEGMENT)):
            part = _read_segment(sealed, min(SEGMENT, size - number * SEGMENT) + _SEALING)
            yield crypto.unseal_bytes(key, part, place=f"{place}:{number}")


def remove_file(name: str) -> None:
    """Nothing lies under the name; again, nothing changes."""
    evidence_storage().delete(name)


def _read_segment(sealed: IO[bytes], size: int) -> bytes:
    return sealed.read(size)


def _sync(storage: Storage, name: str) -> None:
    """On a disk of ours the file is there also after a loss of power; other storages answer for themselves."""
    with contextlib.suppress(NotImplementedError):
        path = Path(storage.path(name))
        for entry in (path, path.parent):
            handle = os.open(entry, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
