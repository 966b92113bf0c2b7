"""Pure: how a Chinese name is sorted by pinyin and found by characters, pinyin or initials."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def sort_key(name: str) -> str:
    """The name in pinyin, one syllable a word: 星巴克 sorts as `xing ba ke`."""
    return " ".join(_syllables(name))


def search_key(name: str) -> str:
    """All that finds the name: its characters, its full pinyin and its initials."""
    syllables = _syllables(name)
    initials = "".join(syllable[0] for syllable in syllables)
    return "|".join(["".join(_words(name)), "".join(syllables), initials])


def search_terms(text: str) -> list[str]:
    """The words of a search, written as `search_key` writes them; each has to be found."""
    return ["".join(term) for part in text.split() if (term := _words(part))]


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).lower())


def _syllables(name: str) -> list[str]:
    # Loading the dictionary takes a fifth of a second; only a changed name needs it.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return [
        word for part in lazy_pinyin(" ".join(_words(name)), v_to_u=False) for word in _words(part)
    ]
