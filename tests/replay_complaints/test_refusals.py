"""What the command refuses, each in one sentence and before anything is written."""

import gzip

import pytest
from django.core.management import CommandError, call_command

from tests.replay_complaints.conftest import HEADER, write

ROW = {
    "complaint_id": "7",
    "date_received": "2023-01-17",
    "product": "Mortgage",
    "company": "甲",
    "date_sent_to_company": "2023-01-18",
    "company_response": "In progress",
    "timely_response": "Yes",
    "consumer_disputed": "",
}


def refused(path):
    with pytest.raises(CommandError) as refusal:
        call_command("replay_complaints", str(path))
    sentence = str(refusal.value)
    assert "\n" not in sentence
    return sentence


def test_a_path_that_is_not_there(tmp_path):
    assert refused(tmp_path / "absent") == f"找不到 {tmp_path}/absent。"
    assert "中没有 complaints.csv(.gz)。" in refused(tmp_path)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *(("complaint_id", text) for text in ("", "x", "-1", "1" * 13, "٣")),
        *(("date_received", text) for text in ("", "2023-02-30", "1999-12-31", "2100-01-01")),
        ("date_sent_to_company", "gestern"),
        *(("company", text) for text in ("", "x" * 201, "a\x00b")),
        ("company_response", ""),
        ("timely_response", "Maybe"),
        ("consumer_disputed", "yes"),
    ],
)
def test_a_broken_row_is_named(tmp_path, column, text):
    write(tmp_path / "complaints.csv", [ROW | {column: text}])

    assert "第 2 行" in refused(tmp_path)


def test_a_file_without_rows_columns_or_end_and_a_complaint_that_is_there_twice(tmp_path):
    path = tmp_path / "complaints.csv"
    write(path, [])
    assert refused(path).endswith("中没有投诉。")
    write(path, [ROW, ROW | {"company": "乙"}])
    assert refused(path) == "投诉 7 出现了两次。"
    path.write_text(",".join(HEADER[1:]) + "\n")
    assert "缺少列 complaint_id" in refused(path)
    path.write_text(",".join(HEADER) + "\n7,2023-01-17\n")
    assert "列数与表头不符" in refused(path)
    archive = tmp_path / "complaints.csv.gz"
    archive.write_bytes(gzip.compress(b"x" * 10_000)[:30])
    assert "无法读取" in refused(archive)
