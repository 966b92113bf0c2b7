"""The day as the till counted it, compared with ours."""

from datetime import timedelta

from district.kernel import clock
from loyalty.receipt_batches import services
from loyalty.receipt_batches.models import Difference, Reconciliation
from loyalty.receipt_batches.services import DayTotals, TillCount
from tests.factories.loyalty import buy, fresh_key, make_earning_store, pay_points, undo
from tests.factories.members import make_member
from tests.receipt_batches.rows import post_all, receipt_row, refund_row

NOTHING = TillCount(0, 0)


def reconciled(store, *, receipts=NOTHING, refunds=NOTHING, spendings=NOTHING, day=None, key=None):
    return services.reconcile_day(
        store=store,
        day=day or clock.business_day(clock.now()),
        till_totals=DayTotals(receipts, refunds, spendings),
        actor="till:1",
        key=key or fresh_key(),
    )


def listed(*pairs):
    return TillCount(len(pairs), sum(amount for _, amount in pairs), pairs)


def test_a_day_of_everything_agrees(member, tea):
    buy(member, tea, fen=9_900, no="A-1")
    buy(member, tea, fen=100, no="A-2")
    buy(member, make_earning_store(), fen=77, no="ELSEWHERE")
    pay_points(member, tea, points=30, no="P-1")
    undone = pay_points(member, tea, points=20, no="P-2")
    undo(undone, tea)
    post_all(
        tea, [refund_row(tea, "A-1", fen=100, no="F-1"), refund_row(tea, "X", fen=5, no="F-2")]
    )

    row = reconciled(
        tea,
        receipts=listed(("A-1", 9_900), ("A-2", 100)),
        refunds=listed(("F-2", 5), ("F-1", 100)),
        spendings=listed(("P-1", 30), ("P-2", 20)),
    )

    assert (row.agrees, row.differences) == (True, 0)
    assert (row.our_receipts, row.our_paid_fen) == (2, 10_000)
    assert (row.our_refunds, row.our_refunded_fen) == (2, 105)
    assert (row.our_spendings, row.our_spent_points) == (2, 50)


def test_every_difference_is_named(member, tea):
    buy(member, tea, fen=100, no="BOTH")
    buy(member, tea, fen=200, no="OURS")
    buy(member, tea, fen=300, no="OTHER")
    pay_points(member, tea, points=2, no="P-1")

    row = reconciled(
        tea,
        receipts=listed(("BOTH", 100), ("THEIRS", 50), ("OTHER", 301)),
        spendings=listed(),
        refunds=listed(("F-1", 9)),
    )

    found = Difference.objects.filter(reconciliation=row)
    assert set(found.values_list("kind", "what", "number", "theirs", "ours")) == {
        ("receipt", "missing_here", "THEIRS", 50, None),
        ("receipt", "missing_there", "OURS", None, 200),
        ("receipt", "other_amount", "OTHER", 301, 300),
        ("spending", "missing_there", "P-1", None, 2),
        ("refund", "missing_here", "F-1", 9, None),
    }
    assert (row.agrees, row.differences) == (False, 5)


def test_totals_alone_decide_whether_it_agrees(member, tea):
    buy(member, tea, fen=100)

    assert reconciled(tea, receipts=TillCount(1, 100)).agrees
    wrong = reconciled(tea, receipts=TillCount(1, 101))
    assert (wrong.agrees, wrong.differences) == (False, None)


def test_equal_totals_do_not_hide_a_difference(member, tea):
    buy(member, tea, fen=100, no="A")

    row = reconciled(tea, receipts=listed(("B", 100)))

    assert (row.agrees, row.differences) == (False, 2)


def test_a_receipt_counts_on_the_shanghai_day_it_was_paid(member, tea):
    today = clock.business_day(clock.now())
    yesterday = today - timedelta(days=1)
    midnight = clock.start_of_day(today)
    post_all(
        tea,
        [
            receipt_row(tea, member, fen=1, at=midnight - timedelta(microseconds=1)),
            receipt_row(tea, member, fen=10, at=midnight),
        ],
    )

    assert reconciled(tea, receipts=TillCount(1, 10)).agrees
    assert reconciled(tea, receipts=TillCount(1, 1), day=yesterday).agrees


def test_the_undoing_of_a_wrong_member_is_no_refund(tea):
    undo(buy(make_member(), tea, fen=100).transfer, tea)

    assert reconciled(tea, receipts=TillCount(1, 100)).agrees


def test_many_differences_are_counted_and_the_first_kept(tea, monkeypatch):
    monkeypatch.setattr("loyalty.receipt_batches.services.reconcile.MAX_KEPT_DIFFERENCES", 3)

    row = reconciled(tea, receipts=listed(*((f"N-{number}", 1) for number in range(10))))

    assert (row.differences, row.found.count()) == (10, 3)


def test_the_same_key_gives_the_same_comparison(member, tea):
    key = fresh_key()
    first = reconciled(tea, receipts=TillCount(1, 100), key=key)
    buy(member, tea, fen=100)

    again = reconciled(tea, receipts=TillCount(1, 100), key=key)
    anew = reconciled(tea, receipts=TillCount(1, 100))

    assert (again.pk, again.agrees, anew.agrees) == (first.pk, False, True)
    assert Reconciliation.objects.count() == 2
