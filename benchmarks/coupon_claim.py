"""The rush for a coupon: over 1, 16 and 64 connections, by the verb and over HTTP, spread and on one hot row."""

from collections.abc import Callable

from benchmarks.bench import Bench
from benchmarks.comparison import Run, compare
from benchmarks.coupon_load import campaign, sign_in, verb_workers
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, RatioTarget, Target, compared, further_ratios
from benchmarks.web import PHONE, RECEIPTS, web

SERVICE, HTTP = Target(0.5, 0.7), Target(0.8, 0.95)
SLOTS, STOCK = 16, 100_000_000
# The bare function numbers a member's coupons by chance, which is all it saves on counting them.
UNCOUNTED = frozenset({"the coupons of a member that count are counted"})


def coupon_claim(bench: Bench) -> BenchmarkResult:
    """claim_coupon by the least a claim can be in SQL, a coupon inserted and its slot counted down; over
    HTTP by receipts over as many connections. One hot row, and the answers when nothing is left, beside."""
    scale, pgbench = bench.scale, Pgbench(bench)
    pgbench.prepare_tpcb()
    sign_in(bench)
    bench.run_sql(bench.filled("bare_claim.sql"))
    bare, function = bench.script("bare_claim.pgb"), bench.script("claim.pgb")
    usual = scale.clients
    # Each candidate of each level has a campaign of its own, and so as many coupons a member as the others.
    versions: dict[str, int] = {}

    def fresh(rival: str, slots: int = SLOTS) -> int:
        versions[rival] = campaign(stock=STOCK, slots=slots).pk
        return versions[rival]

    with web(bench) as server, verb_workers(bench) as people:
        tills = server.another()

        def by_verb(rival: str, connections: int, slots: int = SLOTS) -> Callable[[], Run]:
            version = fresh(rival, slots)
            return lambda: people.claims(version, connections)

        def by_sql(
            rival: str, path: str, connections: int, slots: int = SLOTS
        ) -> Callable[[], Run]:
            known = {"version": fresh(rival, slots), "slots": slots}
            script = {"bare": bare, "function": function}[path]
            return lambda: pgbench.script(script, clients=connections, **known)

        def by_phone(rival: str, connections: int) -> Callable[[], Run]:
            claims = PHONE.claim(_public_id(fresh(rival)))
            return lambda: server.load(claims, connections=connections)

        def receipts(connections: int) -> Callable[[], Run]:
            return lambda: tills.load(RECEIPTS, connections=connections)

        none_left = campaign(stock=1)
        _use_up(none_left.pk)
        misses = server.another()
        candidates: dict[str, Callable[[], Run]] = {}
        for level in scale.levels:
            candidates |= {
                f"service_{level}": by_verb(f"service_{level}", level),
                f"bare_{level}": by_sql(f"bare_{level}", "bare", level),
                f"http_{level}": by_phone(f"http_{level}", level),
                f"receipts_{level}": receipts(level),
            }
        candidates |= {
            "service_hot": by_verb("service_hot", usual, slots=1),
            "bare_hot": by_sql("bare_hot", "bare", usual, slots=1),
            "function": by_sql("function", "function", usual),
            "sold_out": lambda: people.claims(none_left.pk, usual, sold_out=True),
            "sold_out_http": lambda: misses.load(
                PHONE.claim(none_left.public_id), connections=usual, refused=True
            ),
            "tpcb": pgbench.tpcb,
        }
        warm = {name: candidates[name]().acts for name in (f"service_{usual}", f"http_{usual}")}
        tills.load(RECEIPTS, connections=usual)
        # Kept connections have planned on empty tables; now that rows are there, all plan anew.
        bench.settle()
        runs = compare(scale, candidates)
    for rival, version in versions.items():
        _require_coupons(bench, version, sum(run.acts for run in runs[rival]) + warm.get(rival, 0),
                         in_flight=server.in_flight)  # fmt: skip
    bench.require(f"coupons_coupon where version_id = {none_left.pk}", 1)
    bench.require_receipts(
        tills.acknowledged, in_flight=tills.in_flight, alone=False, unasked=UNCOUNTED
    )
    pairs = {f"service_{level}": RatioTarget(f"bare_{level}", SERVICE) for level in scale.levels}
    pairs |= {f"http_{level}": RatioTarget(f"receipts_{level}", HTTP) for level in scale.levels}
    pairs |= {
        "service_hot": RatioTarget("bare_hot", SERVICE),
        f"service_{usual} ": RatioTarget("service_hot"),
        f"bare_{usual}": RatioTarget("bare_hot"),
        "function": RatioTarget(f"bare_{usual}"),
        "sold_out_http": RatioTarget(f"http_{usual}"),
    }
    return compared(
        "coupon_claim",
        runs,
        SERVICE,
        ours=f"service_{usual}",
        limit=f"bare_{usual}",
        limit_is=f"pgbench on a bare function: coupon and slot only, {SLOTS} slots, as many clients",
        unit="claims/s",
        ratios=further_ratios(runs, pairs),
        latencies=server.latencies,
    )


def _public_id(version: int) -> str:
    from coupons.models import TemplateVersion

    return TemplateVersion.objects.get(pk=version).public_id


def _use_up(version: int) -> None:
    from coupons.models import TemplateVersion
    from coupons.services import claim_coupon
    from district.kernel.idempotency import Key
    from district.members.models import Member

    claim_coupon(
        version=TemplateVersion.objects.get(pk=version),
        member=Member.objects.get(pk=1),
        key=Key.of("benchmark", "the last one"),
    )


def _require_coupons(bench: Bench, version: int, acknowledged: int, *, in_flight: int) -> None:
    """Raises Incorrect unless the campaign gave out what was acknowledged, and its slots say the same."""
    issued = bench.rows(f"coupons_coupon where version_id = {version}")
    if not acknowledged <= issued <= acknowledged + in_flight:
        bench.refuse(f"{issued} coupons were given and {acknowledged} acknowledged")
    taken = bench.value(
        f"select sum(capacity - remaining) from coupons_stockslot where version_id = {version}"
    )
    if taken != issued:
        bench.refuse(f"{taken} units were taken for {issued} coupons")
