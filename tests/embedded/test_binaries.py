"""Which PostgreSQL is run."""

import re
from pathlib import Path

import pytest

from district.embedded import binaries
from district.embedded.errors import EmbeddedError
from district.embedded.home import Home
from district.embedded.paths import server_owner
from district.embedded.postgres import PostgresServer


@pytest.fixture
def installed(tmp_path: Path):
    """Makes a folder that looks like an installed PostgreSQL of that version."""

    def install(version: str) -> Path:
        folder = tmp_path / version / "bin"
        folder.mkdir(parents=True)
        for name in ("postgres", "initdb"):
            (folder / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
            (folder / name).chmod(0o755)
        return folder

    return install


@pytest.fixture
def only(monkeypatch):
    """These are all the servers there are."""

    def only(*folders: Path) -> None:
        monkeypatch.setattr(binaries, "wheel_folders", lambda _: [])
        monkeypatch.setattr(binaries, "system_folders", lambda: list(folders))

    return only


def test_the_wheels_server_comes_first(tmp_path):
    found = binaries.find(owner=server_owner())

    assert found.major == 18
    assert found.folder.parent.name == "pginstall18"


def test_without_the_wheel_the_first_supported_of_the_system_is_taken(installed, only):
    only(installed("14.9"), installed("16.2"), installed("15.1"))

    assert binaries.find(owner=None).version == "16.2"


def test_data_that_exist_want_their_own_version(installed, only):
    only(installed("17.1"), installed("15.1"))

    assert binaries.find(owner=None, major=15).version == "15.1"
    with pytest.raises(EmbeddedError, match=r"made by PostgreSQL 16, and only 17.1 is here"):
        binaries.find(owner=None, major=16)


def test_a_machine_without_any_is_told_what_to_install(installed, only):
    only(installed("14.9"))

    with pytest.raises(
        EmbeddedError, match=r"no PostgreSQL 15 or newer was found.*apt-get install postgresql"
    ):
        binaries.find(owner=None)


def test_a_system_server_works_like_the_wheels(tmp_path, monkeypatch):
    """Whichever this machine has installed; where there is none, the wheel's stands in for it."""
    present = list(binaries.usable(binaries.system_folders(), server_owner()))
    if present:
        monkeypatch.setattr(binaries, "wheel_folders", lambda _: [])
    home = Home(tmp_path / "postgres")
    home.prepare()
    server = PostgresServer(home, "fast")
    try:
        server.create()
        server.start()

        assert re.match(r"\d+", server.binaries.version)
        assert not server.exited()
    finally:
        server.stop()
        home.remove()
    assert server.exited()
