"""CSV as spreadsheets write it."""

import pytest

from district.kernel.text.csv_files import (
    CsvError,
    cells_of,
    is_empty,
    named,
    names_of,
    separator_of,
)


@pytest.mark.parametrize("line", [b"", b",,,", b";;\r", b"\t\t", b' , "" ,'])
def test_a_row_of_separators_holds_nothing(line):
    assert is_empty(line)


def test_unnamed_columns_at_the_end_are_none():
    assert names_of(["store", " member ", "", " "]) == ["store", "member"]


@pytest.mark.parametrize(
    ("header", "separator"),
    [("a,b,c", ","), ("a;b;c", ";"), ("a\tb", "\t"), ('"x;y;z",b', ","), ("member", ",")],
)
def test_the_first_line_says_what_separates(header, separator):
    assert separator_of(header) == separator


def test_empty_cells_beyond_the_columns_are_passed_over_and_content_is_not():
    assert named(["a", "", "c"], cells_of("1,,3,, ")) == {"a": "1", "c": "3"}
    with pytest.raises(CsvError, match="多于表头"):
        named(["a"], ["1", "2"])
    with pytest.raises(CsvError, match="没有列名"):
        named(["a", "", "c"], ["1", "2", "3"])
    with pytest.raises(CsvError):
        cells_of('"a"b,c')
