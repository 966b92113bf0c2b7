"""One replay from the file to the figures."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from loyalty.replay.batches import BatchPlayer
from loyalty.replay.cast import Cast
from loyalty.replay.company import Company
from loyalty.replay.database import own_database, revive
from loyalty.replay.dataset import DataSet
from loyalty.replay.ensemble import Ensemble
from loyalty.replay.errors import WrongServer
from loyalty.replay.figures import figures_of
from loyalty.replay.formats import recognise
from loyalty.replay.notes import Notes
from loyalty.replay.server import given_server, own_server, require_replay_mode
from loyalty.replay.wire import Wire

# As long as PostgreSQL may take to come back when it was killed at the very end.
RECOVERY_SECONDS = 60.0


class Progress(Protocol):
    """Where a run tells how far it is."""

    def begin(self, title: str, steps: int) -> Callable[[], object]:
        """Start counting; what comes back is called once for each step."""


@dataclass(frozen=True)
class Wish:
    """What the person at the terminal asked for."""

    path: Path
    format: str | None
    households: int | None
    connections: int
    base_url: str | None
    again: bool
    batch: bool = False


def replay(wish: Wish, progress: Progress) -> dict[str, Any]:
    """Post the data set and give the contract's figures, with what was refused and the time taken.

    Raises ReplayError.
    """
    started = time.monotonic()
    kind, table = recognise(wish.path, wish.format)
    dataset = kind.read(table).of_the_first(wish.households)
    if wish.base_url is not None:
        require_replay_mode(wish.base_url)
    with contextlib.ExitStack() as stage:
        database = stage.enter_context(
            own_database(f"{dataset.format}{'_batch' if wish.batch else ''}")
        )
        server = stage.enter_context(
            given_server(wish.base_url) if wish.base_url else own_server(database)
        )
        notes = Notes(settings.DATA_DIR / "replay" / f"{database}.json")
        cast = _assemble(dataset, notes, progress)
        _require_same_database(server.url, cast)
        told = progress.begin(_("上演"), sum(map(len, dataset.journeys.values())))
        meanwhile = (server.look_after, revive)
        more: dict[str, Any] = {}
        if wish.batch:
            batches = BatchPlayer(dataset, cast, server.url, told, again=wish.again)
            refused = batches.play(meanwhile)
            more = {"batch": dict(batches.counts)}
        else:
            ensemble = Ensemble(dataset, cast, notes, server.url, told, resuming=not wish.again)
            refused = ensemble.play(wish.connections, meanwhile)
        figures = patiently(lambda: figures_of(cast, dataset))
    return {
        "format": dataset.format,
        **figures,
        **more,
        "refused": [refusal.as_json() for refusal in refused],
        "seconds": round(time.monotonic() - started, 1),
    }


def _assemble(dataset: DataSet, notes: Notes, progress: Progress) -> Cast:
    told = progress.begin(_("布置"), len(dataset.stores) + len(dataset.journeys))
    return Company(dataset, notes, told).assemble()


def _require_same_database(base_url: str, cast: Cast) -> None:
    """A session that was opened here and is known there proves that both use the same database."""
    phone = next(iter(cast.phones.values()))
    wire = Wire(base_url)
    answer = wire.ask("GET", "/api/v1/me/points", token=phone.token)
    wire.close()
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise WrongServer(_("{url} 用的是另一个数据库。").format(url=base_url))
    if not answer.accepted:
        raise WrongServer(
            _("{url} 未能正常应答（{status} {code}）。").format(
                url=base_url, status=answer.status, code=answer.code
            )
        )


def patiently(question: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The answer of the database, also when it was restarted since it was last asked."""
    give_up = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            connection.close()
            return question()
        except (InterfaceError, OperationalError):
            if time.monotonic() > give_up:
                raise
            time.sleep(0.5)
