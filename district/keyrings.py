"""Reads the secrets of the environment, and never quotes one that it cannot read."""

import base64
import binascii
import sys
from collections.abc import Iterable


def key(name: str, encoded: str) -> bytes:
    """The bytes of a base64 secret; the program ends with the variable's name where it is none."""
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        sys.exit(f"{name} must be base64.")


def keyring(name: str, parts: Iterable[str]) -> dict[int, bytes]:
    """A versioned ring of keys written `2:base64,1:base64`, the newest first."""
    ring: dict[int, bytes] = {}
    for part in parts:
        version, _, encoded = part.partition(":")
        if not (version.isascii() and version.isdigit()) or int(version) in ring:
            sys.exit(f"{name} must read version:base64,version:base64, each version once.")
        ring[int(version)] = key(name, encoded)
    return ring


def named_keys(name: str, parts: Iterable[str]) -> dict[str, bytes]:
    """Keys that somebody else has named, written `name:base64,name:base64`, the preferred one first."""
    keys: dict[str, bytes] = {}
    for part in parts:
        key_id, separator, encoded = part.partition(":")
        if not key_id or not separator or key_id in keys:
            sys.exit(f"{name} must read name:base64,name:base64, each name once.")
        keys[key_id] = key(name, encoded)
    return keys
