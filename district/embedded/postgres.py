"""One PostgreSQL server as our child process: made, started, watched, stopped."""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from district.embedded.binaries import Binaries, find
from district.embedded.errors import EmbeddedError
from district.embedded.home import DATABASE, PORT, ROLE, Home, password_in
from district.embedded.logfiles import last_line
from district.embedded.processes import alive, kill_with_parent, wait_until
from district.embedded.server_processes import live_processes, stop_processes_in
from district.embedded.tuning import PROFILES, TUNING

SUPERUSER = "postgres"
BUILTIN_LOCALE_SINCE = 17


class PostgresServer:
    """The server of one home. Only the process that holds the supervisor's lock may make one."""

    def __init__(self, home: Home, profile: str) -> None:
        self.home = home
        self.settings = {
            **TUNING,
            **PROFILES[profile],
            "unix_socket_directories": str(home.sockets),
        }
        self.durable = profile == "durable"
        self.binaries: Binaries = find(owner=home.owner, major=_major_of(home.data))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def exited(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def create(self) -> None:
        """A data folder exists. Made aside and renamed, so that a killed initdb leaves nothing half-made.

        Raises EmbeddedError.
        """
        if self.home.data.exists():
            return
        fresh = self.home.folder / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        self.home.make(fresh, 0o700)
        words = self.home.folder / "initdb.password"
        words.write_text(password_in(self.home.superuser_password))
        words.chmod(0o600)
        if self.home.owner:
            os.chown(words, self.home.owner.uid, self.home.owner.gid)
        made = subprocess.run(
            [
                self.binaries.path("initdb"),
                f"--pgdata={fresh}",
                f"--username={SUPERUSER}",
                f"--pwfile={words}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *self._locale(),
                *(["--data-checksums"] if self.durable else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            **self._as_owner(),
        )
        words.unlink()
        if made.returncode:
            output = (made.stderr or made.stdout).strip().splitlines()
            reason = next(
                (line for line in output if "error" in line.lower()),
                output[-1] if output else "no reason given",
            )
            raise EmbeddedError(
                f"PostgreSQL could not make its data folder {self.home.data}: {reason}"
            )
        fresh.rename(self.home.data)

    def start(self) -> None:
        """The server answers, and our role and database are in it.

        Raises EmbeddedError with the log's last word.
        """
        self._stop_leftover_processes()
        options = [f"--{name}={value}" for name, value in self.settings.items()]
        with self.home.server_log.open("ab") as log:
            self._process = subprocess.Popen(
                [self.binaries.path("postgres"), "-D", str(self.home.data), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Fast shutdown; whoever starts the next server evicts what has not gone by then.
                preexec_fn=kill_with_parent(os.getpid(), by=signal.SIGINT),  # noqa: PLW1509 - no threads here
                **self._as_owner(),
            )
        if not wait_until(lambda: self.exited() or self._answers(), patience=120) or self.exited():
            self.stop()
            raise EmbeddedError(
                f"PostgreSQL did not start ({last_line(self.home.server_log)}); see {self.home.server_log}."
            )
        try:
            self._create_role_and_database()
        except psycopg.Error as error:
            self.stop()
            raise EmbeddedError(
                f"PostgreSQL started and then refused its own supervisor: {error}."
            ) from error

    def stop(self) -> None:
        """No process of the server is left; everything committed is on the disk."""
        if self._process is not None:
            for sign, patience in (
                (signal.SIGINT, 30.0),
                (signal.SIGQUIT, 10.0),
                (signal.SIGKILL, 5.0),
            ):
                if self._process.poll() is None:
                    self._process.send_signal(sign)
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        self._process.wait(patience)
        stop_processes_in(self.home.data)

    def _stop_leftover_processes(self) -> None:
        """Nothing of an earlier server is left, and PostgreSQL can see that.

        Only then may a pid file be removed whose number now belongs to a zombie or to somebody else: PostgreSQL would
        take either for a running server and refuse to start.
        """
        stop_processes_in(self.home.data)
        pid_file = self.home.data / "postmaster.pid"
        if pid_file.exists() and not any(live_processes(self.home.data)):
            first = pid_file.read_text().split("\n", 1)[0]
            if first.isdigit() and alive(int(first)):
                pid_file.unlink()

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._superuser()).close()
        except psycopg.OperationalError:
            return False
        return True

    def _create_role_and_database(self) -> None:
        """Our own role, which is no superuser, so that nothing here works that a managed server would refuse."""
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        with psycopg.connect(self._superuser(), autocommit=True) as connection:
            if not connection.execute("select from pg_roles where rolname = %s", [ROLE]).rowcount:
                secret = sql.Literal(password_in(self.home.password))
                connection.execute(
                    sql.SQL("create role {} login createdb password {}").format(role, secret)
                )
                connection.execute(sql.SQL("grant pg_checkpoint, pg_monitor to {}").format(role))
            if not connection.execute(
                "select from pg_database where datname = %s", [DATABASE]
            ).rowcount:
                connection.execute(sql.SQL("create database {} owner {}").format(database, role))

    def _superuser(self) -> str:
        return make_conninfo(
            host=str(self.home.sockets),
            port=PORT,
            user=SUPERUSER,
            password=password_in(self.home.superuser_password),
            dbname="postgres",
            connect_timeout=5,
        )

    def _locale(self) -> list[str]:
        """Code-point order everywhere: built in where the server has it, else C.UTF-8 of the C library."""
        if self.binaries.major >= BUILTIN_LOCALE_SINCE:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return ["--locale=C.UTF-8"]

    def _as_owner(self) -> dict[str, Any]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return {
            "cwd": self.home.folder,
            "env": {**clean, "LC_ALL": "C", "TZ": "UTC"},
            **(self.home.owner.popen if self.home.owner else {}),
        }


def _major_of(data: Path) -> int | None:
    try:
        return int((data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None
