"""Every benchmark runs on a small scale, says what it should, and says nothing of a damaged ledger."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.command import BENCHMARKS, PURE, STARTS
from benchmarks.report import Target

ROOT = Path(__file__).resolve().parent.parent.parent
pytestmark = pytest.mark.slow
OVER_HTTP = {
    "earn_http",
    "notices",
    "earn_http_orm",
    "hot_merchant",
    "coupon_claim",
    "coupon_redeem",
    "parking_reserve",
    "credit_page",
}
RESULT_KEYS = {
    "name", "ours", "limit", "ratio", "unit", "limit_is", "floor", "aim", "correct", "machine", "runs",
}  # fmt: skip


@pytest.fixture
def prepared(durable_cluster, durable_databases):
    """The words that spare a benchmark its own cluster and migrations."""
    name = durable_databases.clone()
    yield ["--prepared", str(durable_cluster.home.folder), name]
    durable_databases.drop(name)


def run(*words):
    chosen = ("DATABASE_URL", "DISTRICT_MODE", "DISTRICT_DATA_DIR", "DJANGO_SETTINGS_MODULE")
    env = {name: value for name, value in os.environ.items() if name not in chosen}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize("name", [*BENCHMARKS, *STARTS, *PURE])
def test_a_benchmark_tells_its_figures_and_that_they_are_right(name, prepared):
    if name in OVER_HTTP and shutil.which("wrk") is None and os.geteuid() != 0:
        pytest.skip("wrk is not installed; on Debian: apt-get install wrk")
    # One of them makes everything anew, as it does for whoever measures.
    done = run(name, "--tiny", "--json", *([] if name == "ledger" else prepared))

    assert done.returncode == 0, done.stderr[-2000:]
    result = json.loads(done.stdout)
    assert result.keys() >= RESULT_KEYS
    assert (result["name"], result["correct"]) == (name, True)
    assert result["ratio"] == pytest.approx(result["ours"] / result["limit"], rel=0.01)
    assert result["ours"] > 0
    assert all(len(runs) == 1 for runs in result["runs"].values())


@pytest.mark.parametrize("name", ["ledger", "cold_start", "settle", "parking_quote"])
def test_a_damaged_ledger_has_no_figures(name, prepared):
    done = run(name, "--tiny", "--json", "--spoil", *prepared)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{name}: no result. ")


def test_an_unknown_benchmark_is_refused_with_the_names_of_all():
    done = run("nonsense")

    assert done.returncode == 2
    assert all(name in done.stderr for name in [*BENCHMARKS, *STARTS, *PURE])


def test_seconds_are_judged_the_other_way_round():
    wanted = Target(60, 30, less_is_better=True)

    assert [wanted.verdict(seconds) for seconds in (29.9, 30, 45, 60.1)] == [
        "aim reached", "aim reached", "floor reached", "BELOW THE FLOOR",
    ]  # fmt: skip
