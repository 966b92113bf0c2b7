"""`manage.py score_credit FILE.json`."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.credit.score.test_worked_examples import base_set, merchant


def run(tmp_path, capsys, content):
    path = tmp_path / "merchants.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    call_command("score_credit", str(path))
    return json.loads(capsys.readouterr().out)


def test_it_prints_a_score_for_each_merchant_in_their_order(tmp_path, capsys):
    found = run(tmp_path, capsys, [base_set() | {"name": "乙"}, merchant(name="甲")])

    assert [score["name"] for score in found] == ["乙", "甲"]
    assert [score["score"] for score in found] == [93.3, 83.8]
    assert [score["grade"] for score in found] == ["A", None]
    assert list(found[0]) == [
        "name",
        "score",
        "raw",
        "se",
        "interval",
        "rank_key",
        "evidence",
        "confidence",
        "grade",
        "components",
        "contributions",
    ]
    assert run(tmp_path, capsys, []) == []


def test_a_file_may_begin_with_a_byte_order_mark(tmp_path, capsys):
    content = b"\xef\xbb\xbf" + json.dumps([merchant()]).encode()

    assert run(tmp_path, capsys, content)[0]["score"] == 83.8


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "不是 JSON 文件"),
        (b"\xff\xfe", "不是 JSON 文件"),
        (b"{}", "document: not_a_list"),
        ([merchant(profile=2)], "[0].profile: not_in_range"),
        ([merchant(penalties=[[9, "general", True]])], "[0].penalties[0]: repaired_too_early"),
        ([merchant(ratings=[[0, 9, 1]] * 5)], "共 5 处"),
    ],
)
def test_bad_input_is_one_sentence(tmp_path, capsys, content, sentence):
    with pytest.raises(CommandError) as refusal:
        run(tmp_path, capsys, content)

    assert sentence in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(CommandError, match="读不到文件"):
        call_command("score_credit", str(tmp_path / "nothing.json"))


def test_it_needs_no_database(tmp_path):
    path = tmp_path / "merchants.json"
    path.write_text(json.dumps([merchant()]))
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}
    finished = subprocess.run(
        [sys.executable, "manage.py", "score_credit", str(path)],
        cwd=settings.ROOT,
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        check=False,
    )

    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)[0]["score"] == 83.8
