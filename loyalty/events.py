"""The facts the ledger tells upward. The SQL functions write them, in the posting's transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PointsEarned:
    transfer: int
    receipt: int
    account: int
    merchant: int
    store: int
    points: int


@dataclass(frozen=True)
class PointsSpent:
    transfer: int
    account: int
    merchant: int
    store: int
    points: int


@dataclass(frozen=True)
class PointsExpired:
    transfer: int
    account: int
    points: int


@dataclass(frozen=True)
class TransferReversed:
    transfer: int
    reverses: int
    account: int
    points: int
