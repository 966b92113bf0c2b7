"""Ceilings on earning hold in batches: what is above one waits, and its answer says so."""

from district.kernel import clock
from loyalty import queries
from loyalty import services as loyalty
from loyalty.batches.api.schemas import answer_of
from loyalty.batches.queries import answers_of
from loyalty.models import EarningCounter, EarningReview
from loyalty.services import Rules
from tests.batches.rows import post_all, receipt_row, told
from tests.factories.members import make_member


def set_rules(**ceilings):
    loyalty.set_rules(rules=Rules(**ceilings), start=clock.now())


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

    assert set(told(batch).values()) == {"posted"}
    assert [answer_of(one)["review"] for one in answers_of(batch)] == [None, "waiting", None, None]
    assert queries.balance_of(member) == queries.Balance(30, 0, 10**10, 0)
    assert counted(tea) == 60


def test_a_day_of_a_key_is_filled_to_the_last_point(member, tea):
    set_rules(key_day_ceiling_points=35)
    batch = post_all(tea, [receipt_row(tea, make_member(), fen=1_000) for _ in range(5)])

    reviews = [answer_of(one)["review"] for one in answers_of(batch)]
    assert reviews == [None, None, None, "waiting", "waiting"]
    assert EarningReview.objects.first().exceeds == ["key_day"]


def test_a_day_of_a_member_adds_up_over_batches_and_receipts(member, tea):
    set_rules(member_day_ceiling_points=35)
    for _ in range(3):
        post_all(tea, [receipt_row(tea, member, fen=fen) for fen in (1_000, 500)])

    assert queries.balance_of(member) == queries.Balance(35, 0, 10, 0)


def test_rows_told_before_take_nothing_of_the_day(member, tea):
    """The counters were filled as if all rows were new; what was not needed went back."""
    rows = [receipt_row(tea, member, fen=1_000) for _ in range(3)]
    post_all(tea, rows)
    post_all(tea, [*rows, receipt_row(tea, member, fen=1_000)])

    assert counted(tea) == 40
