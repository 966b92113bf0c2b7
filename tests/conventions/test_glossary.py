"""The words of the glossary are the words of the code: what its last column forbids stands nowhere.

The tables of docs/glossary.md have a column "do not use". How a word stands there says where it is refused:

    **gizmo**   as a word inside any identifier (`gizmo_log`, `GizmoLock`, `log_gizmos`), and as a word in
                comments, docstrings and Markdown
    `gizmo`     as exactly this identifier; `*` stands for any letters: `gizmo_*`
    gizmo       nowhere: it is right elsewhere, with another meaning; a hint for people
"""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings

GLOSSARY = "docs/glossary.md"
# A decision keeps the words in which it was made; migrations keep the names of their time.
EXEMPT = (GLOSSARY, "docs/decisions/*", "docs/openapi.json", "*/migrations/*")
COLUMN = "do not use"
_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# A word of prose, no part of a path, a dotted name or a piece of code.
_PROSE_WORD = re.compile(r"(?<![\w`./])[A-Za-z]+(?![\w`/]|\.\w)")
# Code, and the target of a link.
_CODE_SPAN = re.compile(r"```.*?```|`[^`\n]*`|\]\([^)\n]*\)", re.DOTALL)


class Glossary(NamedTuple):
    """What must not be used, each word with the one to use instead."""

    words: dict[str, str]
    identifiers: dict[str, str]


class GlossaryFinding(NamedTuple):
    """A forbidden word and where it stands."""

    path: str
    line: int
    word: str
    instead: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.word!r}, the glossary says {self.instead!r}"


def read_glossary(text: str) -> Glossary:
    """The column "do not use" of every table that has one; the English word stands beside it."""
    glossary = Glossary({}, {})
    header: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            header = []
        elif not header:
            header = cells
        elif COLUMN in header and len(cells) == len(header):
            forbidden, instead = cells[header.index(COLUMN)], cells[header.index("in English")]
            glossary.words.update(
                dict.fromkeys(re.findall(r"\*\*([a-z]+)\*\*", forbidden), instead)
            )
            glossary.identifiers.update(
                dict.fromkeys(re.findall(r"`([\w*]+)`", forbidden), instead)
            )
    return glossary


def findings_in_python(path: str, text: str, glossary: Glossary) -> Iterator[GlossaryFinding]:
    docstring_lines = _docstring_lines(text)
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            yield from _in_identifier(path, token.start[0], token.string, glossary)
        elif token.type == tokenize.COMMENT or (
            token.type == tokenize.STRING and token.start[0] in docstring_lines
        ):
            yield from _in_prose(path, token.start[0], token.string, glossary)


def findings_in_markdown(path: str, text: str, glossary: Glossary) -> Iterator[GlossaryFinding]:
    """The prose, and the code in it; a whole block of code may hold prose, so there only the words count."""
    for span in _CODE_SPAN.finditer(text):
        start = text.count("\n", 0, span.start()) + 1
        if span.group().startswith("```"):
            yield from _in_prose(path, start, span.group(), glossary)
            continue
        for offset, line in enumerate(span.group().splitlines()):
            for name in re.findall(r"\b[A-Za-z_]\w+\b", line):
                yield from _in_identifier(path, start + offset, name, glossary)
    blank = _CODE_SPAN.sub(lambda span: re.sub(r"[^\n]", " ", span.group()), text)
    yield from _in_prose(path, 1, blank, glossary)


def _in_identifier(
    path: str, line: int, name: str, glossary: Glossary
) -> Iterator[GlossaryFinding]:
    for pattern, term in _matching_patterns(name, tuple(glossary.identifiers.items())):
        yield GlossaryFinding(path, line, name if "*" in pattern else pattern, term)
    for part in _PARTS.findall(name):
        if instead := _lookup(part, glossary.words):
            yield GlossaryFinding(path, line, name, instead)


@cache
def _matching_patterns(
    name: str, identifiers: tuple[tuple[str, str], ...]
) -> list[tuple[str, str]]:
    return [(pattern, instead) for pattern, instead in identifiers if fnmatchcase(name, pattern)]


def _in_prose(
    path: str, first_line: int, text: str, glossary: Glossary
) -> Iterator[GlossaryFinding]:
    for offset, line in enumerate(text.splitlines()):
        for word in _PROSE_WORD.findall(line):
            if instead := _lookup(word, glossary.words):
                yield GlossaryFinding(path, first_line + offset, word, instead)


def _lookup(word: str, words: dict[str, str]) -> str | None:
    """The word itself or its plural, in whatever case."""
    lower = word.lower()
    return (
        words.get(lower)
        or words.get(lower.removesuffix("s"))
        or words.get(lower.removesuffix("es"))
    )


def _docstring_lines(text: str) -> set[int]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return {
        node.body[0].lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
    }


def paths(*patterns: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=settings.ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        path
        for path in listed.stdout.splitlines()
        if (settings.ROOT / path).is_file()
        and not any(fnmatchcase(path, pattern) for pattern in EXEMPT)
    ]


def all_findings() -> list[GlossaryFinding]:
    glossary = read_glossary((settings.ROOT / GLOSSARY).read_text())
    return [
        finding
        for path in paths("*.py", "*.md")
        for find in [findings_in_python if path.endswith(".py") else findings_in_markdown]
        for finding in find(path, Path(settings.ROOT, path).read_text(), glossary)
    ]


def test_nothing_is_called_by_a_word_the_glossary_forbids():
    found = all_findings()

    assert not found, "\n".join(map(str, found[:100])) + f"\n{len(found)} in all"


def test_the_glossary_forbids_something():
    glossary = read_glossary((settings.ROOT / GLOSSARY).read_text())

    assert len(glossary.words) > 10
    assert len(glossary.identifiers) > 10


SAMPLE = """
| 中文 | in English | in code | do not use |
| --- | --- | --- | --- |
| 守护 | supervisor | `Supervisor` | **keeper**, `told`, `of_*`, credit |
"""


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("keeper_log = 1\n", [1]),
        ("class LogKeepers:\n    pass\n", [1]),
        ("x = 1  # the keeper sleeps\n", [1]),
        ('"""First.\n\nThe keeper."""\n', [3]),
        ("told = credit = 1\n", [1]),
        ("def of_member(): ...\n", [1]),
        ("retold = 'keeper'\n", []),
        ("bookkeeper = shopkeeper = 1\n", []),
    ],
)
def test_a_forbidden_word_is_found_on_its_line(source, lines):
    found = findings_in_python("a.py", source, read_glossary(SAMPLE))

    assert [finding.line for finding in found] == lines


def test_markdown_is_read_as_prose_and_code():
    text = "A keeper.\n\nSee `told` and [it](keeper.md).\n"

    found = findings_in_markdown("a.md", text, read_glossary(SAMPLE))

    assert sorted((finding.line, finding.word) for finding in found) == [
        (1, "keeper"),
        (3, "keeper"),
        (3, "told"),
    ]
