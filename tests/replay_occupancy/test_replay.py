"""The command from the file to the figures, through a real server."""

import shutil
import signal

import pytest

from district.embedded.processes import wait_until
from tests.replay_occupancy.conftest import COMMAND, fixed, stored_readings, write_occupancy
from tests.replay_occupancy.reference import occupancy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played(new_replay_database, few_counts):
    replay_setup = new_replay_database()
    return replay_setup, replay_setup.run(few_counts, command=COMMAND)


def test_the_figures_are_those_of_the_separate_recomputation(played, few_counts):
    replay_setup, outcome = played

    assert outcome.code == 0, outcome.err
    assert fixed(outcome) == occupancy(few_counts / "occupancy.csv")
    assert all(fixed(outcome)[name] for name in ("repeated", "refused_conflict", "clamped"))
    minutes = outcome.result["minutes_by_car_park"].values()
    assert sum(of_one["unknown"] for of_one in minutes) == outcome.result["unknown_minutes"]
    assert outcome.out.count("\n") == 1
    assert replay_setup.run(command="audit").code == 0


def test_another_run_changes_no_row_of_any_table(played, few_counts):
    replay_setup, first = played
    before = replay_setup.books()

    second = replay_setup.run(few_counts, command=COMMAND)

    assert (second.code, fixed(second)) == (0, fixed(first)), second.err
    assert replay_setup.books() == before


def test_a_database_of_another_data_set_is_refused_and_left_alone(played, tmp_path):
    replay_setup, _first = played
    other = write_occupancy(tmp_path / "other", car_parks=2)
    before = replay_setup.books()

    refused = replay_setup.run(other, command=COMMAND)

    assert (refused.code, refused.out) == (1, "")
    assert "属于另一份数据的重放" in refused.err
    assert replay_setup.books() == before


def test_a_killed_run_is_gone_on_with_and_without_its_notes(new_replay_database, tmp_path):
    folder = write_occupancy(tmp_path / "long", days=60)
    expected = occupancy(folder / "occupancy.csv")
    replay_setup = new_replay_database()
    process = replay_setup.start(folder, command=COMMAND)
    assert wait_until(lambda: stored_readings(replay_setup) >= expected["accepted"] / 4, 60)

    process.kill()
    replay_setup.finish(process)
    assert wait_until(lambda: not replay_setup.processes(), 20)
    assert stored_readings(replay_setup) < expected["accepted"]
    shutil.rmtree(f"{replay_setup.environment['DISTRICT_DATA_DIR']}/replay")
    completed = replay_setup.run(folder, command=COMMAND)

    assert (completed.code, fixed(completed)) == (0, expected), completed.err


def test_a_speed_up_paces_the_reports_and_a_stopped_run_says_so(new_replay_database, few_counts):
    replay_setup = new_replay_database()
    # Half an hour of the data in three seconds.
    process = replay_setup.start(few_counts, "--speed-up", "600", command=COMMAND)
    assert wait_until(lambda: stored_readings(replay_setup) > 0, 60)

    process.send_signal(signal.SIGTERM)
    stopped = replay_setup.finish(process)

    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.err.rstrip().split("\n")[-1] == "已停止；再次运行同一命令即可从停下处继续。"
    assert stored_readings(replay_setup) < 20
    completed = replay_setup.run(few_counts, command=COMMAND)
    assert fixed(completed) == occupancy(few_counts / "occupancy.csv")
