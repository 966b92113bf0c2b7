"""Trouble on order: what goes wrong with the next calls of a route."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "latency", "errcode", "http", "garbage", "cut", "refuse",
    "bad_signature", "probe", "stale", "unknown_serial", "certificate", "wrong_key", "wrong_amount",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass
class Fault:
    """One kind of trouble for a number of calls; `times` None means until cleared.

    latency  the answer comes `seconds` late      errcode  refused with `number`, no work done
    http     answered with HTTP status `number`   garbage  answered with something that is no JSON
    cut      the work is done and the connection closed without an answer

    WeChat Pay also: refuse (HTTP `number` with `code`, no work done), and signatures of answers and notices that
    are wrong: bad_signature, probe, stale, unknown_serial; right ones by the certificate; for the route `notice`
    wrong_key (encrypted with another APIv3 key) and wrong_amount (one fen more, rightly signed).
    """

    kind: Kind
    times: int | None = 1
    seconds: float = 0.0
    number: int = -1
    code: str = "SYSTEM_ERROR"


class FaultPlan:
    """The faults waiting for each route, first ordered first served."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Fault]] = {}

    def add(self, route: str, fault: Fault) -> None:
        self._waiting.setdefault(route, []).append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, route: str) -> Fault | None:
        queue = self._waiting.get(route)
        if not queue:
            return None
        fault = queue[0]
        if fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                queue.pop(0)
        return fault
