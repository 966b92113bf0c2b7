"""What the admin theme says, and how a .po and a .mo file are read; standard library and Django only."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import unfold
from django.utils.translation.template import templatize

THEME = Path(unfold.__file__).parent
# Parts of the theme we do not use: its own switches, editors and integrations with packages we lack.
UNUSED = (
    "contrib/import_export",
    "contrib/guardian",
    "contrib/simple_history",
    "contrib/constance",
    "contrib/location_field",
    "contrib/forms",
    "unfold_crispy",
)
_CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}
_XGETTEXT = re.compile(
    r"""\b(?P<call>n?gettext|pgettext|_)\s*\(\s*(?:u?(?P<quote>'''|\"\"\"|'|"))(?P<text>.*?)(?<!\\)(?P=quote)""",
    re.DOTALL,
)


def theme_strings() -> set[str]:
    """Every msgid of the theme's Python and templates."""
    return {
        text
        for path in _files()
        for text in (_in_python(path) if path.suffix == ".py" else _in_template(path))
    }


def _files() -> Iterator[Path]:
    for path in sorted(THEME.rglob("*")):
        if path.suffix in {".py", ".html"} and not any(part in path.as_posix() for part in UNUSED):
            yield path


def _in_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _CALLS
        ):
            for argument in node.args[: 2 if node.func.id.startswith("n") else 1]:
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield argument.value


def _in_template(path: Path) -> Iterator[str]:
    """Django's own makemessages step turns a template into pseudo code with gettext calls."""
    for match in _XGETTEXT.finditer(templatize(path.read_text())):
        if text := ast.literal_eval(f"{match['quote']}{match['text']}{match['quote']}"):
            yield text


def read_po(path: Path) -> dict[str, str]:
    """msgid to msgstr, the header included; plural forms are given as Chinese has them: one."""
    entries: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", path.read_text()):
        parts: dict[str, str] = {}
        word = ""
        for line in block.splitlines():
            if line.startswith("#") or not line.strip():
                continue
            if match := re.match(r'(msgid_plural|msgid|msgstr(?:\[0\])?) (".*")$', line):
                word = match[1].replace("[0]", "")
                parts[word] = ast.literal_eval(match[2])
            else:
                parts[word] += ast.literal_eval(line.strip())
        if "msgid" in parts:
            entries[parts["msgid"]] = parts["msgstr"]
    return entries
