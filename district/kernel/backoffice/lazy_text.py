"""The type of words that wait for the reader's language."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise as Text
else:
    Text = str

__all__ = ["Text"]
