"""Statements on paper, and what each side may see of them."""

import csv
import io
import re
import zipfile
from decimal import Decimal

import pytest

from district.kernel.plugin import settlement_sources
from district.kernel.text.sheets import csv_lines, write_xlsx
from loyalty.settlement import sources
from loyalty.settlement.documents import statement_page, statement_tables
from loyalty.settlement.models import Line, Statement
from loyalty.settlement.queries import movements_of_line
from tests.factories.loyalty import buy, pay_points
from tests.factories.merchants import make_merchant
from tests.factories.settlement import book, closed
from tests.settlement.conftest import FIRST, LAST


@pytest.fixture(autouse=True)
def _parcels_have_a_name(monkeypatch):
    names = {**settlement_sources(), "parcel": "包裹"}
    monkeypatch.setattr(sources, "settlement_sources", lambda: names)


@pytest.fixture
def line(member, tea, books, zhang, wang):
    tea.merchant.name = "=HYPERLINK(1)"
    tea.merchant.save()
    buy(member, tea, fen=20_000, no="TEA-7")
    pay_points(member, books, points=60, no="=1+2")
    pay_points(member, books, points=40, no="P-8")
    book(tea, books, 550, reference="rdm_7", source="parcel")
    book(tea, books, -30, reference="rfd_7", source="parcel")
    closed(LAST, first_day=FIRST, by=zhang, approver=wang)
    return Line.objects.select_related("cycle").get()


@pytest.fixture
def statement(line):
    return Statement.objects.get(merchant=line.redeemer_id)


def test_a_line_opens_down_to_receipt_lot_and_opaque_member(line, member, tea, books):
    seen = list(movements_of_line(line))

    assert [(movement.points, movement.milli_fen, movement.reference) for movement in seen] == [
        (60, 60_000, "=1+2"), (40, 40_000, "P-8"),
    ]  # fmt: skip
    assert {
        (movement.member, movement.receipt_no, movement.receipt_store, movement.store)
        for movement in seen
    } == {(member.public_id, "TEA-7", tea.name, books.name)}
    assert sum(movement.milli_fen for movement in seen) == line.milli_fen


def test_each_side_sees_its_own_business_and_strangers_nothing(line, member, tea, books):
    of_issuer = list(movements_of_line(line, merchant=line.issuer_id))
    of_redeemer = list(movements_of_line(line, merchant=line.redeemer_id))

    assert {
        (movement.receipt_no, movement.reference, movement.store) for movement in of_issuer
    } == {("TEA-7", None, None)}
    assert {
        (movement.receipt_no, movement.receipt_store, movement.store) for movement in of_redeemer
    } == {(None, None, books.name)}
    assert list(movements_of_line(line, merchant=make_merchant().pk)) == []


def rows_of(statement):
    text = "".join(csv_lines(statement_tables(statement)))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_csv_holds_everything_in_yuan_and_no_formula(statement):
    rows = rows_of(statement)

    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if re.match(r"[=+@\t\r]|-\D", cell)]
    assert "'=1+2" in cells
    assert "P-8" in cells
    assert "TEA-7" not in cells
    assert not [cell for cell in cells if "（分" in cell]
    tea, books = "'=HYPERLINK(1)", statement.merchant.name
    assert [tea, books, "2", "100", "1.00", "", ""] in rows
    assert ["合计", "", "2", "100", "1.00", "0.00", "0.00"] in rows
    assert [tea, books, "100000", "0", "100000", "0", "", "", ""] in rows
    assert ["其他款项（元）", "5.20"] in rows
    assert [tea, books, "包裹", "2", "5.20", ""] in rows
    assert [row[1:] for row in rows if row[2:3] == ["rfd_7"]] == [
        ["包裹", "rfd_7", tea, books, "-0.30", ""]
    ]
    # 60 and 40 points at a yuan for a hundred, exact at the end.
    assert [(row[7], *row[13:]) for row in rows if row[6:7] in (["60"], ["40"])] == [
        ("0.60", "1000", "60000", ""), ("0.40", "1000", "40000", ""),
    ]  # fmt: skip


def test_the_totals_of_both_sides_are_those_of_the_statement(line):
    """What one pays the other receives, and the columns add up to the summary."""
    for merchant in (line.issuer_id, line.redeemer_id):
        own = Statement.objects.get(merchant=merchant, cycle=line.cycle_id)
        rows = rows_of(own)
        summary = dict(row for row in rows if len(row) == 2)
        totals = [row for row in rows if row[:1] == ["合计"]]
        assert totals[0][4:6] == [summary["应收（元）"], summary["应付（元）"]]
        received, paid = (Decimal(cell or 0) for cell in totals[1][4:6])
        assert received - paid == Decimal(summary["其他款项（元）"])


def test_a_table_of_nothing_has_no_total(statement):
    rows = rows_of(statement)
    at = rows.index(["付款"])

    assert rows[at + 1][0] == "编号"
    assert rows[at + 2] == []


def test_the_workbook_holds_the_same_as_text_and_numbers(statement):
    file = io.BytesIO()
    write_xlsx(statement_tables(statement), file)

    book = zipfile.ZipFile(file)
    sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/" in name]
    assert len(sheets) == 9
    assert not any("<f>" in sheet or "<hyperlink" in sheet for sheet in sheets)
    whole = "".join(sheets)
    assert "=HYPERLINK(1)" in whole
    assert "<v>60000</v>" in whole
    assert "<v>-0.3</v>" in whole
    assert "TEA-7" not in whole
    assert 'formatCode="#,##0.00"' in book.read("xl/styles.xml").decode() or re.search(
        r'<xf numFmtId="4"', book.read("xl/styles.xml").decode()
    )


def test_the_page_prints_as_it_stands(statement):
    page = statement_page(statement)

    assert "¥6.20" in page
    assert re.search(
        r"其他款项</h2>.*?<td>包裹</td><td class=\"number\">2</td><td class=\"number\">¥5.20</td>",
        page,
        re.DOTALL,
    )
    assert re.search(r'<tr class="total"><td>合计</td>.*?¥1.00', page)
    assert "（分" not in page
    assert "=HYPERLINK(1)" in page
    assert not re.search(r"<script|src=|https?://|@import|url\(", page)
    assert bytes(statement.hash).hex() in page


def test_names_cannot_write_into_the_page(statement):
    merchant = statement.merchant
    merchant.legal_name = "<script>alert(1)</script>"
    merchant.save()

    assert "<script>" not in statement_page(statement)


def test_papers_cost_the_same_queries_for_many_lines(statement, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        list(csv_lines(statement_tables(statement)))
