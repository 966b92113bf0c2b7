"""The command from the file to the figures, through a real server."""

import shutil
import signal

import pytest

from district.embedded.processes import wait_until
from tests.replay_complaints.conftest import COMMAND, acts, fixed, write_complaints
from tests.replay_complaints.reference import complaints

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played(new_replay_database, few_complaints):
    replay_setup = new_replay_database()
    return replay_setup, replay_setup.run(few_complaints, command=COMMAND)


def test_the_figures_are_those_of_the_separate_recomputation(played, few_complaints):
    replay_setup, outcome = played

    assert outcome.code == 0, outcome.err
    assert fixed(outcome) == complaints(few_complaints / "complaints.csv")
    responses = outcome.result["responses"].values()
    assert sum(row["cases"] for row in responses) == outcome.result["cases"]
    disputed = [row["source_disputed_yes"] for row in responses]
    assert sum(disputed) == outcome.result["source_disputed_yes"] > 0
    assert outcome.out.count("\n") == 1
    assert replay_setup.run(command="audit").code == 0
    assert replay_setup.run(command="verify_cases").code == 0


def test_another_run_changes_no_row_of_any_table(played, few_complaints):
    replay_setup, first = played
    before = replay_setup.books()

    second = replay_setup.run(few_complaints, command=COMMAND)

    assert (second.code, fixed(second)) == (0, fixed(first)), second.err
    assert replay_setup.books() == before


def test_a_database_of_another_data_set_is_refused_and_left_alone(played, tmp_path):
    replay_setup, _first = played
    other = write_complaints(tmp_path / "other", seed=7)
    before = replay_setup.books()

    refused = replay_setup.run(other, command=COMMAND)

    assert (refused.code, refused.out) == (1, "")
    assert "属于另一份数据的重放" in refused.err
    assert "Traceback" not in refused.err
    assert replay_setup.books() == before


def test_a_run_that_is_killed_and_stopped_is_gone_on_with_and_without_its_notes(
    new_replay_database, few_complaints
):
    expected = complaints(few_complaints / "complaints.csv")
    replay_setup = new_replay_database()
    process = replay_setup.start(few_complaints, command=COMMAND)
    assert wait_until(lambda: acts(replay_setup) >= 40, 120)
    process.kill()
    replay_setup.finish(process)
    assert wait_until(lambda: not replay_setup.processes(), 20)
    killed_at = acts(replay_setup)
    shutil.rmtree(f"{replay_setup.environment['DISTRICT_DATA_DIR']}/replay")

    process = replay_setup.start(few_complaints, command=COMMAND)
    assert wait_until(lambda: acts(replay_setup) >= killed_at + 20, 120)
    process.send_signal(signal.SIGTERM)
    stopped = replay_setup.finish(process)
    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.err.rstrip().split("\n")[-1] == "已停止；再次运行同一命令即可从停下处继续。"
    completed = replay_setup.run(few_complaints, command=COMMAND)

    assert (completed.code, fixed(completed)) == (0, expected), completed.err
    assert replay_setup.run(command="verify_cases").code == 0
