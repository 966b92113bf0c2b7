"""One replay of complaints from the file to the figures, day by day."""

import contextlib
import heapq
import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from django.db import connection as database_connection
from django.utils.translation import gettext as _

from credit.complaints import services as complaints
from credit.complaints.machine.mapping import HORIZON
from credit.complaints.models import CaseFile
from credit.complaints.models.case_file import OPEN_NAMES
from district.kernel import clock
from district.replay.complaints.case_player import ROW, CasePlayer, PlayedCase, stored_cases
from district.replay.complaints.dataset import NAME, read
from district.replay.complaints.errors import ComplaintsLeftOpen
from district.replay.complaints.figures import figures_of
from district.replay.complaints.preparation import ComplaintSetup, prepare_replay
from district.replay.connection import PatientConnection
from district.replay.database import own_database, restart_embedded_server, retry_database
from district.replay.errors import Interrupted
from district.replay.progress import ReplayProgress
from district.replay.replay_state import ReplayState
from district.replay.server import own_server

CONNECTIONS = 4
LOOK_AROUND_SECONDS = 0.5
ONE_DAY = timedelta(days=1)
# A case on which the timers failed is claimed again after minutes at most.
PATIENCE_SECONDS = 600.0


def replay(path: Path, progress: ReplayProgress) -> dict[str, Any]:
    """Play the complaints of the data set and give the contract's figures. Raises ReplayError."""
    began = time.monotonic()
    data = read(path)
    with own_database(NAME) as database:
        replay_state = ReplayState(settings.DATA_DIR / "replay" / f"{database}.json")
        steps = len(data.companies) + len(data.complaints)
        replay_setup = prepare_replay(data, replay_state, progress.begin(_("布置"), steps))
        cases = stored_cases(data.complaints, replay_setup)
        with own_server(database) as server:
            run = _ComplaintRun(cases, replay_setup, server.url)
            advance = progress.begin(_("上演"), len(run.days))
            run.play(advance, (server.look_after, restart_embedded_server))
            figures = retry_database(lambda: figures_of(data, replay_setup))
    return {**figures, "seconds": round(time.monotonic() - began, 1)}


