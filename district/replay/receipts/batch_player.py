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
from datetime import date
from typing import Any

from district.kernel import clock
from district.replay.clients import TillClient
from district.replay.connection import ApiResponse, PatientConnection
from district.replay.errors import ReplayError
from district.replay.receipts.dataset import DataSet, ReceiptEvent, RefundEvent
from district.replay.receipts.identities import ReplayIdentities
from district.replay.receipts.member_player import RefusedEvent

SUPERVISE_SECONDS = 0.5
# A batch whose worker died is taken up again when its lease is over.
POLL_SECONDS = 1.0

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
        connection = PatientConnection(self.base_url, self.stop)
        try:
            for month, stores in sorted(_months(self.dataset).items()):
                at = max(event.at for events in stores.values() for _member, event in events)
                for store, events in sorted(stores.items()):
                    client = TillClient(connection, self.identities.tills[store].key, at)
                    self._post(client, f"{month:%Y-%m}-{store}", store, events)
        finally:
            connection.close()

    def _post(self, till: TillClient, name: str, store: int, events: Sequence[MemberEvent]) -> None:
        content = b"".join(_line(self.identities, store, *member_event) for member_event in events)
        digest = hashlib.sha256(content).hexdigest()[:16]
        key = f"{self.dataset.format}-{name}-{digest}"
        once = f"{key}-{uuid.uuid4().hex}" if self.again else key
        number = _accepted(till.open_batch(name=key, key=once))["id"]
        batch = _accepted(till.read_batch(number))
        if batch["state"] == "receiving":
            offset = batch["received_bytes"]
            _accepted(till.send_content(number, content[offset:], offset=offset))
        while batch["state"] != "done":
            batch = _accepted(till.submit_batch(number, len(content)))
            if batch["state"] != "done":
                self.stop.wait(POLL_SECONDS)
        for state in ("posted", "parked", "repeated"):
            self.counts[state] += batch[state]
        self.counts["batches"] += 1
        self._note_refusals(till, number, events)
        for _event in events:
            self.on_event()

    def _note_refusals(self, till: TillClient, batch: str, events: Sequence[MemberEvent]) -> None:
        cursor = ""
        while cursor is not None:
            part = f"/rows?state=refused&limit=100{cursor}"
            page = _accepted(till.read_batch(batch, part))
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


def _accepted(answer: ApiResponse) -> dict[str, Any]:
    if not answer.accepted:
        raise BatchRefused(f"{answer.status} {answer.code}")
    return answer.body
