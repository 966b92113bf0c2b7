"""The command from the file to the figures, through a real server."""

import json
import signal

import psycopg
import pytest

from district.embedded.processes import wait_until
from tests.replay import reference
from tests.replay.conftest import write_synthetic
from tests.replay.reference_retail import online_retail
from tests.replay.retail import write_retail

# How a small data set of each format is written, and who recomputes its figures.
FORMATS = {
    "completejourney": (write_synthetic, reference.completejourney),
    "online_retail": (write_retail, online_retail),
}


@pytest.fixture(
    scope="module",
    params=["completejourney", pytest.param("online_retail", marks=pytest.mark.slow)],
)
def played(request, new_replay_database, tmp_path_factory):
    """A database into which a small data set was replayed, how that went, the data, and the recomputation."""
    write, recomputed = FORMATS[request.param]
    folder = write(tmp_path_factory.mktemp(request.param))
    database = new_replay_database()
    return database, database.run(folder), folder, recomputed


def test_the_figures_are_those_of_the_separate_recomputation(played):
    _database, outcome, folder, recomputed = played

    assert outcome.code == 0, outcome.err
    assert outcome.figures == recomputed(folder)
    assert outcome.result["refused"] == []
    unused = {"points_clawed", "points_debt"} if "refunds" not in outcome.figures else set()
    assert {name for name, figure in outcome.figures.items() if figure == 0} == unused


def test_stdout_holds_one_json_object_and_stderr_the_progress(played):
    _database, outcome, *_data = played

    assert outcome.out.count("\n") == 1
    assert isinstance(json.loads(outcome.out), dict)
    assert "上演" in outcome.err


def test_the_ledger_is_clean_and_its_own_clearing_says_the_same(played):
    database, outcome, *_data = played

    audit = database.run(command="audit")
    clearing = database.run(
        "-v0",
        "-c",
        "from loyalty.queries import clearing\n"
        "claims = clearing()\n"
        "print(len(claims), sum(claim.points for claim in claims))",
        command="shell",
    )

    assert (audit.code, audit.err) == (0, "")
    figures = outcome.figures
    assert clearing.out.split() == [
        str(figures["clearing_pairs"]),
        str(figures["clearing_points"]),
    ]


def test_another_run_changes_no_row_of_any_table(played):
    database, first, folder, _recomputed = played
    before = database.books()

    second = database.run(folder)

    assert (second.code, second.figures) == (0, first.figures)
    assert database.books() == before


def test_posting_everything_again_changes_nothing_but_visits(played):
    database, first, folder, _recomputed = played
    before = database.books("merchants_visit", "members_cardcodeuse", "kernel_idem")

    second = database.run(folder, "--again", "--connections", 3)

    assert (second.code, second.figures) == (0, first.figures)
    assert database.books("merchants_visit", "members_cardcodeuse", "kernel_idem") == before


def test_the_figures_of_fewer_households_leave_the_others_out(played):
    database, _first, folder, recomputed = played

    fewer = database.run(folder, "--households", 2)

    assert fewer.figures == recomputed(folder, 2)


@pytest.mark.slow
@pytest.mark.parametrize("format_name", FORMATS)
def test_a_killed_run_leaves_no_process_and_the_next_one_completes(
    new_replay_database, tmp_path, format_name
):
    write, recomputed = FORMATS[format_name]
    folder = write(tmp_path / "long", 60)
    expected = recomputed(folder)
    database = new_replay_database()
    process = database.start(folder, "--connections", 4)
    assert wait_until(lambda: database.posted() >= expected["receipts"] / 3, 60)

    process.kill()
    database.finish(process)
    assert wait_until(lambda: not database.processes(), 20)
    assert database.posted() < expected["receipts"]
    completed = database.run(folder)

    assert (completed.code, completed.figures) == (0, expected)
    assert database.run(command="audit").code == 0


@pytest.mark.parametrize(
    "sign", [pytest.param(sign, marks=pytest.mark.slow) for sign in (signal.SIGINT, signal.SIGTERM)]
)
def test_a_stopped_run_says_so_in_one_sentence_and_can_be_gone_on_with(
    new_replay_database, tmp_path, sign
):
    folder = write_synthetic(tmp_path / "long", 60)
    database = new_replay_database()
    process = database.start(folder, "--connections", 2)
    assert wait_until(lambda: database.posted() > 0, 60)

    process.send_signal(sign)
    stopped = database.finish(process)

    assert (stopped.code, stopped.out) == (130, "")
    assert stopped.err.rstrip().split("\n")[-1] == "已停止；再次运行同一命令即可从停下处继续。"
    assert "Traceback" not in stopped.err
    assert database.run(folder).figures == reference.completejourney(folder)


@pytest.mark.slow
@pytest.mark.parametrize(("format_name", "store"), [("completejourney", 41), ("online_retail", 5)])
def test_what_is_refused_is_listed_each_time_and_the_rest_is_posted(
    new_replay_database, tmp_path, format_name, store
):
    write, recomputed = FORMATS[format_name]
    folder = write(tmp_path / "data")
    database = new_replay_database()
    database.run(folder, "--households", 2)
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "update merchants_merchant set state = 'suspended', suspended_at = now(),"
            " suspended_for = 'test' where name = %s",
            [f"{format_name} {store}"],
        )

    first, second = database.run(folder), database.run(folder)

    refused = first.result["refused"]
    assert (first.code, second.code) == (1, 1)
    assert first.err.rstrip().endswith(f"有 {len(refused)} 项被拒绝。")
    assert {refusal["code"] for refusal in refused} == {"merchant_suspended"}
    receipts = [refusal for refusal in refused if refusal["event"].isdigit()]
    assert database.posted() == recomputed(folder)["receipts"] - len(receipts)
    assert second.result["refused"] == refused
    assert second.figures == first.figures
