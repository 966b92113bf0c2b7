"""What the benchmarks of coupons share: campaigns, coupons for many, phones, and verbs called by worker processes."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from benchmarks.bench import Bench
from benchmarks.comparison import Run
from benchmarks.in_process import PROCESSES, run_together, worker

if TYPE_CHECKING:
    from coupons.models import TemplateVersion

# ¥5 off, half of it borne by the merchant that redeems and half by the alliance.
FACE_FEN = 500
_FROM, _UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
_numbers = count(1)


def campaign(**fields: Any) -> "TemplateVersion":
    """A published version that two people decided on, without limits that a run would reach."""
    from coupons import services
    from coupons.models import TemplateVersion
    from district.members.models import User

    number = next(_numbers)
    drafter, approver = (
        User.objects.create(kind="staff", username=f"{who}{number}", password="!")
        for who in ("drafter", "approver")
    )
    draft = TemplateVersion(
        template=services.create_template(name=f"B{number}", merchant=None, by=drafter),
        kind="cash_off",
        face_fen=FACE_FEN,
        threshold_fen=2_000,
        claim_from=_FROM,
        claim_until=_UNTIL,
        valid_from=_FROM,
        valid_until=_UNTIL,
        per_member=100,
        **fields,
    )
    version = services.save_draft(draft=draft, payers=[(None, 5_000)], by=drafter)
    services.submit_version(version=version, by=drafter)
    return services.approve_version(version=version, by=approver)


def sign_in(bench: Bench) -> None:
    """A session of every member, under a token that a load generator can spell."""
    bench.run_sql(bench.filled("sessions.sql"))
    bench.settle()


@dataclass
class CouponPool:
    """Coupons of one use that members hold, numbered without a gap; each is handed out here once."""

    version: int
    first: int
    last: int
    taken: int = 0

    @property
    def rest(self) -> range:
        return range(self.first + self.taken, self.last + 1)

    def take(self, many: int) -> range:
        """The next so many."""
        numbers = self.rest[:many]
        assert len(numbers) == many, "a benchmark made fewer coupons than it uses"
        self.taken += many
        return numbers


def coupon_pool(bench: Bench, many: int) -> CouponPool:
    """So many coupons, of all members in turns: the coupon of number n is held by 1 + n modulo the members."""
    version = campaign()
    first = (bench.value("select max(id) from coupons_coupon") or 0) + 1
    filled = bench.filled("coupons.sql")
    last = first + many - 1
    named = {"version": version.pk, "template": version.template_id, "first": first, "last": last}
    for name, value in named.items():
        filled = filled.replace(f":{name}", str(value))
    bench.run_sql(filled)
    bench.settle()
    return CouponPool(version.pk, first, last)


@dataclass
class VerbWorkers:
    """Verbs of coupons called over as many connections as one likes, by a few processes with threads."""

    bench: Bench
    workers: list[subprocess.Popen[str]]

    def claims(self, version: int, connections: int, *, sold_out: bool = False) -> Run:
        """claim_coupon by random members; `sold_out` when none is left and each must be refused."""
        terms = {"version": version, "sold_out": sold_out}
        return self._run("claim", connections, [terms] * len(self.workers))

    def redemptions(self, of: CouponPool, many: int, connections: int) -> Run:
        """redeem_coupons, up to so many of a pool."""
        share = many // PROCESSES
        parts = [of.take(share) for _ in self.workers]
        return self._run("redeem", connections, [{"first": p[0], "last": p[-1]} for p in parts])

    def _run(self, verb: str, connections: int, terms: list[dict[str, Any]]) -> Run:
        threads = [
            connections // PROCESSES + (number < connections % PROCESSES)
            for number in range(PROCESSES)
        ]
        order = {"verb": verb, "seconds": self.bench.scale.seconds}
        return run_together(
            self.bench,
            {
                process: json.dumps(order | {"threads": many, "terms": mine})
                for process, many, mine in zip(self.workers, threads, terms, strict=True)
                if many
            },
        )


@contextmanager
def verb_workers(bench: Bench) -> Iterator[VerbWorkers]:
    """The processes, ready; each thread has a connection of its own while it works."""
    with ExitStack() as stack:
        yield VerbWorkers(
            bench,
            [
                stack.enter_context(worker("coupon_worker", number, bench.scale.members))
                for number in range(PROCESSES)
            ],
        )
