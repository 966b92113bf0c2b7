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
from district.replay.client import ReplayClient, TillResponse
from district.replay.errors import ReplayError
from district.replay.receipts.dataset import DataSet, ReceiptEvent, RefundEvent
from district.replay.receipts.identities import ReplayIdentities
from district.replay.receipts.member_player import RefusedEvent

SUPERVISE_SECONDS = 0.5
# A batch whose worker died is taken up again when its lease is over.
POLL_SECONDS = 1.0
_MEDIA = "application/x-ndjson"

MemberEvent = tuple[int, ReceiptEvent | RefundEvent]


class BatchRefused(ReplayError):
    """The batch API refused what should have been right."""


@dataclass
class BatchPlayer:
    """The batches of one run, one after the other, and what came of their rows."""

    dataset: DataSet
    identities: ReplayIdentities
    base_url: str
    on_event: Callable[[], object]
    again: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    refused: list[RefusedEvent] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def play(self, meanwhile: Sequence[Callable[[], object]] = ()) -> list[RefusedEvent]:
        """Send every file; the calling thread calls the functions of `meanwhile` in between.

        Raises whatever stopped it.
        """
        with ThreadPoolExecutor(1) as alone:
            playing = alone.submit(self._play)
            try:
                while wait([playing], SUPERVISE_SECONDS).not_done:
                    for look_after in meanwhile:
                        look_after()
            finally:
                self.stop.set()
            playing.result()
        return sorted(self.refused, key=lambda refusal: (refusal.member, refusal.at, refusal.event))

    def _play(self) -> None:
        client = ReplayClient(self.base_url, self.stop)
        try:
            for month, stores in sorted(_months(self.dataset).items()):
                at = max(event.at for events in stores.values() for _member, event in events)
                for store, events in sorted(stores.items()):
                    self._post(client, month, store, events, at)
        finally:
            client.close()

    def _post(
        self,
        client: ReplayClient,
        month: date,
        store: int,
        events: Sequence[MemberEvent],
        at: datetime,
    ) -> None:
        content = b"".join(_line(self.identities, store, *member_event) for member_event in events)
        digest = hashlib.sha256(content).hexdigest()[:16]
        key = f"{self.dataset.format}-{month:%Y-%m}-{store}-{digest}"

        def ask(method: str, path: str, **more: Any) -> dict[str, Any]:
            token = self.identities.tills[store].key
            answer = client.ask(method, f"/api/v1/till/{path}", token=token, at=at, **more)
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
                self.stop.wait(POLL_SECONDS)
        for name in ("posted", "parked", "repeated"):
            self.counts[name] += batch[name]
        self.counts["batches"] += 1
        self._note_refusals(ask, here, events)
        for _event in events:
            self.on_event()

    def _note_refusals(
        self, ask: Callable[..., dict[str, Any]], here: str, events: Sequence[MemberEvent]
    ) -> None:
        cursor = ""
        while cursor is not None:
            page = ask("GET", f"{here}/rows?state=refused&limit=100{cursor}")
            for row in page["results"]:
                member, event = events[row["line"] - 1]
                problem = row["problem"]
                self.refused.append(
                    RefusedEvent(
                        member,
                        event.reference,
                        event.at.isoformat(),
                        problem["status"],
                        problem["code"],
                    )
                )
            cursor = page["next"] and f"&cursor={page['next']}"


def _months(dataset: DataSet) -> dict[date, dict[int, list[MemberEvent]]]:
    """By Shanghai month and store what was bought and brought back, in the order it happened."""
    months: dict[date, dict[int, list[MemberEvent]]] = defaultdict(lambda: defaultdict(list))
    for member, event in _in_order(dataset):
        month = clock.business_day(event.at).replace(day=1)
        months[month][event.store].append((member, event))
    return months


def _in_order(dataset: DataSet) -> Iterable[MemberEvent]:
    """Of each member in the order of the journey, whatever happened at the same instant."""
    ordered = [
        (event.at, member, place, event)
        for member, journey in dataset.journeys.items()
        for place, event in enumerate(journey)
        if isinstance(event, ReceiptEvent | RefundEvent)
    ]
    return (
        (member, event)
        for _at, member, _place, event in sorted(ordered, key=lambda entry: entry[:3])
    )


def _line(
    identities: ReplayIdentities, store: int, member: int, event: ReceiptEvent | RefundEvent
) -> bytes:
    row: dict[str, Any] = {"store": identities.tills[store].store}
    if isinstance(event, ReceiptEvent):
        row |= {
            "member": identities.phones[member].member,
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


def _accepted(answer: TillResponse) -> dict[str, Any]:
    if not answer.accepted:
        raise BatchRefused(f"{answer.status} {answer.code}")
    return answer.body
