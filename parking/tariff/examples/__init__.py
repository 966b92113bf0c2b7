"""Tariffs that cities have published, as somebody reported them: to begin with, not to charge by."""

import json
from functools import cache
from importlib import resources
from typing import Any, NamedTuple


class PublishedTariff(NamedTuple):
    """A published tariff. Its notes say how what the publication leaves open was taken: verify before use."""

    key: str
    title: str
    notes: str
    verify_before_use: bool
    document: dict[str, Any]


@cache
def published_tariffs() -> dict[str, PublishedTariff]:
    """All of them by their keys."""
    files = sorted(
        (file for file in resources.files(__package__).iterdir() if file.name.endswith(".json")),
        key=lambda file: file.name,
    )
    return {
        key: PublishedTariff(key=key, **json.loads(file.read_text(encoding="utf-8")))
        for file in files
        for key in [file.name.removesuffix(".json")]
    }
