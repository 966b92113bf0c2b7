"""One replay from the file to the figures."""

import contextlib
import time
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from district.replay.clients import ShopperClient
from district.replay.connection import PatientConnection
from district.replay.database import own_database, restart_embedded_server, retry_database
from district.replay.errors import WrongServer
from district.replay.progress import ReplayProgress
from district.replay.receipts.batch_player import BatchPlayer
from district.replay.receipts.dataset import DataSet
from district.replay.receipts.formats import recognise
from district.replay.receipts.identities import ReplayIdentities
from district.replay.receipts.identity_setup import IdentitySetup
from district.replay.receipts.pool import ReplayPool
from district.replay.receipts.result import result_of
from district.replay.replay_state import ReplayState
from district.replay.server import given_server, own_server, require_replay_mode


@dataclass(frozen=True)
class ReplayOptions:
    """What the person at the terminal asked for."""

    path: Path
    format: str | None
    households: int | None
    connections: int
    base_url: str | None
    again: bool
    batch: bool = False


def replay(options: ReplayOptions, progress: ReplayProgress) -> dict[str, Any]:
    """Post the data set and give the contract's figures, with what was refused and the time taken.

    Raises ReplayError.
    """
    started = time.monotonic()
    kind, table = recognise(options.path, options.format)
    dataset = kind.read(table).of_the_first(options.households)
    if options.base_url is not None:
        require_replay_mode(options.base_url)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(
            own_database(f"{dataset.format}{'_batch' if options.batch else ''}")
        )
        server = stack.enter_context(
            given_server(options.base_url) if options.base_url else own_server(database)
        )
        replay_state = ReplayState(settings.DATA_DIR / "replay" / f"{database}.json")
        identities = _assemble(dataset, replay_state, progress)
        _require_same_database(server.url, identities)
        on_event = progress.begin(_("上演"), sum(map(len, dataset.journeys.values())))
        meanwhile = (server.look_after, restart_embedded_server)
        more: dict[str, Any] = {}
        if options.batch:
            batches = BatchPlayer(dataset, identities, server.url, on_event, again=options.again)
            refused = batches.play(meanwhile)
            more = {"batch": dict(batches.counts)}
        else:
            pool = ReplayPool(
                dataset, identities, replay_state, server.url, on_event, resuming=not options.again
            )
            refused = pool.play(options.connections, meanwhile)
        figures = retry_database(lambda: result_of(identities, dataset))
    return {
        "format": dataset.format,
        **figures,
        **more,
        "refused": [refusal.as_json() for refusal in refused],
        "seconds": round(time.monotonic() - started, 1),
    }


def _assemble(
    dataset: DataSet, replay_state: ReplayState, progress: ReplayProgress
) -> ReplayIdentities:
    on_event = progress.begin(_("布置"), len(dataset.stores) + len(dataset.journeys))
    return IdentitySetup(dataset, replay_state, on_event).assemble()


def _require_same_database(base_url: str, identities: ReplayIdentities) -> None:
    """A session that was opened here and is known there proves that both use the same database."""
    phone = next(iter(identities.phones.values()))
    answer = ShopperClient(PatientConnection(base_url), phone.token).points()
    if answer.status == HTTPStatus.UNAUTHORIZED:
        raise WrongServer(_("{url} 用的是另一个数据库。").format(url=base_url))
    if not answer.accepted:
        raise WrongServer(
            _("{url} 未能正常应答（{status} {code}）。").format(
                url=base_url, status=answer.status, code=answer.code
            )
        )
