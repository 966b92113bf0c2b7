"""The rollup moves on, so that sums over the whole ledger read only its newest lines."""

from district.kernel.database.postgres import call


def advance_rollup() -> int:
    """Take in every line whose transaction has ended; how many. Two at once take turns.

    Right beside any traffic: what may still commit stays for the next time (loyalty/sql/rollup.sql).
    """
    lines: int = call("loyalty_advance_rollup")
    return lines
