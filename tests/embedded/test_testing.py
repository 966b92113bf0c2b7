"""What `manage.py test` adds to what it is given."""

import os
import subprocess
import sys

import pytest

from district.embedded.testing import LEFT_OUT, allow_bytecode, with_defaults


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


def test_an_environment_without_bytecode_has_it_elsewhere(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    source = tmp_path / "source"
    source.mkdir()
    (source / "compiled_module.py").touch()

    allow_bytecode(tmp_path / "bytecode")
    subprocess.run([sys.executable, "-c", "import compiled_module"], cwd=source, check=True)

    assert [path.name for path in source.iterdir()] == ["compiled_module.py"]
    assert list((tmp_path / "bytecode").rglob("compiled_module.*.pyc"))
    assert not sys.dont_write_bytecode


def test_an_environment_with_bytecode_is_left_alone(monkeypatch, tmp_path):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    before = sys.pycache_prefix, os.environ.get("PYTHONPYCACHEPREFIX")

    allow_bytecode(tmp_path)

    assert (sys.pycache_prefix, os.environ.get("PYTHONPYCACHEPREFIX")) == before
