"""Cycles, and the stretch of the ledger that belongs to one."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from district.kernel.database.postgres import first_row
from loyalty.settlement.models import Cycle

# Later than any instant the ledger knows; and a horizon above every transaction.
_BEFORE_ALL = datetime(1, 1, 2, tzinfo=UTC)
_NO_HORIZON = 2**63 - 1


@dataclass(frozen=True)
class LedgerWindow:
    """A stretch of the ledger: what lies before a horizon and an end, and not before the last ones."""

    horizon: int
    ends_at: datetime
    last_horizon: int = 0
    last_ends_at: datetime = _BEFORE_ALL

    @property
    def arguments(self) -> dict[str, Any]:
        """What the SQL functions of windows take, by name."""
        return {
            "horizon": str(self.horizon),
            "ends_at": self.ends_at,
            "last_horizon": str(self.last_horizon),
            "last_ends_at": self.last_ends_at,
        }


def last_cycle() -> Cycle | None:
    return Cycle.objects.order_by("-number").first()


def window_of(cycle: Cycle) -> LedgerWindow:
    """What belongs to a cycle; of one that is not proposed yet, what was posted so far."""
    horizon = _NO_HORIZON if cycle.horizon is None else cycle.horizon
    last = None
    if cycle.follows is not None:
        last = Cycle.objects.filter(number=cycle.follows).first()
    if last is None:
        return LedgerWindow(horizon, cycle.ends_at)
    assert last.horizon is not None, "a cycle begins when the last one has closed"
    return LedgerWindow(horizon, cycle.ends_at, last.horizon, last.ends_at)


def horizon_now() -> int:
    """A transaction number below which every transaction of this database has ended, whatever came of it.

    The snapshot spans the whole server. What it shows in progress and a session of another database
    holds is none of ours; what no session is seen to hold may be, and stays above the horizon.
    """
    row = first_row(_HORIZON)
    return int(row[0])


# The snapshot leaves our own transaction out. A session shows the lower 32 bits of its number.
_HORIZON = """
    select least(
        (select min(xip::text::bigint) from pg_snapshot_xip(taken.snapshot) xip
         where not exists (
             select from pg_stat_activity session
             where session.datname <> current_database()
                 and session.backend_xid::text::bigint = xip::text::bigint & 4294967295)),
        pg_current_xact_id_if_assigned()::text::bigint,
        pg_snapshot_xmax(taken.snapshot)::text::bigint)
    from (select pg_current_snapshot() as snapshot) taken
"""
