"""Plays many members side by side, each member on one connection at a time."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from district.replay.connection import PatientConnection
from district.replay.errors import Interrupted
from district.replay.receipts.dataset import DataSet, Event
from district.replay.receipts.identities import ReplayIdentities
from district.replay.receipts.member_player import MemberPlayer, RefusedEvent
from district.replay.replay_state import ReplayState

SUPERVISE_SECONDS = 0.5
Waiting: TypeAlias = "queue.SimpleQueue[tuple[int, Sequence[Event]]]"


@dataclass
class ReplayPool:
    """The players of one run: a queue of members, and what came of playing them."""

    dataset: DataSet
    identities: ReplayIdentities
    replay_state: ReplayState
    base_url: str
    on_event: Callable[[], object]
    resuming: bool = True
    stop: threading.Event = field(default_factory=threading.Event)
    refused: list[RefusedEvent] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def play(
        self, connections: int, meanwhile: Sequence[Callable[[], object]] = ()
    ) -> list[RefusedEvent]:
        """Play every member to the end over so many connections; give the refusals in order.

        Meanwhile the calling thread calls the functions of `meanwhile` now and then.

        Raises whatever stopped the first player; the others then stop after their request.
        """
        waiting = self._line_up()
        players = [
            threading.Thread(target=self._play_members, args=[waiting], daemon=True)
            for _turn in range(min(connections, waiting.qsize()))
        ]
        for player in players:
            player.start()
        try:
            for player in players:
                while player.is_alive():
                    player.join(SUPERVISE_SECONDS)
                    for look_after in meanwhile:
                        look_after()
        finally:
            self.stop.set()
            for player in players:
                player.join()
        for failure in sorted(self.failures, key=lambda f: isinstance(f, Interrupted)):
            raise failure
        return sorted(self.refused, key=lambda r: (r.member, r.at, r.event))

    def _line_up(self) -> Waiting:
        """The members, those with the longest way first: none is left running alone at the end."""
        waiting: Waiting = queue.SimpleQueue()
        journeys = self.dataset.journeys
        for member in sorted(journeys, key=lambda member: (-len(journeys[member]), member)):
            waiting.put((member, journeys[member]))
        return waiting

    def _play_members(self, waiting: Waiting) -> None:
        connection = PatientConnection(self.base_url, self.stop)
        player = MemberPlayer(connection, self.identities, self.dataset.format)
        try:
            while True:
                member, journey = waiting.get_nowait()
                # Refused events leave no trace in the statement: they are tried, and reported, again.
                resuming = self.resuming and not self.replay_state.was_refused(member)
                for refusal in player.play(member, journey, resuming=resuming):
                    self.on_event()
                    if refusal is not None:
                        self.refused.append(refusal)
                        self.replay_state.note_refusal(member)
        except queue.Empty:
            return
        except Exception as failure:  # noqa: BLE001 - raised again by the thread that waits
            self.failures.append(failure)
            self.stop.set()
        finally:
            connection.close()
