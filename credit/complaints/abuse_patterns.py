"""When two texts are nearly the same: pure."""

import re

LEAST_LETTERS = 10
SIMILAR_FROM = 0.7
_NO_LETTER = re.compile(r"[\W\d_]+")
_LENGTH = 3


def shingles(text: str) -> frozenset[str]:
    """The groups of three letters of a text, without digits and punctuation; none of a text that says too little."""
    letters = _NO_LETTER.sub("", text.lower())
    if len(letters) < LEAST_LETTERS:
        return frozenset()
    return frozenset(letters[at : at + _LENGTH] for at in range(len(letters) - _LENGTH + 1))


def similarity(first: frozenset[str], second: frozenset[str]) -> float:
    """The share of groups that two texts have in common, 0 to 1; 0 where either says too little."""
    return len(first & second) / len(first | second) if first and second else 0.0
