import gzip
from datetime import datetime

import pytest

from district.replay.errors import UnreadableData
from district.replay.receipts import completejourney
from district.replay.receipts.dataset import ReceiptEvent, SpendingEvent
from district.replay.receipts.formats import recognise

HEADER = (
    "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,"
    "coupon_disc,coupon_match_disc,week,transaction_timestamp"
)


def line(household, store, basket, paid, at, *, coupon="0.0"):
    return f"{household},{store},{basket},1,1,{paid},0.0,{coupon},0.0,1,{at}"


@pytest.fixture
def table(tmp_path):
    def write(*lines, header=HEADER):
        path = tmp_path / "transactions.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        return path

    return write


def journey_of(path, household):
    return list(completejourney.read(path).journeys[household])


def shanghai(text):
    return datetime.fromisoformat(f"{text}+08:00")


def test_a_basket_is_the_sum_of_its_lines_at_the_time_of_the_earliest(table):
    path = table(
        line(7, 3, 100, "1.5", "2017-01-02T10:00:05"),
        line(7, 3, 100, "2.78", "2017-01-02T10:00:01", coupon="0.5"),
    )

    assert journey_of(path, 7) == [ReceiptEvent("100", 3, shanghai("2017-01-02T10:00:01"), 378)]


def test_coupons_above_the_basket_leave_nothing_paid(table):
    path = table(line(7, 3, 100, "1.0", "2017-01-02T10:00:00", coupon="2.5"))

    assert journey_of(path, 7) == [ReceiptEvent("100", 3, shanghai("2017-01-02T10:00:00"), 0)]


def test_a_household_goes_by_time_then_by_basket_number_as_a_number(table):
    path = table(
        line(7, 3, 10, "1", "2017-01-03T10:00:00"),
        line(7, 3, 9, "1", "2017-01-03T10:00:00"),
        line(7, 3, 11, "1", "2017-01-02T10:00:00"),
    )

    assert [event.number for event in journey_of(path, 7)] == ["11", "9", "10"]


def test_after_every_fifth_basket_half_is_spent_at_the_last_other_store(table):
    stores = [1, 2, 2, 3, 3, 3, 3, 3, 3, 3]
    path = table(
        *(line(7, store, n, "1", f"2017-01-{n:02}T10:00:00") for n, store in enumerate(stores, 1))
    )

    spendings = [event for event in journey_of(path, 7) if isinstance(event, SpendingEvent)]

    assert spendings == [
        SpendingEvent("5", 2, shanghai("2017-01-05T10:00:00"), 2),
        SpendingEvent("10", 2, shanghai("2017-01-10T10:00:00"), 2),
    ]


def test_a_household_of_one_store_never_spends(table):
    path = table(*(line(7, 1, n, "9", f"2017-01-{n:02}T10:00:00") for n in range(1, 11)))

    assert [type(event) for event in journey_of(path, 7)] == [ReceiptEvent] * 10


def test_the_smallest_household_numbers_are_the_first(table):
    dataset = completejourney.read(
        table(*(line(h, 1, h, "1", "2017-01-01T10:00:00") for h in (100, 20, 3)))
    )

    assert list(dataset.of_the_first(2).journeys) == [3, 20]
    assert dataset.of_the_first(None) is dataset


@pytest.mark.parametrize("households", [0, -1, 4])
def test_a_number_of_households_that_are_not_there_is_refused(table, households):
    dataset = completejourney.read(
        table(*(line(h, 1, h, "1", "2017-01-01T10:00:00") for h in (1, 2, 3)))
    )

    with pytest.raises(UnreadableData, match=r"1 至 3"):
        dataset.of_the_first(households)


@pytest.mark.parametrize(
    "broken",
    [
        line(7, 3, "x", "1", "2017-01-01T10:00:00"),
        line(7, 3, 100, "1.005", "2017-01-01T10:00:00"),
        line(7, 3, 100, "NaN", "2017-01-01T10:00:00"),
        line(7, 3, 100, "inf", "2017-01-01T10:00:00"),
        line(7, 3, 100, "", "2017-01-01T10:00:00"),
        line(7, 3, 100, "1", "2017-13-01T10:00:00"),
        line(7, 3, 100, "1", "2017-01-01T10:00:00Z"),
        "7,3,100",
        '7,"3,100',
    ],
)
def test_a_broken_row_is_refused_with_its_line_number(table, broken):
    path = table(line(7, 3, 99, "1", "2017-01-01T10:00:00"), broken)

    with pytest.raises(UnreadableData, match=r"第 3 行"):
        completejourney.read(path)


def test_a_basket_of_two_stores_is_refused(table):
    path = table(
        line(7, 3, 100, "1", "2017-01-01T10:00:00"), line(7, 4, 100, "1", "2017-01-01T10:00:00")
    )

    with pytest.raises(UnreadableData, match="100"):
        completejourney.read(path)


def test_a_missing_column_is_named(table):
    path = table("1,2", header="household_id,store_id")

    with pytest.raises(UnreadableData, match="basket_id、sales_value"):
        completejourney.read(path)


def test_a_table_without_rows_is_refused(table):
    with pytest.raises(UnreadableData):
        completejourney.read(table())


def test_a_cut_gzip_file_is_refused(tmp_path, table):
    rows = (line(7, 3, n, "1", "2017-01-01T10:00:00") for n in range(5000))
    whole = gzip.compress(table(*rows).read_bytes())
    path = tmp_path / "transactions.csv.gz"
    path.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnreadableData, match=r"transactions\.csv\.gz"):
        completejourney.read(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "transactions.csv"
    path.write_bytes(HEADER.encode() + b"\n\xff\xfe\n")

    with pytest.raises(UnreadableData):
        completejourney.read(path)


def test_the_format_is_recognised_by_its_table(tmp_path, table):
    path = table(line(7, 3, 99, "1", "2017-01-01T10:00:00"))

    assert recognise(tmp_path, None)[1] == path
    assert recognise(path, "completejourney")[1] == path
    assert recognise(tmp_path, None)[0].name == "completejourney"


def test_a_folder_without_a_known_table_an_absent_path_and_an_unknown_format_are_refused(tmp_path):
    with pytest.raises(UnreadableData, match="transactions"):
        recognise(tmp_path, None)
    with pytest.raises(UnreadableData, match="absent"):
        recognise(tmp_path / "absent", None)
    with pytest.raises(UnreadableData, match="surprise"):
        recognise(tmp_path, "surprise")
