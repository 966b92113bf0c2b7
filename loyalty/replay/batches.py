"""Posts the receipts and refunds of a data set through the batch API: a file for each store and month.

Spendings are left out: they need the member at the counter. A month's files carry the instant of the
month's last event, so that no receipt is too old when it is posted.
"""

import hashlib
import json
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from district.kernel import clock
from loyalty.replay.cast import Cast
from loyalty.replay.dataset import DataSet, Receipt, Refund
from loyalty.replay.errors import ReplayError
from loyalty.replay.player import Refusal
from loyalty.replay.wire import Answer, Wire

LOOK_AROUND_SECONDS = 0.5
# A batch whose worker died is taken up again when its lease is over.
ASK_AGAIN_SECONDS = 1.0
_MEDIA = "application/x-ndjson"

Told = tuple[int, Receipt | Refund]


class ServerSaidNo(ReplayError):
    """The batch API refused what should have been right."""


@dataclass
class BatchPlayer:
    """The batches of one run, one after the other, and what came of their rows."""

    dataset: DataSet
    cast: Cast
    base_url: str
    told: Callable[[], object]
    again: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    refused: list[Refusal] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def play(self, meanwhile: Sequence[Callable[[], object]] = ()) -> list[Refusal]:
        """Send every file; the calling thread looks meanwhile after whatever it is told to.

        Raises whatever stopped it.
        """
        with ThreadPoolExecutor(1) as alone:
            playing = alone.submit(self._play)
            try:
                while wait([playing], LOOK_AROUND_SECONDS).not_done:
                    for look_after in meanwhile:
                        look_after()
            finally:
                self.stop.set()
            playing.result()
        return sorted(self.refused, key=lambda one: (one.member, one.at, one.event))

    def _play(self) -> None:
        wire = Wire(self.base_url, self.stop)
        try:
            for month, stores in sorted(_months(self.dataset).items()):
                at = max(event.at for events in stores.values() for _member, event in events)
                for store, events in sorted(stores.items()):
                    self._post(wire, month, store, events, at)
        finally:
            wire.close()

    def _post(
        self, wire: Wire, month: date, store: int, events: Sequence[Told], at: datetime
    ) -> None:
        content = b"".join(_line(self.cast, store, *one) for one in events)
        digest = hashlib.sha256(content).hexdigest()[:16]
        key = f"{self.dataset.format}-{month:%Y-%m}-{store}-{digest}"

        def ask(method: str, path: str, **more: Any) -> dict[str, Any]:
            token = self.cast.tills[store].key
            answer = wire.ask(method, f"/api/v1/till/{path}", token=token, at=at, **more)
            return _accepted(answer)

        once = f"{key}-{uuid.uuid4().hex}" if self.again else key
        batch = ask("POST", "batches", key=once, body={"format": "ndjson", "name": key})
        here = f"batches/{batch['id']}"
        batch = ask("GET", here)
        if batch["state"] == "receiving":
            offset = batch["received_bytes"]
            path = f"{here}/content?offset={offset}"
            ask("PUT", path, content=content[offset:], media=_MEDIA)
        while batch["state"] != "done":
            batch = ask("POST", f"{here}/submit", body={"bytes": len(content)})
            if batch["state"] != "done":
                self.stop.wait(ASK_AGAIN_SECONDS)
        for name in ("posted", "parked", "repeated"):
            self.counts[name] += batch[name]
        self.counts["batches"] += 1
        self._note_refusals(ask, here, events)
        for _one in events:
            self.told()

    def _note_refusals(
        self, ask: Callable[..., dict[str, Any]], here: str, events: Sequence[Told]
    ) -> None:
        cursor = ""
        while cursor is not None:
            page = ask("GET", f"{here}/rows?state=refused&limit=100{cursor}")
            for row in page["results"]:
                member, event = events[row["line"] - 1]
                problem = row["problem"]
                self.refused.append(
                    Refusal(
                        member,
                        event.reference,
                        event.at.isoformat(),
                        problem["status"],
                        problem["code"],
                    )
                )
            cursor = page["next"] and f"&cursor={page['next']}"


def _months(dataset: DataSet) -> dict[date, dict[int, list[Told]]]:
    """By Shanghai month and store what was bought and brought back, in the order it happened."""
    months: dict[date, dict[int, list[Told]]] = defaultdict(lambda: defaultdict(list))
    for member, event in _in_order(dataset):
        month = clock.business_day(event.at).replace(day=1)
        months[month][event.store].append((member, event))
    return months


def _in_order(dataset: DataSet) -> Iterable[Told]:
    """Of each member in the order of the journey, whatever happened at the same instant."""
    told = [
        (event.at, member, place, event)
        for member, journey in dataset.journeys.items()
        for place, event in enumerate(journey)
        if isinstance(event, Receipt | Refund)
    ]
    return ((member, event) for _at, member, _place, event in sorted(told, key=lambda one: one[:3]))


def _line(cast: Cast, store: int, member: int, event: Receipt | Refund) -> bytes:
    row: dict[str, Any] = {"store": cast.tills[store].store}
    if isinstance(event, Receipt):
        row |= {
            "member": cast.phones[member].member,
            "receipt_no": event.reference,
            "paid_fen": event.paid_fen,
            "paid_at": event.at.isoformat(),
        }
    else:
        row |= {
            "kind": "refund",
            "receipt_no": event.receipt,
            "refund_no": event.reference,
            "fen": event.fen,
        }
    return json.dumps(row).encode() + b"\n"


def _accepted(answer: Answer) -> dict[str, Any]:
    if not answer.accepted:
        raise ServerSaidNo(f"{answer.status} {answer.code}")
    return answer.body
