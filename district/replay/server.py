"""The web server that is posted to: one of our own in replay mode, or one that is proven to be."""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

from django.conf import settings
from django.utils.translation import gettext as _

from district.embedded import ports
from district.embedded.child_processes import Child
from district.embedded.process_specs import web_command
from district.replay.errors import ReplayError, WrongServer

START_SECONDS = 60.0
ASK_SECONDS = 5.0
LARGEST_ANSWER = 10_000


@dataclass(frozen=True)
class ReplayServer:
    """Where to post, and what keeps it running while somebody does."""

    url: str
    look_after: Callable[[], None]


@contextlib.contextmanager
def own_server(
    database: str, environment: Mapping[str, str] | None = None
) -> Iterator[ReplayServer]:
    """A server of our own on a free port, in replay mode on that database, gone with the block;
    `environment` says what is set otherwise than here.

    When it dies, looking after it starts it again; only the main thread may do that.

    Raises ReplayError when it does not come up.
    """
    folder = settings.DATA_DIR / "replay"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    port = ports.any_free()
    url = f"http://{ports.HOST}:{port}"
    surroundings = {
        "DISTRICT_MODE": "replay",
        "DISTRICT_PUBLIC_URL": url,
        "DATABASE_URL": _named(os.environ["DATABASE_URL"], database),
        **(environment or {}),
    }
    child = Child(
        name="web",
        command=web_command(port=port, static=settings.STATIC_ROOT),
        environment=os.environ | surroundings,
        log=folder / f"{database}.log",
        tell=lambda _name, _words: None,
    )
    try:
        child.start()
        _wait_for(child, url, child.log)
        yield ReplayServer(url, child.check_once)
    finally:
        child.ask_to_stop()
        child.wait_for_exit()


def _wait_for(child: Child, url: str, log: Path) -> None:
    give_up = time.monotonic() + START_SECONDS
    while mode_of(url) is None:
        if time.monotonic() > give_up or child.process is None or child.process.poll() is not None:
            raise ReplayError(_("服务器没有启动，原因见 {log}。").format(log=log))
        time.sleep(0.1)


@contextlib.contextmanager
def given_server(base_url: str) -> Iterator[ReplayServer]:
    """A server somebody else started and looks after."""
    yield ReplayServer(base_url, lambda: None)


def require_replay_mode(base_url: str) -> None:
    """Raises WrongServer for an address where no server in replay mode answers."""
    parts = urlsplit(base_url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise WrongServer(_("--base-url 须是 http(s):// 地址，而不是 {url}。").format(url=base_url))
    mode = mode_of(base_url)
    if mode is None:
        raise WrongServer(_("{url} 没有应答，或不是本系统的服务器。").format(url=base_url))
    if mode != "replay":
        raise WrongServer(
            _("{url} 处于 {mode} 模式；重放只能对 DISTRICT_MODE=replay 的服务器进行。").format(
                url=base_url, mode=mode
            )
        )


def mode_of(base_url: str) -> str | None:
    """The mode the server at this address says it is in; nothing when none of ours answers."""
    try:
        with urlopen(f"{base_url.rstrip('/')}/livez", timeout=ASK_SECONDS) as response:  # noqa: S310
            body = json.loads(response.read(LARGEST_ANSWER))
    except (OSError, HTTPException, ValueError):
        return None
    mode = body.get("mode") if isinstance(body, dict) else None
    return mode if isinstance(mode, str) else None


def _named(url: str, database: str) -> str:
    """The same server's address with another database in it."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
