"""What `manage.py test` adds to what it is given."""

import os

import pytest

from district.embedded.testing import LEFT_OUT, with_defaults


@pytest.fixture(autouse=True)
def cores(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)


def test_the_whole_suite_runs_on_all_cores_without_what_takes_minutes():
    assert with_defaults([]) == ["-m", LEFT_OUT, "-n", "2"]


def test_one_core_needs_no_processes(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)

    assert with_defaults(["-q"]) == ["-m", LEFT_OUT, "-q"]


def test_a_large_machine_is_not_filled(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)

    assert with_defaults([])[-1] == "4"


def test_named_tests_run_in_this_process():
    assert with_defaults(["tests/embedded"]) == ["-m", LEFT_OUT, "tests/embedded"]
    assert with_defaults(["--pdb"]) == ["-m", LEFT_OUT, "--pdb"]


def test_what_was_chosen_stays():
    assert with_defaults(["-m", "kill", "-n", "0"]) == ["-m", "kill", "-n", "0"]
    assert with_defaults(["-m", "kill"]) == ["-n", "2", "-m", "kill"]