@dataclass
class _ComplaintRun:
    """Day by day: what the timers have to do at its beginning, then everybody's acts, the cases side by side."""

    cases: Sequence[PlayedCase]
    replay_setup: ComplaintSetup
    base_url: str
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def days(self) -> range:
        """From the first day on which something may be left to do, until nothing is open, as ordinals."""
        filings = [case.source.filed_at for case in self.cases]
        left = [case.source.filed_at for case in self.cases if not case.is_filed]
        # What was done last was done on the day on which an earlier run broke off.
        done = [case.last_at for case in self.cases if case.last_at is not None]
        first = min([*left, *([max(done)] if done else [])])
        last = max(filings) + HORIZON
        return range(_ordinal(first), _ordinal(last) + 1)

    def play(
        self, advance: Callable[[], object], meanwhile: Sequence[Callable[[], object]]
    ) -> None:
        """The calling thread calls `meanwhile` between. Raises ReplayError."""
        with ThreadPoolExecutor(1) as scheduler:
            playing = scheduler.submit(self._play_days, advance)
            try:
                while not wait([playing], LOOK_AROUND_SECONDS).done:
                    for look_after in meanwhile:
                        look_after()
            finally:
                self.stop.set()
        playing.result()

    def _play_days(self, advance: Callable[[], object]) -> None:
        agenda = Agenda(self.cases)
        with (
            contextlib.closing(database_connection),
            _Players(self.base_url, self.replay_setup, self.stop) as players,
        ):
            for ordinal in self.days:
                if self.stop.is_set():
                    raise Interrupted
                midnight = clock.start_of_day(date.fromordinal(ordinal))
                if retry_database(lambda at=midnight: _run_timers(at)):  # type: ignore[misc]
                    agenda.note(retry_database(lambda: _rows_of(agenda.waiting())))
                until = midnight + ONE_DAY
                for case in players.play(agenda.due(until), until):
                    agenda.add(case)
                advance()
            end = clock.start_of_day(date.fromordinal(self.days[-1]))
            self._finish(end)

    def _finish(self, end: datetime) -> None:
        """A case on which the timers failed, as the database was away, is looked at again after a while."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while retry_database(lambda: CaseFile.objects.filter(state__in=OPEN_NAMES).exists()):
            if time.monotonic() > give_up:
                raise ComplaintsLeftOpen(_("仍有投诉未结；再次运行同一命令即可继续。"))
            if self.stop.wait(1):
                raise Interrupted
            retry_database(lambda: _run_timers(end))


class Agenda:
    """Who acts when. A case that waits for the timers stands nowhere until they have moved it."""

    def __init__(self, cases: Iterable[PlayedCase]) -> None:
        self._cases: dict[int, PlayedCase] = {}
        self._queue: list[tuple[datetime, int, PlayedCase]] = []
        for case in cases:
            self.add(case)

    def add(self, case: PlayedCase) -> None:
        """As the case stands now."""
        if case.is_left_to_timers:
            self._cases.pop(case.pk, None)
            return
        if case.is_filed:
            self._cases[case.pk] = case
        if (at := case.next_at()) is not None:
            heapq.heappush(self._queue, (at, case.source.number, case))

    def waiting(self) -> list[int]:
        """Cases of which somebody still has something to do."""
        return list(self._cases)

    def note(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """What the timers did to cases."""
        for row in rows:
            case = self._cases[row["pk"]]
            if case.last_at != row["last_at"]:
                case.take(row)
                self.add(case)

    def due(self, until: datetime) -> list[PlayedCase]:
        """The cases in which somebody acts before an instant, each once, by that instant."""
        found: dict[int, PlayedCase] = {}
        while self._queue and self._queue[0][0] < until:
            at, number, case = heapq.heappop(self._queue)
            # An appointment that the timers have overtaken is none.
            if case.next_at() == at:
                found[number] = case
        return list(found.values())


class _Players:
    """Threads that act for cases, each with a connection of its own to the server and to the database."""

    def __init__(self, base_url: str, replay_setup: ComplaintSetup, stop: threading.Event) -> None:
        self._base_url, self._setup, self._stop = base_url, replay_setup, stop
        self._jobs: queue.SimpleQueue[tuple[PlayedCase, datetime] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[PlayedCase | BaseException] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._work) for _ in range(CONNECTIONS)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *failure: object) -> None:
        if any(failure):
            self._stop.set()
        for _thread in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def play(self, cases: Sequence[PlayedCase], until: datetime) -> Iterator[PlayedCase]:
        """The cases after their acts before an instant. Raises what stopped the first of them."""
        for case in cases:
            self._jobs.put((case, until))
        for _case in cases:
            outcome = self._done.get()
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome

    def _work(self) -> None:
        with (
            contextlib.closing(PatientConnection(self._base_url, self._stop)) as connection,
            contextlib.closing(database_connection),
        ):
            player = CasePlayer(connection, self._setup)
            while (job := self._jobs.get()) is not None:
                try:
                    if self._stop.is_set():
                        raise Interrupted
                    player.play(*job)
                    self._done.put(job[0])
                except BaseException as failure:  # noqa: BLE001 - raised where it is waited for
                    self._done.put(failure)


def _run_timers(at: datetime) -> int:
    """What beat does in life."""
    with clock.travel_to(at):
        return complaints.run_timers(limit=1_000_000)


def _rows_of(pks: Sequence[int]) -> list[dict[str, Any]]:
    return list(CaseFile.objects.filter(pk__in=pks).values(*ROW))


def _ordinal(at: datetime) -> int:
    return clock.business_day(at).toordinal()
