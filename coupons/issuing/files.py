"""Pure: reads the files people bring, a CSV with a header; every line keeps its number."""

import io
import re
from collections.abc import Sequence

from django.utils.translation import gettext as _

from coupons.issuing.errors import IssueListInvalid
from coupons.issuing.job_limits import LONGEST_CODE, MOST_BYTES, MOST_ROWS, SHORTEST_CODE
from district.kernel.text import spelling
from district.kernel.text.csv_files import (
    NOT_UTF8,
    CsvError,
    CsvReader,
    is_empty,
    names_of,
    separator_of,
)

_CODE = re.compile(rf"[0-9A-Z]{{{SHORTEST_CODE},{LONGEST_CODE}}}")


def column_of(content: bytes, names: Sequence[str]) -> tuple[str, list[tuple[int, str]]]:
    """The one column of these names that the file has, and its cells by the number of their line.

    A line without the cell has an empty one; blank lines are left out. Raises IssueListInvalid.
    """
    if len(content) > MOST_BYTES:
        raise IssueListInvalid(reason=_("文件最大 %(most)d MB。") % {"most": MOST_BYTES // 2**20})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise IssueListInvalid(reason=str(NOT_UTF8)) from None
    if "\0" in text:
        raise IssueListInvalid(reason=str(NOT_UTF8))
    first = next((line for line in text.splitlines() if not is_empty(line.encode())), "")
    rows = CsvReader(io.StringIO(text, newline=""), separator_of(first))
    try:
        header: list[str] = next((row for row in rows if not _is_empty(row)), [])
        heads = [head.lower() for head in names_of(header)]
        found = [head for head in heads if head in names]
        if len(found) != 1:
            raise IssueListInvalid(
                reason=_("第一行须是列名，并且恰有一列是 %(names)s。")
                % {"names": _(" 或 ").join(names)}
            )
        at, cells = heads.index(found[0]), []
        for row in rows:
            if _is_empty(row):
                continue
            cells.append((rows.line, row[at].strip() if at < len(row) else ""))
            if len(cells) > MOST_ROWS:
                raise IssueListInvalid(reason=_("文件最多 %(most)d 行。") % {"most": MOST_ROWS})
    except CsvError:
        raise IssueListInvalid(
            reason=_("第 %(line)d 行不是有效的 CSV。") % {"line": rows.line}
        ) from None
    if not cells:
        raise IssueListInvalid(reason=_("文件没有内容。"))
    return found[0], cells


def _is_empty(row: Sequence[str]) -> bool:
    return is_empty("".join(row).encode())


def normalised_code(text: str) -> str | None:
    """One spelling for each code: capitals, without blanks and hyphens; None for what is no code."""
    code = spelling.code_of(text).replace("-", "")
    return code if _CODE.fullmatch(code) else None
