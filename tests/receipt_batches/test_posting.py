"""What comes of rows: the same as of single receipts, posted many at once."""

import json
from datetime import timedelta

import pytest

from district.kernel import clock
from district.merchants.services import suspend_merchant
from loyalty import services as loyalty
from loyalty.models import Lot, PointsAccount, Receipt, Transfer
from loyalty.receipt_batches.models import Batch, RowResult
from tests.factories.loyalty import buy, make_earning_store, pay_points
from tests.factories.members import make_member
from tests.receipt_batches.rows import (
    as_csv,
    done,
    ndjson,
    post_all,
    receipt_row,
    refund_row,
    results_by_line,
    upload,
)


def test_rows_are_posted_in_the_order_of_the_file(member, tea):
    batch = post_all(tea, [receipt_row(tea, member, fen=fen) for fen in (12_680, 99, 100)])

    assert results_by_line(batch) == {1: "posted", 2: "posted", 3: "posted"}
    assert (batch.rows, batch.posted, batch.points) == (3, 3, 127)
    lines = Transfer.objects.filter(account=member.pk).order_by("seq")
    assert list(lines.values_list("seq", "points", "available_after")) == [
        (1, 126, 126),
        (2, 1, 127),
    ]
    account = PointsAccount.objects.get(pk=member.pk)
    lots = Lot.objects.filter(account=account)
    assert (account.available, account.seq) == (127, 2)
    assert account.next_due == min(lot.expires_at for lot in lots)


def test_a_batch_posts_what_single_receipts_post(member, tea):
    """Row by row the same, but for ids, instants and the way it came."""
    twin, counter = make_member(), make_earning_store()
    rows = [receipt_row(tea, member, fen=fen) for fen in (12_680, 1, 0, 5_000_000)]
    post_all(tea, rows)
    for row in rows:
        buy(twin, counter, fen=row["paid_fen"], no=row["receipt_no"])

    def books(of, model, *left_out):
        seen = []
        for row in model.objects.filter(account=of.pk).order_by("pk"):
            seen.append(
                {
                    field.attname: getattr(row, field.attname)
                    for field in model._meta.concrete_fields
                    if field.attname not in left_out
                }
            )
        return seen

    common = ("id", "public_id", "account_id", "at", "recorded_at", "merchant_id", "store_id")
    mine = books(member, Transfer, *common)
    assert len(mine) == 2
    assert mine == books(twin, Transfer, *common)
    lots = (*common, "issuer_id", "transfer_id", "active_from")
    assert books(member, Lot, *lots) == books(twin, Lot, *lots)
    receipts = (*common, "issuer_id", "transfer_id", "terms_id", "fingerprint", "source", "paid_at")
    assert books(member, Receipt, *receipts) == books(twin, Receipt, *receipts)


def test_csv_says_the_same_as_ndjson(member, tea):
    rows = [receipt_row(tea, member, fen=fen) for fen in (12_680, 500)]
    rows.append({"kind": "refund", **refund_row(tea, rows[0]["receipt_no"], fen=2_680)})
    rows[0]["kind"] = rows[1]["kind"] = "receipt"

    batch = post_all(tea, as_csv(rows), format=Batch.Format.CSV)

    assert results_by_line(batch) == {2: "posted", 3: "posted", 4: "posted"}
    assert PointsAccount.objects.get(pk=member.pk).available == 105


def test_good_rows_stay_good_among_bad_ones(member, tea):
    other = make_earning_store()
    stranger = make_member()
    good = [receipt_row(tea, member) for _ in range(3)]
    far = clock.now() + timedelta(days=1)
    batch = post_all(
        tea,
        [
            good[0],
            "{",
            receipt_row(tea, member, fen=-1),
            receipt_row(other, member),
            receipt_row(tea, member) | {"member": stranger.public_id[:-1] + "!"},
            receipt_row(tea, member) | {"member": "mem_" + "0" * 22},
            good[1],
            receipt_row(tea, member, at=far),
            "[]",
            {"kind": "gift"},
            refund_row(tea, good[0]["receipt_no"], fen=10**9),
            "",
            good[2],
            "x" * 5_000,
        ],
    )

    assert results_by_line(batch) == {
        1: "posted",
        2: "invalid_request",
        3: "invalid_request",
        4: "store_not_yours",
        5: "invalid_request",
        6: "member_not_found",
        7: "posted",
        8: "receipt_from_the_future",
        9: "invalid_request",
        10: "invalid_request",
        11: "refund_exceeds_payment",
        13: "posted",
        14: "invalid_request",
    }
    assert (batch.rows, batch.posted, batch.refused) == (13, 3, 10)
    wrong = RowResult.objects.get(batch=batch, line=3)
    assert wrong.problem["errors"][0]["field"] == "paid_fen"


