"""Posts the counts of one instant after the other, and says what became of each."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from threading import Event

from django.utils.translation import gettext as _

from district.replay.clients import FeedClient
from district.replay.connection import ApiConnection, ApiResponse
from district.replay.errors import Interrupted
from district.replay.occupancy.dataset import OccupancyData, OccupancyRow
from district.replay.occupancy.errors import ReportNotTaken
from district.replay.occupancy.preparation import OccupancySetup
from parking.models import OccupancyReading


class RowOutcome(StrEnum):
    """What became of a row, in the words of the contract."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REFUSED_OLDER = "refused_older"
    REFUSED_CONFLICT = "refused_conflict"


_OUTCOMES = {
    "accepted": RowOutcome.ACCEPTED,
    "repeated": RowOutcome.REPEATED,
    "older": RowOutcome.REFUSED_OLDER,
    "conflict": RowOutcome.REFUSED_CONFLICT,
}


class StoredCounts:
    """What earlier runs have brought, so that nothing is sent twice.

    The counts of an instant are one request and one transaction: what is not after the latest reading was answered.
    """

    def __init__(self, replay_setup: OccupancySetup) -> None:
        names = {pool.pk: name for name, pool in replay_setup.pools.items()}
        rows = OccupancyReading.objects.filter(feed=replay_setup.feed)
        self._counts = {
            (names[pool], at): occupied
            for pool, at, occupied in rows.values_list("pool", "measured_at", "occupied")
        }
        self._latest = max((at for _name, at in self._counts), default=None)

    def has_answered(self, at: datetime) -> bool:
        return self._latest is not None and at <= self._latest

    def outcomes(self, rows: Sequence[OccupancyRow]) -> list[RowOutcome]:
        """What was answered to the rows of an instant."""
        taken: set[str] = set()
        outcomes = []
        for row in rows:
            stored = self._counts.get((row.car_park, row.at))
            if stored is None:
                outcomes.append(RowOutcome.REFUSED_OLDER)
            elif stored != row.occupied:
                outcomes.append(RowOutcome.REFUSED_CONFLICT)
            else:
                again = row.car_park in taken
                outcomes.append(RowOutcome.REPEATED if again else RowOutcome.ACCEPTED)
                taken.add(row.car_park)
        return outcomes


class ReportPlayer:
    """The operator's system: it reports each instant's counts at their instant.

    With a speed-up the data's time passes so many times as fast as ours, else as fast as the server answers.
    """

    def __init__(
        self,
        connection: ApiConnection,
        replay_setup: OccupancySetup,
        *,
        speed_up: float | None,
        stop: Event,
    ) -> None:
        self._connection = connection
        self._replay_setup = replay_setup
        self._speed_up = speed_up
        self._stop = stop

    def play(
        self,
        data: OccupancyData,
        stored: StoredCounts,
        advance: Callable[[], object],
        before: Callable[[datetime], object] = lambda _at: None,
    ) -> Counter[RowOutcome]:
        """How often each outcome came; `before` is called before each instant. Raises ReportNotTaken, Interrupted."""
        outcomes = Counter[RowOutcome]()
        previous = None
        for at, rows in data.by_instant():
            before(at)
            if stored.has_answered(at):
                outcomes.update(stored.outcomes(rows))
            else:
                if previous is not None:
                    self._wait((at - previous).total_seconds())
                outcomes.update(self._report(at, rows))
                previous = at
            for _turn in rows:
                advance()
        return outcomes

    def _report(self, at: datetime, rows: Sequence[OccupancyRow]) -> list[RowOutcome]:
        readings = [
            {
                "pool": self._replay_setup.pools[row.car_park].public_id,
                "occupied": row.occupied,
                "measured_at": at.isoformat(),
            }
            for row in rows
        ]
        feed = FeedClient(self._connection, self._replay_setup.feed_key, at)
        answer = feed.report(readings)
        if not answer.accepted:
            raise _not_taken(answer, at)
        results = [result["outcome"] for result in answer.body["results"]]
        if not set(results) <= _OUTCOMES.keys() or len(results) != len(rows):
            raise _not_taken(answer, at)
        return _as_first_sent(rows, [_OUTCOMES[result] for result in results])

    def _wait(self, data_seconds: float) -> None:
        """Raises Interrupted."""
        if self._speed_up is None:
            return
        if self._stop.wait(data_seconds / self._speed_up):
            raise Interrupted(_("已停止。"))


def _as_first_sent(
    rows: Sequence[OccupancyRow], outcomes: Sequence[RowOutcome]
) -> list[RowOutcome]:
    """A request whose answer was lost is sent again: what is repeated for the first time was accepted then."""
    taken: set[str] = set()
    first = []
    for row, outcome in zip(rows, outcomes, strict=True):
        is_first = outcome is RowOutcome.REPEATED and row.car_park not in taken
        first.append(RowOutcome.ACCEPTED if is_first else outcome)
        if first[-1] is RowOutcome.ACCEPTED:
            taken.add(row.car_park)
    return first


def _not_taken(answer: ApiResponse, at: datetime) -> ReportNotTaken:
    return ReportNotTaken(
        _("{at} 的读数得到意外的应答：{status} {code}。").format(
            at=at.isoformat(), status=answer.status, code=answer.code or answer.body.get("results")
        )
    )
