from datetime import datetime

import pytest

from district.replay.errors import UnreadableData
from district.replay.receipts import online_retail
from district.replay.receipts.dataset import ReceiptEvent, RefundEvent, SpendingEvent
from district.replay.receipts.formats import recognise
from tests.replay.retail import HEADER, row


@pytest.fixture
def read(tmp_path):
    def write(*rows, header=HEADER):
        path = tmp_path / "receipt_lines.csv"
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return online_retail.read(path)

    return write


def at(day, hour=10):
    return f"2011-01-{day:02}T{hour:02}:00:00"


def shanghai(text):
    return datetime.fromisoformat(f"{text}+08:00")


def refunds(dataset, member=7):
    return [
        (event.receipt, event.fen)
        for event in dataset.journeys[member]
        if isinstance(event, RefundEvent)
    ]


def test_an_invoice_is_the_sum_of_its_rounded_lines_at_the_time_of_the_earliest(read):
    dataset = read(
        row(536365, "A", 3, at(1, 11), "0.125", 7),
        row(536365, "A", 1, at(1, 9), "0.005", 7),
        row(536365, "B", 2, at(1, 10), "2.55", 7),
    )

    assert list(dataset.journeys[7]) == [
        ReceiptEvent("536365", 5, shanghai(at(1, 9)), 38 + 1 + 510)
    ]


def test_purchases_come_before_cancellations_then_numbers_as_numbers(read):
    dataset = read(
        row("C9", "A", -1, at(1), "1", 7),
        row(100, "A", 1, at(1), "1", 7),
        row(11, "A", 1, at(1), "1", 7),
        row(2, "A", 1, at(2), "1", 7),
    )

    assert [event.reference for event in dataset.journeys[7]] == [
        "11",
        "100",
        "C9/100",
        "2",
        "s-2",
    ]


def test_after_every_third_purchase_everything_is_spent_at_the_last_other_store(read):
    numbers = [1, 2, 22, 42, 62, 82, 102]
    dataset = read(*(row(n, "A", 1, at(day), "1", 7) for day, n in enumerate(numbers, 1)))

    spendings = [event for event in dataset.journeys[7] if isinstance(event, SpendingEvent)]

    assert spendings == [
        SpendingEvent("22", 1, shanghai(at(3)), 1),
        SpendingEvent("82", 1, shanghai(at(6)), 1),
    ]


def test_a_cancellation_counts_neither_as_a_purchase_nor_as_a_store(read):
    dataset = read(
        row(1, "A", 1, at(1), "1", 7),
        row("C2", "A", -1, at(2), "1", 7),
        row(21, "A", 1, at(3), "1", 7),
        row(41, "A", 1, at(4), "1", 7),
    )

    assert not [event for event in dataset.journeys[7] if isinstance(event, SpendingEvent)]
    assert dataset.stores == [1]


def test_the_latest_purchase_gives_first_and_in_it_the_last_line(read):
    dataset = read(
        row(1, "A", 5, at(1), "1", 7),
        row(2, "A", 2, at(2), "1", 7),
        row(2, "A", 2, at(2), "1", 7),
        row("C3", "A", -5, at(3), "1.5", 7),
        row("C4", "A", -4, at(4), "1.5", 7),
        row("C5", "A", -1, at(5), "1.5", 7),
    )

    # The money follows the cancellation's price: 4 × 1.50 is cut to what purchase 2 cost, and what
    # is then left of purchase 1 is 3.50 of 5.00.
    assert refunds(dataset) == [("1", 150), ("2", 400), ("1", 350)]
    assert dataset.left_out_counts["parked_fen"] == 200 + 250 + 150
    assert dataset.left_out_counts["parked_quantity"] == 1


def test_a_piece_is_rounded_half_up_line_by_line_and_cut_pieces_stay_returned(read):
    dataset = read(
        row(1, "A", 1, at(1), "1", 7),
        row(1, "A", 1, at(1), "1", 7),
        row(1, "B", 1, at(1), "0.01", 7),
        row("C2", "A", -2, at(2), "0.005", 7),
        row("C3", "B", -1, at(3), "9.99", 7),
        row("C4", "B", -1, at(4), "9.99", 7),
    )

    # Two lines with one piece each: 0.5 fen twice, each rounded up.
    assert refunds(dataset) == [("1", 2), ("1", 199)]
    assert dataset.left_out_counts["parked_quantity"] == 1
    assert dataset.left_out_counts["parked_fen"] == (999 - 199) + 999


def test_a_purchase_after_the_cancellation_gives_nothing_back(read):
    dataset = read(
        row("C1", "A", -2, at(1), "1.25", 7),
        row(2, "A", 2, at(2), "1.25", 7),
        row("C3", "B", -1, at(3), "0.5", 7),
    )

    assert refunds(dataset) == []
    assert dataset.left_out_counts["parked_quantity"] == 3
    assert dataset.left_out_counts["parked_fen"] == 300


def test_purchases_of_another_member_give_nothing_back(read):
    dataset = read(row(1, "A", 2, at(1), "1", 8), row("C2", "A", -2, at(2), "1", 7))

    assert dataset.journeys[7] == ()
    assert (dataset.left_out_counts["parked_quantity"], len(dataset.journeys)) == (2, 2)


