"""Ceilings on earning hold in batches: what is above one waits, and its answer says so."""

from district.kernel import clock
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import EarningCounter, EarningReview
from loyalty.receipt_batches.api.schemas import result_of
from loyalty.receipt_batches.queries import results_of
from loyalty.services import AlliancePolicyValues
from tests.factories.members import make_member
from tests.receipt_batches.rows import post_all, receipt_row, results_by_line


def set_alliance_policy(**ceilings):
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(**ceilings), start=clock.now())


def counted(store):
    rows = EarningCounter.objects.filter(subject=f"merchant {store.merchant_id}")
    return sum(rows.values_list("points", flat=True))


def test_a_receipt_above_the_ceiling_waits_and_its_member_earns_one_by_one(member, tea):
    other = make_member()
    rows = [
        receipt_row(tea, member, fen=1_000),
        receipt_row(tea, member, fen=10**12),
        receipt_row(tea, member, fen=2_000),
        receipt_row(tea, other, fen=3_000),
    ]
    batch = post_all(tea, rows)

    assert set(results_by_line(batch).values()) == {"posted"}
    assert [result_of(result)["review"] for result in results_of(batch)] == [
        None,
        "waiting",
        None,
        None,
    ]
    assert queries.balance_of(member) == queries.Balance(30, 0, 10**10, 0)
    assert counted(tea) == 60


def test_a_day_of_a_key_is_filled_to_the_last_point(member, tea):
    set_alliance_policy(key_day_ceiling_points=35)
    batch = post_all(tea, [receipt_row(tea, make_member(), fen=1_000) for _ in range(5)])

    reviews = [result_of(result)["review"] for result in results_of(batch)]
    assert reviews == [None, None, None, "waiting", "waiting"]
    assert EarningReview.objects.first().exceeds == ["key_day"]


def test_a_day_of_a_member_adds_up_over_batches_and_receipts(member, tea):
    set_alliance_policy(member_day_ceiling_points=35)
    for _ in range(3):
        post_all(tea, [receipt_row(tea, member, fen=fen) for fen in (1_000, 500)])

    assert queries.balance_of(member) == queries.Balance(35, 0, 10, 0)


def test_rows_reported_before_take_nothing_of_the_day(member, tea):
    """The counters were filled as if all rows were new; what was not needed went back."""
    rows = [receipt_row(tea, member, fen=1_000) for _ in range(3)]
    post_all(tea, rows)
    post_all(tea, [*rows, receipt_row(tea, member, fen=1_000)])

    assert counted(tea) == 40
