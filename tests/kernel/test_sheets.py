"""What is downloaded for a spreadsheet: texts stay texts, numbers numbers, and nothing is a formula."""

import csv
import io
import re
import zipfile

import pytest

from district.kernel.text.sheets import Table, Yuan, csv_lines, harmless, write_xlsx

SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "＝1+1",
        " =1+1",
        "\u3000=1+1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\u2060＝1+1",
        "\u00a0\u200d+1",
        "\t=1+1",
        "\n=1+1",
        "\r\n=1+1",
        "+1",
        "＋1",
        "-1+1",
        "－1",
        "−1",
        "﹣1",
        "@SUM(A1)",
        "＠SUM(A1)",
        "\x00=1",
    ],
)
def test_what_might_be_a_formula_is_a_text(text):
    cell = str(harmless(text))

    assert cell.startswith("'")
    assert not re.search(r"[\r\n\x0b\x0c\x85\u2028\u2029]", cell)


@pytest.mark.parametrize(
    "cell", ["B-1", "a=1", "小林", "2026-1-2", "0012", "", -5, 0, None, Yuan(-5)]
)
def test_what_is_none_stays_as_it_is(cell):
    assert harmless(cell) == cell


def test_a_line_feed_within_a_text_begins_no_line():
    assert harmless("甲\n=1+1") == "甲 =1+1"


def table(*rows, totals=None):
    return Table("表", ["编号", "数", "元"], rows, totals or {})


def test_a_csv_has_sums_in_yuan_and_a_total():
    lines = csv_lines(
        [table(("甲", 3, Yuan(-5)), ("乙", 4, Yuan(123_456)), totals={1: int, 2: Yuan})]
    )
    rows = list(csv.reader(io.StringIO("".join(lines).removeprefix("\ufeff"))))

    assert rows == [
        *(["表"], ["编号", "数", "元"]),
        *(["甲", "3", "-0.05"], ["乙", "4", "1234.56"], ["合计", "7", "1234.51"], []),
    ]


def cells_of(*tables):
    """Each cell of the first sheet: its place, its type, its content, and the form it is shown in."""
    file = io.BytesIO()
    write_xlsx(tables, file)
    with zipfile.ZipFile(file) as book:
        sheet, styles = book.read(SHEET).decode(), book.read("xl/styles.xml").decode()
    forms = dict(re.findall(r'numFmtId="(\d+)" formatCode="([^"]+)"', styles))
    forms |= {"0": "General", "3": "#,##0", "4": "#,##0.00", "49": "@"}
    values = [
        forms[number]
        for number in re.findall(
            r'<xf numFmtId="(\d+)"', styles[styles.index("<cellXfs") : styles.index("</cellXfs")]
        )
    ]
    found = re.findall(
        r'<c r="([A-Z]+\d+)"(?: s="(\d+)")?(?: t="(\w+)")?>(?:<is><t[^>]*>|<v>)(.*?)</', sheet
    )
    return {place: (kind, content, values[int(style)]) for place, style, kind, content in found}


def test_a_workbook_keeps_texts_and_shows_sums():
    cells = cells_of(
        table(
            ("6222021234567890123", 1_234, Yuan(123_456)),
            ("0012", -5, Yuan(-5)),
            ("2026-1-2", None, None),
            ("=1+1", 10**16, None),
            totals={2: Yuan},
        )
    )

    texts = [cells[f"A{row}"] for row in range(2, 6)]
    assert texts == [
        ("inlineStr", text, "@") for text in ("6222021234567890123", "0012", "2026-1-2", "=1+1")
    ]
    assert cells["B2"] == ("", "1234", "#,##0")
    assert cells["B3"] == ("", "-5", "#,##0")
    assert cells["C2"] == ("", "1234.56", "#,##0.00")
    assert cells["C6"] == ("", "1234.51", "#,##0.00")
    # A double would not hold it.
    assert cells["B5"] == ("inlineStr", str(10**16), "#,##0")


def test_a_table_without_rows_is_a_sheet_with_heads_and_no_total():
    assert [content for _kind, content, _form in cells_of(table(totals={1: int})).values()] == [
        "编号", "数", "元",
    ]  # fmt: skip
