"""One replay of occupancy from the file to the figures."""

import contextlib
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection as database_connection
from django.utils.translation import gettext as _

from district.replay.connection import PatientConnection
from district.replay.database import own_database, restart_embedded_server, retry_database
from district.replay.occupancy.dataset import NAME, OccupancyData, read
from district.replay.occupancy.figures import figures_of
from district.replay.occupancy.preparation import OccupancySetup, prepare_replay
from district.replay.occupancy.report_player import ReportPlayer, RowOutcome, StoredCounts
from district.replay.occupancy.reservations import (
    WITHOUT_LIMITS,
    AskOutcome,
    DayOfWishes,
    ReservationPlayer,
    days_of_wishes,
    end_last_day,
    open_phones,
    oversold,
)
from district.replay.progress import ReplayProgress
from district.replay.replay_state import ReplayState
from district.replay.server import own_server

LOOK_AROUND_SECONDS = 0.5


def replay(
    path: Path, progress: ReplayProgress, *, speed_up: float | None = None
) -> dict[str, Any]:
    """Report the counts of the data set and give the contract's figures.

    Raises ReplayError.
    """
    began = time.monotonic()
    data = read(path)
    with own_database(NAME) as database:
        replay_state = ReplayState(settings.DATA_DIR / "replay" / f"{database}.json")
        replay_setup = prepare_replay(data, replay_state)
        stored = StoredCounts(replay_setup)
        advance = progress.begin(_("上报"), len(data.rows))
        phones = open_phones(replay_state)
        with own_server(database, WITHOUT_LIMITS) as server:
            run = _OccupancyRun(data, replay_setup, stored, server.url, speed_up, advance, phones)
            outcomes = run.play((server.look_after, restart_embedded_server))
            figures = retry_database(lambda: _figures(data, replay_setup))
    return {
        "readings": len(data.rows),
        **{outcome.value: outcomes[outcome] for outcome in (*RowOutcome, *AskOutcome)},
        **figures,
        "seconds": round(time.monotonic() - began, 1),
    }


def _figures(data: OccupancyData, replay_setup: OccupancySetup) -> dict[str, Any]:
    end_last_day(data)
    return {"oversold": oversold(replay_setup), **figures_of(replay_setup)}


@dataclass
class _OccupancyRun:
    """One system reports everything and members ask for places in between, while the calling thread looks after the servers."""

    data: OccupancyData
    replay_setup: OccupancySetup
    stored: StoredCounts
    base_url: str
    speed_up: float | None
    advance: Callable[[], object]
    phones: Sequence[str]
    stop: threading.Event = field(default_factory=threading.Event)

    def play(self, meanwhile: Sequence[Callable[[], object]]) -> Counter[StrEnum]:
        """How often each outcome came; the calling thread calls `meanwhile` between. Raises ReplayError."""
        with ThreadPoolExecutor(1) as system:
            reporting: Future[Counter[StrEnum]] = system.submit(self._report)
            try:
                while not wait([reporting], LOOK_AROUND_SECONDS).done:
                    for look_after in meanwhile:
                        look_after()
            finally:
                self.stop.set()
        return reporting.result()

    def _report(self) -> Counter[StrEnum]:
        outcomes = Counter[StrEnum]()
        with (
            contextlib.closing(PatientConnection(self.base_url, self.stop)) as connection,
            contextlib.closing(database_connection),
        ):
            player = ReportPlayer(
                connection, self.replay_setup, speed_up=self.speed_up, stop=self.stop
            )
            wishes = ReservationPlayer(connection, self.replay_setup, self.phones)
            waiting = deque(days_of_wishes(self.data.rows))

            def ask_before(at: datetime) -> None:
                """What is asked before the counts of an instant."""
                while waiting and waiting[0].at <= at:
                    outcomes.update(self._answered(wishes, waiting.popleft()))

            outcomes.update(player.play(self.data, self.stored, self.advance, ask_before))
            while waiting:
                outcomes.update(self._answered(wishes, waiting.popleft()))
        return outcomes

    def _answered(self, wishes: ReservationPlayer, day: DayOfWishes) -> Counter[AskOutcome]:
        """A day whose counts were answered was asked for before them."""
        if self.stored.has_answered(day.at):
            return wishes.stored(day)
        return wishes.play(day)
