"""`manage.py demo`: in which order the district comes up, and what is printed for a person."""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from district.embedded.attachment import attach, set_environment
from district.embedded.console import Console
from district.embedded.database_reset import reset, server_version
from district.embedded.errors import EmbeddedError
from district.embedded.locks import FileLock
from district.embedded.paths import CLONE, base_folder, make_home
from district.embedded.ports import HOST, is_free, next_free
from district.embedded.process_specs import ProcessSpecs, sandbox_merchant
from district.embedded.process_supervisor import ProcessSupervisor

WEB_PORT, SANDBOX_PORT = 8000, 8700
LOGINS = "demo_logins.json"  # written by seed_demo, see district/demo/README.md


class Demo:
    """The whole district on this machine, from the database to the people in it."""

    def __init__(self, *, port: int | None, static: Path, began: float) -> None:
        """`began` is when the command was given, by `time.time()`: what a person waits is counted from there."""
        self.screen = Console()
        self.static = static
        self.began = began
        self.wished_port = port
        self.folder = base_folder()
        self.note = self.folder / "demo.json"

    def run(
        self, *, set_up: Callable[[Callable[[str], None]], None], fresh: bool, seeded: bool
    ) -> None:
        """Returns when a signal has asked for it and everything has stopped.

        Raises EmbeddedError.
        """
        with self._only_one(), contextlib.suppress(KeyboardInterrupt):
            self._choose_ports()
            attached = attach()
            if fresh and attached.cluster is None:
                # Whatever database that is, losing it to a forgotten variable would be a poor joke.
                raise EmbeddedError(
                    "--reset empties the embedded database only; unset DATABASE_URL, or empty yours yourself."
                )
            set_environment(self.folder, "local")
            supervisor = ProcessSupervisor(attached, self.screen.tell)
            try:
                self.screen.tell("postgres", f"{server_version(attached.url)} answers")
                if fresh:
                    reset(attached.url, self.folder)
                    self.screen.tell("demo", "the former data are gone")
                self.screen.tell("setup", "brings tables, functions and static files up to date")
                set_up(lambda words: self.screen.tell("setup", words))
                supervisor.listen()
                self._bring_up(supervisor, seeded=seeded)
                supervisor.watch(until=lambda: False)
            finally:
                supervisor.stop()
                attached.leave(wait=True)
                self.screen.tell("demo", "stopped; the data stay for next time")

    def _bring_up(self, supervisor: ProcessSupervisor, *, seeded: bool) -> None:
        make_home(self.folder / "log")
        process_specs = ProcessSpecs(CLONE, self.folder, self._environment(), self.screen.tell)
        web = process_specs.web(port=self.port, static=self.static)
        supervisor.start(web)
        if self.sandbox_port is not None:
            supervisor.start(process_specs.sandbox(port=self.sandbox_port, public_url=self.url))
        supervisor.watch(until=lambda: web.ready)
        if supervisor.interrupted:
            return
        self._show_addresses(time.time() - self.began)
        supervisor.start(process_specs.worker(), process_specs.beat())
        if seeded:
            supervisor.start(process_specs.parking(url=self.url))
            supervisor.start(process_specs.seeding(self._seeded))
        else:
            self._show_logins()

    @contextlib.contextmanager
    def _only_one(self) -> Iterator[None]:
        make_home(self.folder)
        with FileLock(self.folder / "demo.lock") as lock:
            if not lock.try_exclusive():
                raise EmbeddedError(
                    f"a demo already runs {self._address_text()}; stop it first (Ctrl-C where it runs)."
                )
            try:
                yield
            finally:
                self.note.unlink(missing_ok=True)

    def _address_text(self) -> str:
        try:
            note = json.loads(self.note.read_text())
        except (OSError, ValueError):
            return "on these data"
        return f"at {note['url']} (process {note['process']})"

    def _choose_ports(self) -> None:
        if self.wished_port is None:
            self.port = next_free(WEB_PORT)
        elif is_free(self.wished_port):
            self.port = self.wished_port
        else:
            raise EmbeddedError(
                f"port {self.wished_port} is in use; name another one or leave --port out."
            )
        # Whoever names another WeChat wants no sandbox.
        self.sandbox_port = (
            None if os.environ.get("DISTRICT_WECHAT_BASE") else next_free(SANDBOX_PORT)
        )
        self.url = f"http://{HOST}:{self.port}/"
        self.note.write_text(json.dumps({"url": self.url, "process": os.getpid()}))

    def _environment(self) -> dict[str, str]:
        ours = {"DISTRICT_PUBLIC_URL": self.url.rstrip("/"), "PYTHONUNBUFFERED": "1"}
        if self.sandbox_port is not None:
            base = f"http://{HOST}:{self.sandbox_port}/"
            ours["DISTRICT_WECHAT_BASE"] = base
            # Whoever has a merchant of his own keeps it.
            if "DISTRICT_WECHAT_PAY_MCHID" not in os.environ:
                ours |= sandbox_merchant(base=base, data_dir=self.folder)
        return {**ours, **os.environ, "PYTHONPATH": str(CLONE)}

    def _show_addresses(self, seconds: float) -> None:
        rows = [
            ("Home", self.url),
            ("Admin", f"{self.url}admin/"),
            ("API", f"{self.url}api/v1/docs"),
            ("Health", f"{self.url}readyz"),
        ]
        if self.sandbox_port is not None:
            rows.append(("WeChat sandbox", f"http://{HOST}:{self.sandbox_port}/"))
        rows.append(("Logs", str(self.folder / "log")))
        self.screen.table(
            f"The district answers {seconds:.0f} s after the command. Ctrl-C stops it.", rows
        )

    def _seeded(self, complete: bool) -> None:  # noqa: FBT001 - called by the one-shot process with its outcome
        if complete:
            self.screen.tell("seed", "the demo district is complete")
        self._show_logins()

    def _show_logins(self) -> None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            logins = json.loads((self.folder / LOGINS).read_text())
            everywhere = {"merchant": "the whole district"}
            operators = [logins[name] for name in ("operator", "second_operator") if name in logins]
            people = [*(login | everywhere for login in operators), *logins["clerks"]]
            self._show("Who can sign in to the admin", people, "username password merchant")
            self._show("Till keys", logins["tills"], "store key store_name")
            self._show(
                "Shoppers, by their name in the sandbox", logins["shoppers"], "person nickname"
            )

    def _show(self, title: str, entries: Sequence[Mapping[str, object]], columns: str) -> None:
        rows = [[str(entry[column]) for column in columns.split()] for entry in entries]
        self.screen.table(title, rows)
