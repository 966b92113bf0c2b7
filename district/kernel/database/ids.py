"""Public identifiers: a prefix that tells the kind, and 128 random bits."""

import re
import secrets
from functools import partial
from typing import Any

from django.db import models

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LENGTH = 22  # 62^22 > 2^128


def new_id(prefix: str) -> str:
    """An identifier nobody can guess, such as `mem_7n42DGM5Tflk9n8mt7Fhc7`."""
    number, letters = secrets.randbits(128), []
    for _ in range(LENGTH):
        number, rest = divmod(number, 62)
        letters.append(ALPHABET[rest])
    return f"{prefix}_{''.join(letters)}"


def looks_like(prefix: str, text: str) -> bool:
    return re.fullmatch(rf"{prefix}_[0-9A-Za-z]{{{LENGTH}}}", text) is not None


class PublicIdField(models.CharField):
    """A unique public identifier of one prefix, given at creation and never changed."""

    def __init__(self, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        options |= {
            "max_length": 40,
            "unique": True,
            "editable": False,
            "default": partial(new_id, prefix),
        }
        super().__init__(**options)

    def db_type(self, connection: Any) -> str:
        # Spelled out, because Django gives every unique `varchar` a second index for LIKE, which
        # would cost each posting two needless writes.
        return "character varying(40)"

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        for derived in ("max_length", "unique", "editable", "default"):
            options.pop(derived, None)
        return name, path, [self.prefix, *args], options
