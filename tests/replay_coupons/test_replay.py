"""The command from the files to the figures, through a real server."""

import shutil
import signal

import pytest

from district.embedded.processes import wait_until
from tests.replay_coupons.conftest import COMMAND, redeemed
from tests.replay_coupons.reference import coupons
from tests.replay_coupons.synthetic import write, write_coupons

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def played(new_replay_database, few_coupons):
    replay_setup = new_replay_database()
    return replay_setup, replay_setup.run(few_coupons, command=COMMAND)


def test_the_figures_are_those_of_the_separate_recomputation(played, few_coupons):
    _replay_setup, outcome = played

    assert outcome.code == 0, outcome.err
    assert outcome.result == coupons(few_coupons)
    assert all(outcome.result.values())
    assert outcome.out.count("\n") == 1
    assert "上演" in outcome.err


def test_another_run_changes_no_row_of_any_table(played, few_coupons):
    replay_setup, first = played
    before = replay_setup.books()

    second = replay_setup.run(few_coupons, command=COMMAND)

    assert (second.code, second.result) == (0, first.result), second.err
    assert replay_setup.books() == before


def test_a_database_of_another_data_set_is_refused_and_left_alone(played, few_coupons, tmp_path):
    replay_setup, _first = played
    other = shutil.copytree(few_coupons, tmp_path / "other")
    write(
        other / "campaign_descriptions.csv",
        ("campaign_id", "campaign_type", "start_date", "end_date"),
        [(number, "Type B", "2017-03-01", "2017-04-30") for number in (3, 11)],
    )
    before = replay_setup.books()

    refused = replay_setup.run(other, command=COMMAND)

    assert (refused.code, refused.out) == (1, "")
    assert "属于另一份数据的重放" in refused.err
    assert "Traceback" not in refused.err
    assert replay_setup.books() == before


def test_a_killed_run_leaves_no_process_and_the_next_one_completes(new_replay_database, tmp_path):
    folder = write_coupons(tmp_path / "long", 40)
    expected = coupons(folder)
    replay_setup = new_replay_database()
    process = replay_setup.start(folder, command=COMMAND)
    assert wait_until(lambda: redeemed(replay_setup) >= expected["redeemed"] / 4, 60)

    process.kill()
    replay_setup.finish(process)
    assert wait_until(lambda: not replay_setup.processes(), 20)
    assert redeemed(replay_setup) < expected["redeemed"]
    completed = replay_setup.run(folder, command=COMMAND)

    assert (completed.code, completed.result) == (0, expected), completed.err


def test_a_stopped_run_says_so_in_one_sentence_and_can_be_gone_on_with(
    new_replay_database, tmp_path
):
    folder = write_coupons(tmp_path / "long", 40)
    replay_setup = new_replay_database()
    process = replay_setup.start(folder, command=COMMAND)
    assert wait_until(lambda: redeemed(replay_setup) > 0, 60)

    process.send_signal(signal.SIGTERM)
    stopped = replay_setup.finish(process)

    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.err.rstrip().split("\n")[-1] == "已停止；再次运行同一命令即可从停下处继续。"
    assert "Traceback" not in stopped.err
    assert replay_setup.run(folder, command=COMMAND).result == coupons(folder)


def test_without_its_notes_a_run_comes_to_the_same(new_replay_database, few_coupons):
    replay_setup = new_replay_database()
    first = replay_setup.run(few_coupons, command=COMMAND)
    notes = replay_setup.environment["DISTRICT_DATA_DIR"]
    shutil.rmtree(f"{notes}/replay")

    second = replay_setup.run(few_coupons, command=COMMAND)

    assert (second.code, second.result) == (0, first.result), second.err
