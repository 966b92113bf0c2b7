"""A full dump of a database, and what somebody who holds it and no key can read out of it."""

import base64
import binascii
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator

from district.embedded import binaries
from district.embedded.paths import server_owner

_HEX = re.compile(r"[0-9a-fA-F]{16,}")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_SHORTEST = 16


def full_dump(url: str) -> str:
    """Every row of every table as text, by PostgreSQL's own tool."""
    tool = shutil.which("pg_dump", path=str(binaries.find(owner=server_owner()).folder))
    done = subprocess.run(
        [tool or "pg_dump", "--data-only", "--no-owner", f"--dbname={url}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PGCLIENTENCODING": "UTF8"},
    )
    return done.stdout


class DumpReader:
    """Looks for values in a dump: as they are, inside encoded bytes, and by a dictionary of digests."""

    def __init__(self, dump: str) -> None:
        hexes = {token.lower() for token in _HEX.findall(dump)}
        letters = set(_BASE64.findall(dump))
        self._decoded = [dump.encode(), *_unhexed(hexes), *_unbased(letters)]
        letters = {token.rstrip("=").translate(_STANDARD) for token in letters}
        self._hexes, self._letters = hexes, letters
        # What a digest must begin with to stand there, whole or cut off: asked of very many.
        self._begun_hexes = {token[:_SHORTEST] for token in hexes}
        self._begun_letters = {token[:_SHORTEST] for token in letters}

    def contains(self, value: str) -> bool:
        """Whether the value stands there in clear, also inside bytes."""
        return any(value.encode() in part for part in self._decoded)

    def found_as_digest(self, candidates: Iterable[str]) -> list[str]:
        """Those of the candidates whose unkeyed SHA-256, SHA-1 or MD5 stands there, whole or cut off."""
        return [text for text in candidates if any(map(self._has_digest, _digests(text)))]

    def _has_digest(self, digest: bytes) -> bool:
        # Sixteen letters are twelve bytes.
        if digest[:8].hex() in self._begun_hexes:
            return any(digest.hex().startswith(token) for token in self._hexes)
        if base64.b64encode(digest[:12]).decode() in self._begun_letters:
            whole = base64.b64encode(digest).decode()
            return any(whole.startswith(token) for token in self._letters)
        return False


_STANDARD = str.maketrans("-_", "+/")


def _digests(text: str) -> Iterator[bytes]:
    raw = text.encode()
    yield hashlib.sha256(raw).digest()
    yield hashlib.sha1(raw, usedforsecurity=False).digest()
    yield hashlib.md5(raw, usedforsecurity=False).digest()


def _unhexed(tokens: set[str]) -> Iterator[bytes]:
    return (bytes.fromhex(token) for token in tokens if len(token) % 2 == 0)


def _unbased(tokens: set[str]) -> Iterator[bytes]:
    for token in tokens:
        try:
            yield base64.b64decode(token.translate(_STANDARD))
        except (binascii.Error, ValueError):
            continue
