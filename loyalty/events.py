"""The facts the ledger tells upward. The SQL functions write them, in the posting's transaction."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PointsEarned:
    transfer: int
    receipt: int
    member: int
    merchant: int
    store: int
    points: int


@dataclass(frozen=True)
class PointsSpent:
    transfer: int
    member: int
    merchant: int
    store: int
    points: int


@dataclass(frozen=True)
class PointsExpired:
    transfer: int
    member: int
    points: int


@dataclass(frozen=True)
class TransferReversed:
    transfer: int
    reverses: int
    member: int
    points: int
