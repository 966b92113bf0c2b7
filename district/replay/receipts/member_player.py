"""Plays one member's events over HTTP, each after the answer of the one before."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from district.replay.clients import ShopperClient, TillClient
from district.replay.connection import ApiConnection, ApiResponse
from district.replay.receipts.dataset import Event, ReceiptEvent, RefundEvent, SpendingEvent
from district.replay.receipts.identities import MemberPhone, ReplayIdentities

# A code or visit spoilt by a server that died in between is fetched anew, but not for ever.
FRESH_CODES = 5
STALE_CODE_ERRORS = frozenset({"token_used", "token_expired", "visit_over"})


@dataclass(frozen=True, slots=True)
class RefusedEvent:
    """An event the district refused, and the word it used."""

    member: int
    event: str
    at: str
    status: int
    code: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class MemberPlayer:
    """Stands for members at counters: shows their codes, rings up their receipts and spendings."""

    def __init__(self, connection: ApiConnection, identities: ReplayIdentities, scope: str) -> None:
        self._connection = connection
        self._cast = identities
        self._scope = scope

    def play(
        self, member: int, journey: Sequence[Event], *, resuming: bool
    ) -> Iterator[RefusedEvent | None]:
        """Post the events in order; give for each one the refusal it met, or nothing.

        Resuming goes on behind the newest event in the member's statement. Events are posted one
        after the other, so all before it happened; any after it (a receipt without points, a refund
        that takes none: they leave no line) are harmless to repeat. Each line of an event that
        leaves several names the same number, and the newest line knows the balance after them all.
        """
        phone = self._cast.phones[member]
        balance, done = 0, 0
        if resuming and journey:
            balance, done = self._resume_point(phone, journey)
        for _event in journey[:done]:
            yield None
        for event in journey[done:]:
            answer = self._post(event, phone, balance)
            if answer is None:
                yield None
            elif answer.accepted:
                balance = _balance_after(event, answer, balance)
                yield None
            else:
                yield _refusal(member, event, answer)

    def _resume_point(self, phone: MemberPhone, journey: Sequence[Event]) -> tuple[int, int]:
        """The balance and the number of events that led to it, by the member's own statement."""
        answer = self._shopper(phone, journey[-1].at).points_entries(limit=1)
        for newest in answer.body.get("results", []):
            for done, event in enumerate(journey, start=1):
                if event.reference == newest["reference"]:
                    return newest["available_after"], done
        return 0, 0

    def _post(self, event: Event, phone: MemberPhone, balance: int) -> ApiResponse | None:
        """The answer to an event; nothing when it turned out that there is nothing to do."""
        if isinstance(event, ReceiptEvent):
            return self._earn(event, phone)
        if isinstance(event, RefundEvent):
            return self._refund(event)
        points = balance // event.divisor
        return self._spend(event, phone, points) if points else None

    def _earn(self, receipt: ReceiptEvent, phone: MemberPhone) -> ApiResponse:
        return self._till(receipt).post_receipt(
            phone.member,
            fen=receipt.paid_fen,
            no=receipt.reference,
            paid_at=receipt.at.isoformat(),
            key=f"{self._scope}-receipt-{receipt.reference}",
        )

    def _refund(self, refund: RefundEvent) -> ApiResponse:
        return self._till(refund).refund(
            refund.receipt,
            fen=refund.fen,
            no=refund.reference,
            key=f"{self._scope}-refund-{refund.reference}",
        )

    def _spend(self, spending: SpendingEvent, phone: MemberPhone, points: int) -> ApiResponse:
        """Card code, look-up, visit, spending: the whole way a member goes at a counter.

        Code and visit are new ones each time, also when the spending is repeated: a till that
        restarted no longer has the old ones. The spending's own key stays the same.
        """
        for _attempt in range(FRESH_CODES):
            answer = self._look_up(spending, phone)
            if answer.accepted:
                answer = self._till(spending).spend(
                    answer.body["visit"]["token"],
                    points=points,
                    no=spending.reference,
                    key=f"{self._scope}-spending-{spending.number}",
                )
            if answer.code not in STALE_CODE_ERRORS:
                break
        return answer

    def _look_up(self, spending: SpendingEvent, phone: MemberPhone) -> ApiResponse:
        card = self._shopper(phone, spending.at).card_code()
        if not card.accepted:
            return card
        code = card.body["code"]
        once = hashlib.sha256(code.encode()).hexdigest()[:16]
        key = f"{self._scope}-look-up-{spending.number}-{once}"
        return self._till(spending).look_up(code, key=key)

    def _till(self, event: Event) -> TillClient:
        till = self._cast.tills[event.store]
        return TillClient(self._connection, till.key, event.at, till.store)

    def _shopper(self, phone: MemberPhone, at: datetime) -> ShopperClient:
        return ShopperClient(self._connection, phone.token, at)


def _balance_after(event: Event, answer: ApiResponse, balance: int) -> int:
    """The balance by the answer; a receipt without points shows none and changes none.

    It is the balance of the moment the event was first posted, whatever happened since: a repeat
    spends exactly what the first run did.
    """
    response_body = answer.body
    if isinstance(event, SpendingEvent):
        return int(response_body["available_after"])
    if isinstance(event, RefundEvent):
        # What is owed was not there to be taken; a parked refund (its receipt was refused) took nothing.
        taken = response_body["points"] or {"own": 0, "other": 0}
        return balance - int(taken["own"]) - int(taken["other"])
    if response_body["transfer"] is None:
        return balance
    return int(response_body["transfer"]["available_after"])


def _refusal(member: int, event: Event, answer: ApiResponse) -> RefusedEvent:
    return RefusedEvent(member, event.reference, event.at.isoformat(), answer.status, answer.code)
