"""Plays many members side by side, each member on one connection at a time."""

import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from loyalty.replay.cast import Cast
from loyalty.replay.dataset import DataSet, Event
from loyalty.replay.errors import Interrupted
from loyalty.replay.player import Player, Refusal
from loyalty.replay.wire import Wire

LOOK_AROUND_SECONDS = 0.2


@dataclass
class Ensemble:
    """The players of one run: a queue of members, and what came of playing them."""

    dataset: DataSet
    cast: Cast
    base_url: str
    told: Callable[[], object]
    meanwhile: Callable[[], object]
    resuming: bool = True
    stop: threading.Event = field(default_factory=threading.Event)
    refused: list[Refusal] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)

    def play(self, connections: int) -> list[Refusal]:
        """Play every member to the end over so many connections; give the refusals in order.

        Raises whatever stopped the first player; the others then stop after their request.
        """
        waiting: queue.SimpleQueue[tuple[int, Sequence[Event]]] = queue.SimpleQueue()
        # The longest journeys start first, so that none is left running alone at the end.
        for member, journey in sorted(
            self.dataset.journeys.items(), key=lambda item: (-len(item[1]), item[0])
        ):
            waiting.put((member, journey))
        players = [
            threading.Thread(target=self._play_members, args=[waiting], daemon=True)
            for _turn in range(min(connections, len(self.dataset.journeys)))
        ]
        for player in players:
            player.start()
        try:
            for player in players:
                while player.is_alive():
                    player.join(LOOK_AROUND_SECONDS)
                    self.meanwhile()
        finally:
            self.stop.set()
            for player in players:
                player.join()
        for failure in sorted(self.failures, key=lambda f: isinstance(f, Interrupted)):
            raise failure
        return sorted(self.refused, key=lambda r: (r.member, r.at, r.event))

    def _play_members(self, waiting: "queue.SimpleQueue[tuple[int, Sequence[Event]]]") -> None:
        wire = Wire(self.base_url, self.stop)
        player = Player(wire, self.cast, self.dataset.format)
        try:
            while True:
                member, journey = waiting.get_nowait()
                for refusal in player.play(member, journey, resuming=self.resuming):
                    self.told()
                    if refusal is not None:
                        self.refused.append(refusal)
        except queue.Empty:
            return
        except Exception as failure:  # noqa: BLE001 - raised again by the thread that waits
            self.failures.append(failure)
            self.stop.set()
        finally:
            wire.close()
