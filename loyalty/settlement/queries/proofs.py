"""A statement with everything that somebody who trusts us in nothing needs to check it.

docs/verify_statement.py reads it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from district.kernel import clock
from district.kernel.database.postgres import first_row
from loyalty.settlement import merkle
from loyalty.settlement.models import JournalSeal, Statement
from loyalty.settlement.queries.cycles import LedgerWindow, window_of
from loyalty.settlement.queries.journal import journal, last_seal, window_of_seal

FORMAT = "smart-district-statement/2"
# A day is sealed in the night after it, and by this long after midnight at the latest.
SEALED_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class _SealedLine:
    """Where a line of the journal lies: its seal, its place, and the way to the root."""

    day: str
    index: int
    proof: list[str]


def statement_with_proofs(statement: Statement) -> dict[str, Any]:
    """The statement's text and hash; its movements and bookings as the journal has them, proofs and seals.

    One that no seal holds yet has no proof; the next night's does. Only while there is one,
    `sealed_from` says from when a file made anew has all of them.
    """
    window = window_of(statement.cycle)
    movements, bookings = _movements_and_bookings(statement, window)
    seals = list(_seals_about(window))
    entries = [*movements, *bookings]
    found = _places({entry["leaf"] for entry in entries}, seals)
    for entry in entries:
        place = found.get(entry["leaf"])
        entry |= {
            "day": place and place.day,
            "index": place and place.index,
            "proof": place and place.proof,
        }
    days = {place.day for place in found.values()}
    waiting = (
        {} if len(found) == len(entries) else {"sealed_from": sealing_of(statement).isoformat()}
    )
    return waiting | {
        "format": FORMAT,
        "statement": statement.public_id,
        "text": text_of(statement).split("\n"),
        "hash": bytes(statement.hash).hex(),
        "movements": movements,
        "bookings": bookings,
        "seals": [_seal(seal) for seal in _between(seals, days)],
    }


def sealed_from(statement: Statement) -> datetime | None:
    """When the seals will hold all of a statement for certain; None where they do."""
    window, last = window_of(statement.cycle), last_seal()
    if last is not None and last.horizon >= window.horizon and last.ends_at >= window.ends_at:
        return None
    return sealing_of(statement)


def sealing_of(statement: Statement) -> datetime:
    """When the next seal that a statement waits for will stand: of its last day, or of the day after
    those that are sealed."""
    last = last_seal()
    day = clock.business_day(statement.cycle.ends_at) - timedelta(days=1)
    if last is not None:
        day = max(day, last.day + timedelta(days=1))
    # What is late is sealed in the next night.
    day = max(day, clock.business_day(clock.now() - SEALED_AFTER))
    return clock.start_of_day(day + timedelta(days=1)) + SEALED_AFTER


def text_of(statement: Statement) -> str:
    """What a statement's hash is the hash of."""
    row = first_row(
        "select settlement_statement_text(%s, %s) || e'\\n' || settlement_totals("
        "%s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::bigint, %s::bigint,"
        " %s::bigint, %s::bigint, %s::bigint)",
        statement.cycle_id,
        statement.merchant_id,
        statement.receivable,
        statement.payable,
        statement.fees,
        statement.fees_kept,
        statement.credits,
        statement.net,
        statement.prefunded,
        statement.due,
        statement.expired_points,
        statement.charges,
    )
    text: str = row[0]
    return text


def _movements_and_bookings(
    statement: Statement, window: LedgerWindow
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    movements: list[dict[str, Any]] = []
    bookings: list[dict[str, Any]] = []
    with connection.cursor() as cursor:
        cursor.execute(_OF_MERCHANT, window.arguments | {"merchant": statement.merchant_id})
        for letter, leaf, prefunded, fee_bp in cursor.fetchall():
            if letter == "B":
                bookings.append({"leaf": leaf})
            else:
                movements.append({"leaf": leaf, "prefunded": prefunded, "fee_bp": fee_bp})
    return movements, bookings


def _seals_about(window: LedgerWindow) -> Iterator[JournalSeal]:
    """The seals that can hold something of a stretch, in the order of their days."""
    earlier = Q(horizon__lte=window.last_horizon, ends_at__lte=window.last_ends_at)
    yield from JournalSeal.objects.exclude(earlier).order_by("day")


def _places(wanted: set[str], seals: list[JournalSeal]) -> dict[str, _SealedLine]:
    found: dict[str, _SealedLine] = {}
    for seal in seals:
        if len(found) == len(wanted):
            break
        lines = list(journal(window_of_seal(seal)))
        here = {line: index for index, line in enumerate(lines) if line in wanted}
        if not here:
            continue
        tree = merkle.MerkleTree([merkle.leaf_hash(line) for line in lines])
        for line, index in here.items():
            proof = [node.hex() for node in tree.proof(index)]
            found[line] = _SealedLine(seal.day.isoformat(), index, proof)
    return found


def _between(seals: list[JournalSeal], days: set[str]) -> list[JournalSeal]:
    """From the first seal that is needed to the last, none left out: they are a chain."""
    needed = [at for at, seal in enumerate(seals) if seal.day.isoformat() in days]
    return seals[needed[0] : needed[-1] + 1] if needed else []


def _seal(seal: JournalSeal) -> dict[str, Any]:
    return {
        "day": seal.day.isoformat(),
        "horizon": seal.horizon,
        "leaves": seal.leaves,
        "root": bytes(seal.root).hex(),
        "previous": bytes(seal.previous).hex(),
        "hash": bytes(seal.hash).hex(),
    }


_OF_MERCHANT = """
select journal.letter, journal.leaf, journal.prefunded and journal.issuer = %(merchant)s,
    case when journal.redeemer = %(merchant)s then coalesce(terms.redeem_fee_bp, 0) else 0 end
from settlement_journal(%(horizon)s::xid8, %(ends_at)s, %(last_horizon)s::xid8,
                        %(last_ends_at)s) journal
left join loyalty_merchantterms terms
    on terms.merchant_id = journal.redeemer and terms.valid @> journal.paid_at
    and journal.paid_for in ('spend', 'capture')
where journal.letter <> 'G' and %(merchant)s in (journal.issuer, journal.redeemer)
    and journal.issuer <> journal.redeemer
order by journal.transfer, journal.letter, journal.row_id
"""
