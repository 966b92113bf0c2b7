"""Who sends notices: how a source's signature is verified, and who handles what it says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from district.kernel.backoffice.lazy_text import Text


@dataclass(frozen=True, slots=True)
class VerifiedNotice:
    """What a signature vouches for: the sender's id of the notice, and the key it was verified with."""

    notice_id: str
    key_id: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A stored notice, as its handler gets it."""

    source: str
    notice_id: str
    body: bytes


@dataclass(frozen=True)
class InboxSource:
    """A sender of notices, by a name that never changes.

    `verify` gets headers by their names in lower case and the raw body, and raises NoticeRefused; it must
    refuse old timestamps too. `handle` bears repetition; what it writes is committed together with the
    mark that the notice was handled, so it does twice only what it does outside of this database.
    """

    name: str
    label: Text
    # Headers that are kept with the body, so that the signature can be verified again.
    signed_headers: tuple[str, ...]
    verify: Callable[[Mapping[str, str], bytes], VerifiedNotice]
    handle: Callable[[Notice], None]


_sources: dict[str, InboxSource] = {}


def register_source(source: InboxSource) -> None:
    """Make a sender known; called when the apps are loaded. Raises ValueError for a name that another one has."""
    if _sources.setdefault(source.name, source) is not source:
        raise ValueError(f"two sources of notices are called {source.name}")


def source_of(name: str) -> InboxSource:
    """A source by its name. Raises KeyError."""
    return _sources[name]


def source_text(name: str) -> str:
    """What a source is called on the screen."""
    source = _sources.get(name)
    return str(source.label) if source else name
