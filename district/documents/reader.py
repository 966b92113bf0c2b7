"""Reads a JSON document member by member and collects everything that is wrong, each with its path."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self, TypeVar

from district.documents.json_text import MOST_TEXT, one_line

Word = TypeVar("Word", bound=StrEnum)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class DocumentProblem:
    """What is wrong with one place of a document; `detail` are the values that would be right, or where it clashes."""

    path: str
    code: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.path or 'document'}: {self.code}" + (
            f" ({self.detail})" if self.detail else ""
        )


class ObjectReader:
    """One object of the document. A member that is wrong is noted, and a value that is right stands in for it."""

    def __init__(self, value: object, path: str, problems: list[DocumentProblem]) -> None:
        self.path = path
        self.problems = problems
        self._members: dict[str, Any] = value if isinstance(value, dict) else {}
        self._read: set[str] = set()
        if not isinstance(value, dict):
            self.refuse("", "not_an_object")

    def refuse(self, key: str, code: str, detail: str = "") -> None:
        self.problems.append(DocumentProblem(self.path_of(one_line(key)), code, detail))

    def path_of(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path and key else self.path or key

    def finish(self) -> None:
        """Notes every member that nobody read."""
        for key in sorted(map(str, self._members.keys() - self._read)):
            self.refuse(key, "unknown")

    def has(self, key: str) -> bool:
        """Whether the member is there and is not null."""
        return self.optional(key) is not None

    def optional(self, key: str, absent: Any = None) -> Any:
        """The member as it stands, `absent` without it."""
        self._read.add(key)
        return self._members.get(key, absent)

    def required(self, key: str) -> Any:
        """The member as it stands; None is noted as missing, unless the caller allows it by `optional`."""
        value = self.optional(key)
        if value is None:
            self.refuse(key, "missing")
        return value

    def integer(self, key: str, least: int, most: int) -> int:
        value = self.required(key)
        if type(value) is int and least <= value <= most:
            return value
        if value is not None:
            self.refuse(key, "not_in_range", f"{least}–{most}")
        return least

    def optional_integer(self, key: str, least: int, most: int) -> int | None:
        return self.integer(key, least, most) if self.has(key) else None

    def boolean(self, key: str, *, absent: bool | None = None) -> bool:
        """Without `absent`, it must be there."""
        value = self.required(key) if absent is None else self.optional(key, absent)
        # With `absent` null is no boolean either: it is there.
        if type(value) is not bool and not (absent is None and value is None):
            self.refuse(key, "not_a_boolean")
        return value is True

    def text(self, key: str) -> str:
        value = self.required(key)
        if isinstance(value, str) and 0 < len(value) <= MOST_TEXT and _is_encodable(value):
            return value
        if value is not None:
            self.refuse(key, "not_a_text", f"1–{MOST_TEXT}")
        return ""

    def word(self, key: str, words: Iterable[Word]) -> Word:
        words = tuple(words)
        value = self.required(key)
        found = word_of(value, words)
        if found is None and value is not None:
            self.refuse(key, "not_one_of", ", ".join(words))
        return found or words[0]

    def object(self, key: str) -> Self:
        value = self.required(key)
        return type(self)({} if value is None else value, self.path_of(key), self.problems)

    def items(
        self,
        key: str,
        read: Callable[[Any, str], Item | None],
        *,
        least: int = 0,
        most: int | None = None,
    ) -> tuple[Item, ...]:
        """Each item of a list, read with its path; None is left out."""
        value = self.required(key)
        if value is None:
            return ()
        if not isinstance(value, list) or len(value) < least or len(value) > (most or len(value)):
            self.refuse(key, "not_a_list", f"{least}–{most}" if most else "")
            return ()
        found = (read(item, f"{self.path_of(key)}[{index}]") for index, item in enumerate(value))
        return tuple(item for item in found if item is not None)

    def members(self) -> Iterator[tuple[str, Any]]:
        """All members by their names, for an object whose keys are words."""
        self._read |= self._members.keys()
        yield from sorted(self._members.items(), key=lambda member: str(member[0]))

    def integers_by_word(self, words: Iterable[Word], least: int, most: int) -> dict[Word, int]:
        """A number for each word, of an object that has these members and no other."""
        numbers = {word: self.integer(word.value, least, most) for word in words}
        self.finish()
        return numbers


def word_of(value: object, words: Iterable[Word]) -> Word | None:
    """The word that a value is, by its spelling."""
    return next((word for word in words if isinstance(value, str) and value == word.value), None)


def _is_encodable(text: str) -> bool:
    """JSON can write halves of letters that no file can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