def test_a_refund_of_nothing_is_none(read):
    dataset = read(row(1, "A", 9, at(1), "1", 7), row("C2", "A", -1, at(2), "0.004", 7))

    assert refunds(dataset) == []
    assert dataset.left_out_counts["parked_quantity"] == 0


def test_a_refund_is_named_by_both_numbers_and_given_back_where_it_was_bought(read):
    dataset = read(row(536365, "A", 9, at(1), "1", 7), row("C536379", "A", -1, at(2), "1", 7))

    *_, refund = dataset.journeys[7]

    assert refund == RefundEvent("536379", 5, shanghai(at(2)), "536365", 100)
    assert refund.reference == "C536379/536365"


def test_lines_that_count_for_nothing_are_counted_and_invoices_of_them_do_not_exist(read):
    dataset = read(
        row(1, "A", 1, at(1), "0", 7),
        row(2, "A", -1, at(1), "1", 7),
        row(3, "A", 0, at(1), "1", 7),
        row(4, "A", 1, at(1), "-1", 7),
        row("C5", "A", 1, at(1), "1", 7),
        row("C6", "A", 0, at(1), "1", 7),
        row(7, "A", 1, at(2), "1", 8),
        row(7, "A", 1, at(1), "0.0", 8),
    )

    assert dataset.left_out_counts["ignored_lines"] == 7
    assert dict(dataset.journeys) == {8: (ReceiptEvent("7", 7, shanghai(at(2)), 100),)}


def test_receipts_of_nobody_are_counted_by_number_whatever_they_say(read):
    dataset = read(
        row(1, "A", 1, at(1), "1", 7),
        row(2, "A", 1, at(1), "0.0", ""),
        row(2, "B", 1, at(1), "1", ""),
        row("C3", "B", -1, at(1), "1", ""),
        row("A563185", "B", 1, at(1), "11062.06", ""),
    )

    assert dataset.left_out_counts["anonymous_receipts"] == 3
    assert dataset.left_out_counts["ignored_lines"] == 0


def test_the_members_with_the_smallest_numbers_bring_their_own_parked_returns(read):
    dataset = read(
        row("C1", "A", -1, at(1), "1", 9),
        row("C2", "A", -2, at(1), "1", 10),
        row(3, "A", 2, at(1), "0.0", 10),
        row(4, "A", 2, at(1), "1", ""),
    )

    assert dataset.of_the_first(1).left_out_counts == {
        "parked_quantity": 1,
        "parked_fen": 100,
        "ignored_lines": 1,
        "anonymous_receipts": 1,
    }
    assert dataset.of_the_first(1).last_instant is None


@pytest.mark.parametrize(
    "broken",
    [
        row("A563185", "B", 1, at(1), "1", 7),
        row("536365x", "B", 1, at(1), "1", 7),
        row("0536365", "B", 1, at(1), "1", 7),
        row("CC536365", "B", 1, at(1), "1", 7),
        row("", "B", 1, at(1), "1", 7),
        row("１２３", "B", 1, at(1), "1", 7),
        row(1, "B", "1.5", at(1), "1", 7),
        row(1, "B", "", at(1), "1", 7),
        row(1, "B", 1, at(1), "", 7),
        row(1, "B", 1, at(1), "NaN", 7),
        row(1, "B", 1, at(1), "inf", 7),
        row(1, "B", 1, at(1), "1e999999999", 7),
        row(1, "B", 1, at(1), "1e-999999999", 7),
        row(1, "B", 1, at(1), "1", "7.5"),
        row(1, "B", 1, "2011-13-01T10:00:00", "1", 7),
        row(1, "B", 1, "2011-01-01T10:00:00Z", "1", 7),
        "1,B,x",
        '1,"B,x',
    ],
)
def test_a_broken_row_is_refused_with_its_line_number(read, broken):
    with pytest.raises(UnreadableData, match=r"第 3 行"):
        read(row(1, "A", 1, at(1), "1", 7), broken)


@pytest.mark.parametrize("other", [8, ""])
def test_an_invoice_of_two_owners_is_refused(read, other):
    with pytest.raises(UnreadableData, match="536365"):
        read(row(536365, "A", 1, at(1), "1", 7), row(536365, "A", 1, at(1), "1", other))


def test_a_missing_column_is_named(read):
    with pytest.raises(UnreadableData, match="CustomerID、StockCode"):
        read("1,2", header="InvoiceNo,Quantity,UnitPrice,InvoiceDate")


@pytest.mark.parametrize("rows", [[], [row(1, "A", 1, at(1), "1", "")]])
def test_a_table_without_members_is_refused(read, rows):
    with pytest.raises(UnreadableData):
        read(*rows)


def test_the_format_is_recognised_by_its_table(tmp_path, read):
    read(row(1, "A", 1, at(1), "1", 7))

    kind, table = recognise(tmp_path, None)

    assert (kind.name, table.name) == ("online_retail", "receipt_lines.csv")
