"""Columns of the back office: what a screen declares instead of writing a method."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from district.kernel.backoffice import Cell
from district.kernel.backoffice.columns import (
    Choice,
    Column,
    Digest,
    Link,
    Moment,
    Money,
    Number,
    Progress,
    table,
)
from district.kernel.models import OutboxRow


@pytest.fixture
def row():
    return SimpleNamespace(
        paid_fen=123456,
        refunded_fen=0,
        budget_fen=None,
        no="",
        at=datetime(2026, 3, 1, 16, 5, tzinfo=UTC),
        account=SimpleNamespace(member=SimpleNamespace(public_id="mem_1")),
        heir=None,
        hash=b"\x01\xff",
        get_state_display=lambda: "待复核",
        answered=1,
        total=4,
    )


@pytest.mark.parametrize(
    ("column", "text"),
    [
        (Money("实付", "paid_fen"), "¥1,234.56"),
        (Money("已退", "refunded_fen"), "¥0.00"),
        (Money("预算", "budget_fen", empty="不限"), "不限"),
        (Column("会员编号", "account__member__public_id"), "mem_1"),
        (Column("并入", "heir__member__public_id"), "—"),
        (Column("单号", "no"), "—"),
        (Column("剩余", lambda row: row.total - row.answered), "3"),
        (Moment("时间", "at"), "2026年3月2日 00:05"),
        (Moment("截止", "heir__at", empty="至今"), "至今"),
        (Digest("摘要", "hash"), "01ff"),
        (Choice("状态", "state"), "待复核"),
    ],
)
def test_a_column_shows_a_value_as_people_read_it(row, column, text):
    assert column(row) == text


def test_progress_is_a_bar_and_not_its_markup_as_text(row):
    text = Progress("进度", "answered", "total")(row)

    assert hasattr(text, "__html__")
    assert "1 / 4（25%）" in text


def test_only_a_column_with_tones_is_a_coloured_label():
    assert Choice("状态", "state", {"待复核": "warning"}).label == {"待复核": "warning"}
    assert not hasattr(Choice("状态", "state"), "label")
    assert Money("实付", "paid_fen").short_description == "实付"


def test_a_table_has_the_headings_and_the_cells_of_its_columns(row):
    columns = [
        Number("共", "paid_fen", tone=lambda row: "bad"),
        Money("已退", "refunded_fen"),
        Column("现成的", lambda row: Cell("在别处", "/elsewhere/")),
    ]

    section = table("标题", columns, [row], empty="没有。", note="注")

    assert list(section.headers) == ["共", "已退", "现成的"]
    assert section.rows == [
        [Cell("123,456", tone="bad"), Cell("¥0.00"), Cell("在别处", "/elsewhere/")]
    ]
    assert (section.title, section.empty, section.note) == ("标题", "没有。", "注")


def test_a_link_leads_to_the_page_of_the_row_or_of_what_it_names():
    event = OutboxRow(pk=5, name="国庆节")
    address = "/admin/kernel/outboxrow/5/change/"

    assert Link("名称", "name").cell(event) == Cell("国庆节", address)
    assert Link("事件", "event__name", to="event").cell(SimpleNamespace(event=event)) == Cell(
        "国庆节", address
    )
