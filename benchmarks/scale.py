"""How much data, how long, how often."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    members: int
    merchants: int
    tpcb: int  # pgbench's scale factor
    seconds: int  # of each run
    rounds: int
    clients: int
    few_clients: int  # what two cores carry with the least CPU an act
    # Each run waits so many seconds for the others on this machine to use less than `quiet` cores.
    patience_seconds: float = 0.0
    quiet: float = 0.25
    tiny: bool = False
    # Where one number of connections does not show all: these beside `clients`.
    fewest: int = 1
    most: int = 64

    @property
    def levels(self) -> tuple[int, ...]:
        return tuple(sorted({self.fewest, self.clients, self.most}))


FULL = Scale(
    members=100_000,
    merchants=300,
    tpcb=20,
    seconds=4,
    rounds=5,
    clients=16,
    few_clients=8,
    patience_seconds=30.0,
)
# For the tests: everything runs, nothing it says means anything.
TINY = Scale(
    members=200,
    merchants=5,
    tpcb=1,
    seconds=1,
    rounds=1,
    clients=4,
    few_clients=2,
    tiny=True,
    most=4,
)
