"""The processes a supervisor runs."""

import os
import sys
import time
from typing import Any

import pytest

from district.embedded.child_processes import Child, OneShot, exit_text
from district.embedded.logfiles import last_line, trim
from district.embedded.processes import wait_until
from tests.embedded.conftest import command_line


class Messages(list):
    def __call__(self, name: str, text: str) -> None:
        self.append((name, text))

    def texts(self) -> str:
        return "\n".join(text for _, text in self)


@pytest.fixture
def messages() -> Messages:
    return Messages()


@pytest.fixture
def child(tmp_path, messages):
    def make(script: str, kind: type[Child] = Child, **more: Any) -> Child:
        made = kind(
            "it",
            [sys.executable, "-c", script],
            dict(os.environ),
            tmp_path / "it.log",
            messages,
            **more,
        )
        children.append(made)
        made.start()
        return made

    children: list[Child] = []
    yield make
    for made in children:
        made.wait_for_exit(impatient=lambda: True)


def checked_until(child: Child, until, patience: float = 15) -> bool:
    def check_once() -> bool:
        child.check_once()
        return bool(until())

    return wait_until(check_once, patience)


def test_a_child_that_dies_is_started_again_ever_more_slowly(child, messages):
    dying = child("import sys; sys.exit('Error: no way')")

    def ends() -> list[str]:
        return [text for _, text in messages if "ended" in text]

    assert checked_until(dying, lambda: len(ends()) >= 2)
    assert ends()[0] == "ended with exit code 1 (Error: no way); starting again in 0.2 s"
    assert ends()[1] == "ended with exit code 1 (Error: no way); starting again in 0.4 s"


def test_a_child_is_ready_when_it_answers(child, messages, tmp_path):
    answer = tmp_path / "answer"
    waiting = child(
        "import time; time.sleep(60)", answers=lambda _: answer.exists(), ready_words="answers"
    )

    waiting.check_once()
    assert messages == []
    answer.touch()
    waiting.check_once()
    waiting.check_once()

    assert [text.split(" (")[0] for _, text in messages] == ["answers"]


def test_a_child_that_ignores_the_request_to_stop_is_killed_with_its_own_children(child, tmp_path):
    script = (
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "child = subprocess.Popen(['sleep', '600']); print(child.pid, flush=True); time.sleep(600)"
    )
    stubborn = child(script)
    log = tmp_path / "it.log"
    assert wait_until(lambda: log.read_text().strip().isdigit(), 10)

    stubborn.ask_to_stop()
    stubborn.wait_for_exit(impatient=lambda: True)

    grandchild = int(log.read_text())
    assert wait_until(lambda: command_line(grandchild) == "", 5)


def test_a_one_shot_process_shows_its_lines_and_runs_once(child, messages):
    outcomes: list[bool] = []
    one_shot = child("print('one'); print('two')", OneShot, done=outcomes.append)

    assert checked_until(one_shot, lambda: one_shot.finished)
    time.sleep(0.3)
    one_shot.check_once()

    assert messages == [("it", "one"), ("it", "two")]
    assert outcomes == [True]


def test_a_one_shot_process_that_keeps_failing_is_given_up(child, messages):
    outcomes: list[bool] = []
    one_shot = child("import sys; sys.exit('Error: never')", OneShot, done=outcomes.append, tries=2)

    assert checked_until(one_shot, lambda: one_shot.finished)

    assert outcomes == [False]
    assert "ended with exit code 1 (Error: never); given up, see " in messages.texts()


def test_an_end_is_told_in_words():
    assert exit_text(-9) == "killed by SIGKILL"
    assert exit_text(3) == "ended with exit code 3"


def test_a_log_is_trimmed_and_its_writer_goes_on(tmp_path):
    log = tmp_path / "it.log"
    with log.open("a") as writer:
        writer.write("x" * 100)
        writer.flush()
        trim(log, limit=50)
        writer.write("after")

    assert log.read_text() == "after"
    assert (tmp_path / "it.log.1").read_text() == "x" * 100


def test_the_last_word_of_a_log_is_its_complaint(tmp_path):
    log = tmp_path / "it.log"
    assert last_line(log) == "it said nothing"

    log.write_text("starting\nFATAL:  no room\nbye\n")

    assert last_line(log) == "FATAL:  no room"
