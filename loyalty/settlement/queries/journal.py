"""The journal as it was sealed, day by day."""

from collections.abc import Iterator

from django.db import connection, transaction

from loyalty.settlement.models import JournalSeal
from loyalty.settlement.queries.cycles import LedgerWindow

_BATCH = 5_000


def last_seal() -> JournalSeal | None:
    return JournalSeal.objects.order_by("-day").first()


def window_of_seal(seal: JournalSeal) -> LedgerWindow:
    last = JournalSeal.objects.filter(day__lt=seal.day).order_by("-day").first()
    if last is None:
        return LedgerWindow(seal.horizon, seal.ends_at)
    return LedgerWindow(seal.horizon, seal.ends_at, last.horizon, last.ends_at)


def journal(window: LedgerWindow) -> Iterator[str]:
    """The lines of a stretch in the order in which they are sealed, streamed."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_JOURNAL, window.arguments)
        while rows := cursor.fetchmany(_BATCH):
            for (leaf,) in rows:
                yield leaf


_JOURNAL = """
select leaf from settlement_journal(%(horizon)s::xid8, %(ends_at)s, %(last_horizon)s::xid8,
                                    %(last_ends_at)s)
order by transfer, letter, row_id
"""