def test_a_row_with_two_amounts_is_refused_and_says_why(member, tea):
    row = json.dumps(receipt_row(tea, member, fen=100))
    batch = post_all(tea, [row.replace('"paid_fen": 100', '"paid_fen": 100, "paid_fen": 999900')])

    assert results_by_line(batch) == {1: "invalid_request"}
    assert "重复的字段名" in RowResult.objects.get(batch=batch).problem["detail"]


def test_a_debt_is_repaid_by_a_batch_as_by_a_receipt(member, tea):
    bought = buy(member, tea, fen=10_000, no="OLD")
    pay_points(member, make_earning_store(), points=100)
    refund = refund_row(tea, "OLD", fen=10_000)

    batch = post_all(tea, [refund, receipt_row(tea, member, fen=3_000), receipt_row(tea, member)])

    account = PointsAccount.objects.get(pk=member.pk)
    assert results_by_line(batch) == {1: "posted", 2: "posted", 3: "posted"}
    assert (account.debt, account.available) == (0, 30)
    kinds = list(
        Transfer.objects.filter(account=account).order_by("seq").values_list("kind", flat=True)
    )
    assert kinds == ["earn", "spend", "owe", "earn", "repay", "earn", "repay"]
    assert bought.granted == 100


def test_a_refund_waits_for_its_receipt_in_a_later_chunk(member, tea):
    row = receipt_row(tea, member, fen=10_000)
    refunded = post_all(tea, [refund_row(tea, row["receipt_no"], fen=4_000)])
    assert results_by_line(refunded) == {1: "parked"}

    post_all(tea, [row])

    assert PointsAccount.objects.get(pk=member.pk).available == 60


def test_points_that_wait_are_pending(member):
    later = make_earning_store(loyalty.EarningTerms(pending_days=7))

    batch = post_all(later, [receipt_row(later, member), receipt_row(later, member)])

    account = PointsAccount.objects.get(pk=member.pk)
    assert results_by_line(batch) == {1: "posted", 2: "posted"}
    assert (account.available, account.pending) == (0, 200)
    with clock.travel_to(clock.now() + timedelta(days=8)):
        post_all(later, [receipt_row(later, member)])
    account.refresh_from_db()
    assert (account.available, account.pending) == (200, 100)


@pytest.mark.parametrize("lines", [1, 2, 3])
def test_terms_are_those_of_the_hour_that_was_paid(member, lines):
    now = clock.now()
    counter = make_earning_store()
    loyalty.set_terms(
        merchant=counter.merchant,
        earning_terms=loyalty.EarningTerms(earn_points=2, earn_per_fen=100),
        start=now - timedelta(hours=3),
    )
    hours = [(2, 200), (4, 100), (2, 200)][:lines]

    batch = post_all(
        counter,
        [receipt_row(counter, member, at=now - timedelta(hours=hour)) for hour, _ in hours],
    )

    assert batch.points == sum(points for _, points in hours)


def test_content_without_a_last_line_feed_is_whole(member, tea):
    batch = post_all(tea, ndjson([receipt_row(tea, member)]).strip())

    assert results_by_line(batch) == {1: "posted"}


def test_the_rows_of_a_suspended_merchant_are_refused(member, tea):
    uploaded = upload(tea, ndjson([receipt_row(tea, member), refund_row(tea, "A", fen=1)]))
    suspend_merchant(merchant=tea.merchant, reason="欠款", by=None)

    batch = done(uploaded)

    assert results_by_line(batch) == {1: "merchant_suspended", 2: "merchant_suspended"}
