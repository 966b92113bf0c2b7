"""What an act may say beside its note. It is sealed for ever, so there is a form for each word and no free text."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

# As the API's field of an amount has it.
MOST_FEN: Final = 10**12
LONGEST_NOTE: Final = 5_000
_LONGEST_LABEL: Final = 100
_MOST_EVIDENCE: Final = 30
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_SALT: Final = re.compile(r"[0-9a-f]{32}")
_ANONYMITY_LEVELS: Final = (0, 1, 2)
# How a person who is no member told an officer what the officer writes.
STATED_BY: Final = ("counter", "phone", "letter")


def is_label(value: Any) -> bool:
    """A number, a code or a short name on one line, such as that of an authority."""
    return (
        isinstance(value, str)
        and 0 < len(value) <= _LONGEST_LABEL
        and value.isprintable()
        and value == value.strip()
    )


def is_fen(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_FEN


def is_evidence(value: Any) -> bool:
    """A list, which may be empty, of seals of evidence (`bundle.EvidenceDigest.seal`), each once."""
    return (
        isinstance(value, list)
        and len(value) <= _MOST_EVIDENCE
        and all(isinstance(seal, str) and _SHA256.fullmatch(seal) for seal in value)
        and len(set(value)) == len(value)
    )


def is_note(value: Any) -> bool:
    """A text that can be stored: no zero character, no halves of letters."""
    if not isinstance(value, str) or len(value) > LONGEST_NOTE or "\0" in value:
        return False
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def is_salt(value: Any) -> bool:
    """16 random bytes in hex."""
    return isinstance(value, str) and _SALT.fullmatch(value) is not None


def day_of(text: Any) -> date:
    """A day as 2026-06-01 and in no other spelling. Raises ValueError."""
    day = date.fromisoformat(text) if isinstance(text, str) else None
    if day is None or day.isoformat() != text:
        raise ValueError(text)
    return day


# The words that no guard of a row looks at.
_FORMS: Final[dict[str, Callable[[Any], bool]]] = {
    **dict.fromkeys(
        ("case_id", "category", "wish", "purchase", "store", "body", "cost_bearer"), is_label
    ),
    "evidence": is_evidence,
    "stated_by": lambda value: value in STATED_BY,
    "anonymity": lambda value: type(value) is int and value in _ANONYMITY_LEVELS,
    **dict.fromkeys(
        ("anonymous", "is_repeat", "shopper_agrees_to_later"), lambda value: type(value) is bool
    ),
}


def unknown_details(details: Mapping[str, Any], known: Iterable[str]) -> list[str]:
    """The words that the act's form does not have."""
    return sorted(map(str, details.keys() - set(known)))


def malformed_details(details: Mapping[str, Any]) -> list[str]:
    """The words whose values have not their form."""
    return sorted(
        name for name, value in details.items() if name in _FORMS and not _FORMS[name](value)
    )
