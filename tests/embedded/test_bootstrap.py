"""How `python3 manage.py` gets itself an environment."""

import importlib.util
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from district import bootstrap
from district.bootstrap import Environment, Unbuildable


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone whose requirements are empty, so that building it needs no network."""
    folder = tmp_path / "clone"
    (folder / "requirements").mkdir(parents=True)
    (folder / "requirements" / "runtime.txt").write_text("# nothing\n")
    (folder / "requirements" / "dev.txt").write_text("# nothing either\n")
    return folder


def builds(environment: Environment) -> list[str]:
    """Records what the environment is built from, and builds it all the same."""
    kinds = []
    really_build = environment._build

    def build(kind: str) -> None:
        kinds.append(kind)
        really_build(kind)

    environment._build = build  # type: ignore[method-assign]
    return kinds


def test_an_environment_is_built_once(root):
    environment = Environment(root)
    kinds = builds(environment)

    environment.ensure("runtime")
    environment.ensure("runtime")

    assert kinds == ["runtime"]
    assert subprocess.run([environment.python, "-c", "pass"], check=False).returncode == 0


def test_changed_requirements_are_installed(root):
    Environment(root).ensure("runtime")
    (root / "requirements" / "runtime.txt").write_text("# other\n")
    environment = Environment(root)
    kinds = builds(environment)

    environment.ensure("runtime")

    assert kinds == ["runtime"]
    assert environment.satisfies("runtime")


def test_the_development_set_serves_the_demo_too_and_not_the_other_way_round(root):
    environment = Environment(root)
    kinds = builds(environment)

    environment.ensure("runtime")
    environment.ensure("dev")
    environment.ensure("runtime")

    assert kinds == ["runtime", "dev"]


def test_an_environment_that_once_had_the_development_set_keeps_it(root):
    Environment(root).ensure("dev")
    (root / "requirements" / "dev.txt").write_text("# other\n")
    environment = Environment(root)
    kinds = builds(environment)

    environment.ensure("runtime")

    assert kinds == ["dev"]


def test_a_half_built_environment_is_built_anew(root):
    environment = Environment(root)
    environment.ensure("runtime")
    environment.building.touch()
    (environment.folder / "left over").touch()

    environment.ensure("runtime")

    assert environment.satisfies("runtime")
    assert not (environment.folder / "left over").exists()


def test_an_environment_whose_python_is_gone_is_built_anew(root):
    environment = Environment(root)
    environment.ensure("runtime")
    environment.python.unlink()

    assert not environment.satisfies("runtime")
    environment.ensure("runtime")

    assert environment.satisfies("runtime")


def test_somebody_elses_environment_is_used_if_it_has_what_is_needed(root):
    environment = Environment(root)
    packages = environment.folder / "lib" / "python3.11" / "site-packages"
    for name in bootstrap.NEEDED["runtime"]:
        (packages / name).mkdir(parents=True)
    environment.python.parent.mkdir()
    environment.python.symlink_to(sys.executable)

    assert environment.satisfies("runtime")
    assert not environment.satisfies("dev")


def test_two_at_once_build_it_once(root):
    environments = [Environment(root), Environment(root)]
    kinds = [builds(environment) for environment in environments]
    threads = [
        threading.Thread(target=environment.ensure, args=["runtime"])
        for environment in environments
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(kinds) == [[], ["runtime"]]


def test_a_requirement_that_cannot_be_installed_leaves_an_environment_that_is_not_trusted(root):
    (root / "requirements" / "runtime.txt").write_text(
        "./no-such-package.whl --hash=sha256:" + "0" * 64 + "\n"
    )
    environment = Environment(root)

    with pytest.raises(Unbuildable, match="pip could not install"):
        environment.ensure("runtime")

    assert not environment.satisfies("runtime")


def test_a_python_with_neither_pip_nor_ensurepip_is_told_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(
        Unbuildable, match=r"has no pip 22.3 or newer; install it \(Debian, Ubuntu: apt-get install"
    ):
        bootstrap._pip_of("/bin/false")


def test_an_environment_that_cannot_be_written_is_one_sentence(root, monkeypatch):
    monkeypatch.setattr(sys, "prefix", sys.base_prefix)
    (root / ".venv").write_text("a file where the folder should be")

    with pytest.raises(SystemExit) as left:
        bootstrap.enter(["manage.py", "demo"], root=root)

    assert str(left.value).startswith(f"district: {root}/.venv cannot be built here: ")
