"""Where the embedded server's files go."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from district.embedded import paths
from district.embedded.environment import secrets_of
from district.embedded.errors import EmbeddedError
from district.embedded.home import Home, write_once
from district.embedded.locks import FileLock, is_locked, is_locked_exclusively, is_shared_by_others
from district.embedded.paths import Owner

NOBODY = Owner(65534, 65534)


def test_a_folder_named_in_the_environment_wins(monkeypatch, tmp_path):
    monkeypatch.setenv("DISTRICT_DATA_DIR", str(tmp_path / "here"))

    assert paths.base_folder() == tmp_path / "here"


def test_root_keeps_its_data_where_nobody_can_enter_and_a_user_beside_the_clone(
    monkeypatch, tmp_path
):
    monkeypatch.delenv("DISTRICT_DATA_DIR")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert paths.base_folder(tmp_path).parent == Path("/var/lib/smart-district")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert paths.base_folder(tmp_path) == tmp_path / ".district"


def test_a_private_home_moves_the_cluster_of_root_to_the_shelf(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    wished = private / "postgres"

    assert paths.cluster_home(wished, NOBODY).parent == paths.ROOT_DATA_DIR
    assert paths.cluster_home(wished, None) == wished


def test_a_long_path_puts_the_socket_into_a_short_folder_of_our_own(tmp_path):
    home = tmp_path / ("long" * 30)

    folder = paths.socket_folder(home, None)

    assert len(f"{folder}/.s.PGSQL.5432") < 108
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    folder.rmdir()


def test_a_socket_folder_that_is_somebody_elses_link_is_refused(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (home / "run").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(EmbeddedError, match="belongs to somebody else"):
        paths.socket_folder(home, None)


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(EmbeddedError, match="set DISTRICT_DATA_DIR"):
        paths.make_folder(tmp_path / "file" / "below")


def test_folders_have_their_mode_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        paths.make_folder(tmp_path / "parent" / "child", 0o711)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "parent").stat().st_mode) == 0o755
    assert stat.S_IMODE((tmp_path / "parent" / "child").stat().st_mode) == 0o711


def test_secrets_are_made_once_and_shown_to_nobody_else(tmp_path):
    first = secrets_of(tmp_path)

    assert secrets_of(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert set(first) >= {
        "DISTRICT_SECRET_KEY",
        "DISTRICT_MASTER_KEYS",
        "DISTRICT_TOKEN_KEYS",
        "DISTRICT_PEPPER",
    }


def test_a_file_written_once_keeps_its_first_text(tmp_path):
    write_once(tmp_path / "file", "first")
    write_once(tmp_path / "file", "second")

    assert (tmp_path / "file").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_the_address_names_socket_role_and_database(tmp_path):
    home = Home(tmp_path / "Some Where")
    home.prepare()
    home.password.write_text("se/cret")

    assert conninfo_to_dict(home.url("other")) == {
        "user": "district",
        "password": "se/cret",
        "dbname": "other",
        "host": str(home.sockets),
        "port": "5432",
    }
    home.remove()


def test_a_lock_tells_whether_others_hold_it(tmp_path):
    path = tmp_path / "lock"
    assert not is_locked(path)

    with FileLock(path).shared():
        assert is_locked(path)
        assert is_shared_by_others(path)
    with FileLock(path).exclusive():
        assert is_locked(path)
        assert not is_shared_by_others(path)
    assert not is_locked(path)


def test_an_exclusive_holder_who_lets_go_while_somebody_looks_does_not_share(tmp_path, monkeypatch):
    path = tmp_path / "lock"
    holder, looks = FileLock(path).exclusive(), []
    look = FileLock._try

    def look_and_let_go(lock, kind):
        found = look(lock, kind)
        looks.append(kind)
        holder.release()
        return found

    monkeypatch.setattr(FileLock, "_try", look_and_let_go)

    assert not is_shared_by_others(path)
    assert looks


def test_who_only_looks_for_a_supervisor_is_not_taken_for_one(tmp_path):
    path = tmp_path / "supervisor.lock"
    with FileLock(path) as looking:
        assert looking.try_shared()
        assert not is_locked_exclusively(path)
    with FileLock(path).exclusive():
        assert is_locked_exclusively(path)


def test_those_who_ask_about_a_shared_lock_are_not_taken_for_its_holders(tmp_path):
    path = tmp_path / "users.lock"
    path.touch()

    def mistaken() -> bool:
        return any(is_locked(path) or is_shared_by_others(path) for _ in range(300))

    with ThreadPoolExecutor(4) as pool:
        assert not any(found.result() for found in [pool.submit(mistaken) for _ in range(4)])
