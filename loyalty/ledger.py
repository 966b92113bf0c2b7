"""The only Python that calls the ledger's SQL functions: typed, refusals translated.

Each function is one server call and one transaction of its own when the caller has none open;
a surrounding `transaction.atomic` costs a quarter of the rate and buys nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from district.kernel.events import ring_after_commit
from district.kernel.idempotency import Key
from district.kernel.ids import new_id
from district.kernel.postgres import call


@dataclass(frozen=True)
class Place:
    """Where a posting happens and who causes it, as ids."""

    merchant: int
    store: int
    actor: str


@dataclass(frozen=True)
class Grant:
    """What a receipt earns: points, their price to the issuer, their exclusive end, the terms used."""

    points: int
    price_milli_fen: int
    expires_at: datetime
    terms: int


@dataclass(frozen=True)
class Bill:
    """A purchase as the till knows it."""

    receipt_no: str
    paid_fen: int
    paid_at: datetime
    source: str


@dataclass(frozen=True)
class Entry:
    """A transfer just written, and what became of the account by it."""

    public_id: str
    pk: int
    seq: int
    available: int


@dataclass(frozen=True)
class Posted:
    """A receipt in the ledger; `entry` is what it earned. A repetition only knows the number."""

    receipt: int
    repeated: bool
    entry: Entry | None


def earn(*, member: int, place: Place, bill: Bill, grant: Grant, key: Key, at: datetime) -> Posted:
    """Post a receipt and its points, exactly once per key and receipt number.

    Raises KeyReused, ReceiptAlreadyPosted.
    """
    public_id = new_id("tr")
    receipt, *written = call(
        "loyalty_earn",
        *(key.scope, key.key, key.terms),
        *(member, place.merchant, place.store),
        *(bill.receipt_no, bill.paid_fen, bill.paid_at),
        *(grant.terms, grant.points, grant.price_milli_fen, grant.expires_at),
        *(public_id, bill.source, place.actor, at),
    )
    ring_after_commit()
    entry = Entry(public_id, *written) if any(written) else None
    return Posted(receipt, repeated=not written, entry=entry)


def spend(
    *, member: int, place: Place, points: int, request_no: str, key: Key, at: datetime
) -> int:
    """Draw points from the oldest lots, exactly once per key and request number; the transfer's pk.

    Raises InsufficientPoints, KeyReused, RequestAlreadyPosted.
    """
    pk: int = call(
        "loyalty_spend",
        *(key.scope, key.key, key.terms),
        *(member, place.merchant, place.store, request_no, points, new_id("tr"), place.actor, at),
    )
    ring_after_commit()
    return pk


def reverse(*, transfer: int, store: int, actor: str, reason: str, key: Key, at: datetime) -> int:
    """Undo a whole earning or spending by a counter-entry, once; the new transfer's pk.

    Raises KeyReused, TransferNotReversible.
    """
    pk: int = call(
        "loyalty_reverse",
        *(key.scope, key.key, key.terms),
        *(transfer, store, reason, new_id("tr"), actor, at),
    )
    ring_after_commit()
    return pk


def expire(*, account: int, at: datetime) -> int:
    """Expire one account's due lots, unless the account is busy; how many points."""
    points: int = call("loyalty_expire_account", account, at)
    return points
