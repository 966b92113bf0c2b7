"""What the command refuses, each in one sentence and before anything is written."""

import pytest
from django.core.management import CommandError, call_command

from tests.replay_occupancy.conftest import HEADER


def refused(path, **options):
    with pytest.raises(CommandError) as refusal:
        call_command("replay_occupancy", str(path), **options)
    sentence = str(refusal.value)
    assert "\n" not in sentence
    return sentence


def test_a_path_that_is_not_there(tmp_path):
    assert refused(tmp_path / "absent") == f"找不到 {tmp_path}/absent。"
    assert "中没有 occupancy.csv(.gz)。" in refused(tmp_path)


@pytest.mark.parametrize("speed_up", [0.0, -1.0, float("nan"), float("inf")])
def test_time_passes_forward(tmp_path, speed_up):
    assert refused(tmp_path, speed_up=speed_up) == "--speed-up 须大于 0。"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "中没有读数"),
        ("P1,10,x,2016-10-04T07:59:00", "第 2 行：数量有误"),
        ("P1,-1,3,2016-10-04T07:59:00", "第 2 行：数量有误"),
        ("P1,10,9999999,2016-10-04T07:59:00", "第 2 行：数量有误"),
        (",10,3,2016-10-04T07:59:00", "第 2 行：停车场名称有误"),
        ("P1,10,3,2016-10-34", "第 2 行"),
        ("P1,10,3,2016-10-04T07:59:00+08:00", "时间不应带时区"),
        ("P1,10", "列数与表头不符"),
    ],
)
def test_a_broken_row_is_named(tmp_path, line, words):
    (tmp_path / "occupancy.csv").write_text(f"{HEADER}\n{line}\n" if line else f"{HEADER}\n")

    assert words in refused(tmp_path)
