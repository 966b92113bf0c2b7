"""The night's snapshots of all merchants, by a bare set-based sum of the same facts."""

from typing import Any

from benchmarks.bench import Bench
from benchmarks.comparison import Run, compare
from benchmarks.report import BenchmarkResult, Target, compared

TARGET = Target(0.3, 0.5)
MERCHANTS, FEWEST_MERCHANTS = 5_000, 40
# The sums of the score: each fact by the weight of its day, which stands in a table.
BARE = """
    with receipt as (
        select merchant_id, sum(weight) from loyalty_receipt
        join bench_weight on age = {age_of_paid}
        where paid_fen > 0 and refunded_fen < paid_fen and not freed group by merchant_id),
    rating as (
        select merchant_id, sum(weight), sum(weight * (stars - 1)) from credit_rating
        join bench_weight on age = {age_of_rated} group by merchant_id),
    closed as (
        select merchant_id, sum(weight), sum(weight) filter (where is_on_time), sum(weight * stars)
        from credit_caseoutcomeversion join bench_weight on age = {today} - 1 - final_on group by merchant_id),
    checked as (
        select merchant_id, sum(weight * passed), sum(weight * (passed + failed))
        from credit_inspection join bench_weight on age = {today} - 1 - inspected_on group by merchant_id)
    select count(*), sum(receipt.sum) from receipt
    left join rating using (merchant_id) left join closed using (merchant_id) left join checked using (merchant_id)
"""
_TODAY = "(now() at time zone 'Asia/Shanghai')::date"
# So that the same night can be taken again: no verb does this.
FORGET = """
    alter table credit_creditsnapshot disable trigger user;
    delete from credit_creditsnapshot;
    -- Foreign keys wait for the end of a transaction, and a table that waits cannot be altered.
    set constraints all immediate;
    alter table credit_creditsnapshot enable trigger user;
"""


def credit_score(bench: Bench) -> BenchmarkResult:
    """take_snapshots of 5,000 merchants: facts read, scored, explained, sealed and stored, by sums that store nothing."""
    from django.db import connection

    from credit import services as credit
    from credit.score.decay import decay_weights
    from credit.score.policy_document import credit_v1

    merchants = FEWEST_MERCHANTS if bench.scale.tiny else MERCHANTS
    bench.run_sql(bench.filled("credit.sql").replace(":all_merchants", str(merchants)))
    policy = credit_v1()
    weights = decay_weights(policy.half_life_days, policy.horizon_days)
    rows = ", ".join(f"({age}, {weight})" for age, weight in enumerate(weights))
    bench.run_sql(
        f"create table bench_weight (age int primary key, weight bigint);"
        f" insert into bench_weight values {rows}"
    )
    bench.settle()
    bare_sql = BARE.format(
        today=_TODAY,
        age_of_paid=_age("paid_at"),
        age_of_rated=_age("rated_at"),
    )

    def ours() -> Run:
        bench.run_sql(FORGET)
        bench.settle()
        return _run(bench, merchants, credit.take_snapshots)

    def bare() -> Run:
        def query() -> None:
            with connection.cursor() as cursor:
                cursor.execute(bare_sql)
                found.append(cursor.fetchone())

        return _run(bench, merchants, query)

    found: list[Any] = []
    runs = compare(bench.scale, {"ours": ours, "limit": bare})
    _require_right(bench, merchants, found)
    return compared(
        "credit_score",
        runs,
        TARGET,
        limit_is="a bare SQL sum of the same decayed facts in one statement, writing nothing",
        unit="merchants/s",
        receipts=bench.rows("loyalty_receipt"),
        ratings=bench.rows("credit_rating"),
    )


def _age(column: str) -> str:
    return f"{_TODAY} - 1 - ({column} at time zone 'Asia/Shanghai')::date"


def _run(bench: Bench, merchants: int, act: Any) -> Run:
    with bench.measure() as used:
        act()
    return Run.of(merchants, merchants / used.elapsed_seconds, used)


def _require_right(bench: Bench, merchants: int, found: list[Any]) -> None:
    """Each merchant has its snapshot, of all its purchases, and some come out again from their facts."""
    from credit.models import CreditSnapshot
    from credit.queries.snapshots import recompute

    if bench.corrupt:
        bench.run_sql(
            "alter table credit_creditsnapshot disable trigger user;"
            " update credit_creditsnapshot set score = 1 where merchant_id = 1"
        )
    bench.require("credit_creditsnapshot", merchants)
    if found[-1][0] != merchants:
        bench.refuse(f"the bare sum has {found[-1][0]} merchants")
    counted = bench.value(
        "select sum((row ->> 1)::int) from credit_creditsnapshot,"
        " jsonb_array_elements(inputs -> 'transactions') row"
    )
    if counted != bench.rows("loyalty_receipt"):
        bench.refuse(f"{counted} purchases are in the inputs")
    for row in CreditSnapshot.objects.order_by("merchant")[:20]:
        again = recompute(row)
        if not (again.is_right and again.are_facts_the_same):
            bench.refuse(f"the snapshot of merchant {row.merchant_id} does not come out again")
