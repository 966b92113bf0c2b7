"""The page behind a credit code, by the directory's entry of a store on the same server."""

from benchmarks.bench import Bench
from benchmarks.comparison import compare
from benchmarks.report import BenchmarkResult, RatioTarget, Target, compared, further_ratios
from benchmarks.web import LoadRequest, web

TARGET = Target(0.5, 0.8)
ANYBODY = "anybody"
PAGE = LoadRequest(ANYBODY, "/m/<line>", "")
STANDING = LoadRequest(ANYBODY, "/api/v1/stores/str_<merchant>/credit", "")
STORE = LoadRequest(ANYBODY, "/api/v1/stores/str_<merchant>", "")


def credit_page(bench: Bench) -> BenchmarkResult:
    """GET /m/… of codes of all stores, each scan counted, and GET /stores/{id}/credit, by GET /stores/{id}."""
    from django.db.models import Sum

    from credit import services as credit
    from credit.code_links import link_of
    from credit.models import CreditCode, StoreScanCount

    scale = bench.scale
    bench.run_sql(bench.filled("credit.sql").replace(":all_merchants", str(scale.merchants)))
    credit.take_snapshots()
    bench.settle()
    lines = bench.folder / "codes.txt"
    links = (link_of(code) for code in CreditCode.objects.order_by("pk"))
    lines.write_text("".join(link.partition("/m/")[2] + "\n" for link in links))
    with web(bench) as server:
        others = server.another()
        candidates = {
            "page": lambda: server.load(PAGE, lines=str(lines), connections=scale.clients),
            "api": lambda: others.load(STANDING, connections=scale.clients),
            "store": lambda: others.load(STORE, connections=scale.clients),
        }
        for first in candidates.values():
            first()
        runs = compare(scale, candidates)
    scans = StoreScanCount.objects.aggregate(scans=Sum("count"))["scans"] or 0
    if bench.corrupt:
        scans = 0
    if not server.acknowledged <= scans <= server.acknowledged + server.in_flight:
        bench.refuse(f"{scans} scans are counted and {server.acknowledged} pages were acknowledged")
    pairs = {"page": RatioTarget("store", TARGET), "api": RatioTarget("store", TARGET)}
    return compared(
        "credit_page",
        runs,
        TARGET,
        ours="page",
        limit="store",
        limit_is="GET /api/v1/stores/{id} on the same server, as many connections",
        unit="requests/s",
        ratios=further_ratios(runs, pairs),
        latencies=server.latencies,
    )
