"""The kinds of benefit: what each takes off a bill or a stay, what it costs, how it reads and is stored."""

from types import SimpleNamespace

import pytest

from coupons.engine.benefits import (
    KINDS,
    AppliesTo,
    CashOff,
    FreeParking,
    Gift,
    PercentOff,
    Stay,
    StayDiscount,
    benefit_document,
    benefit_of,
    benefit_of_row,
    kinds_for,
)

EXAMPLES = (
    CashOff(2_000, 10_000, partial=True),
    PercentOff(1_500, 500, 3_000),
    Gift("蛋糕一份", 1_800),
    FreeParking(minutes=120),
    FreeParking(fen=1_000, threshold_fen=2_000),
)


def test_there_is_an_example_of_every_kind():
    assert {type(benefit) for benefit in EXAMPLES} == set(KINDS.values())


@pytest.mark.parametrize("benefit", EXAMPLES)
def test_its_document_says_all_of_it(benefit):
    assert benefit_of(benefit_document(benefit)) == benefit


@pytest.mark.parametrize("benefit", EXAMPLES)
def test_its_columns_store_all_of_it(benefit):
    document = benefit_document(benefit)
    stored = {column: document[field] for field, column in benefit.columns.items()}
    row = SimpleNamespace(kind=benefit.kind, threshold_fen=benefit.threshold_fen, **stored)

    assert benefit_of_row(row) == benefit


def test_a_stay_is_no_bill():
    assert kinds_for(AppliesTo.BILL) == ["cash_off", "percent_off", "gift"]
    assert kinds_for(AppliesTo.STAY) == ["parking"]


@pytest.mark.parametrize(
    ("benefit", "stay", "discount"),
    [
        (FreeParking(minutes=120), Stay(300, 2_500), StayDiscount(minutes=120)),
        (FreeParking(minutes=120), Stay(45, 500), StayDiscount(minutes=45)),
        (FreeParking(fen=1_000), Stay(300, 2_500), StayDiscount(fen=1_000)),
        (FreeParking(fen=1_000), Stay(45, 500), StayDiscount(fen=500)),
        (CashOff(2_000), Stay(300, 2_500), StayDiscount()),
    ],
)
def test_of_a_stay_it_takes_no_more_than_there_is(benefit, stay, discount):
    assert benefit.stay_discount(stay) == discount


@pytest.mark.parametrize(
    ("benefit", "cost_fen", "max_cost_fen"),
    [
        (CashOff(2_000), 1_500, 2_000),
        (PercentOff(1_500, 500), 1_500, 500),
        (Gift("蛋糕一份", 1_800), 1_800, 1_800),
    ],
)
def test_what_its_payers_owe_for_so_much_off(benefit, cost_fen, max_cost_fen):
    assert (benefit.cost_fen(1_500), benefit.max_cost_fen()) == (cost_fen, max_cost_fen)


@pytest.mark.parametrize(
    ("benefit", "text", "for_approval", "large_print"),
    [
        (CashOff(550, 2_000), "满 20 元减 5.50 元", "满 20 元减 5.50 元", ("¥", "5.50", "")),
        (CashOff(500), "立减 5 元", "立减 5 元", ("¥", "5", "")),
        (
            PercentOff(1_500, 3_000),
            "8.5 折（最高减 30 元）",
            "8.5 折（最高减 30 元）",
            ("", "8.5", "折"),
        ),
        (
            Gift("热美式一杯", 1_800),
            "兑换：热美式一杯",
            "兑换：热美式一杯（价值 ¥18.00）",
            ("", "兑换", ""),
        ),
        (FreeParking(minutes=120), "停车 120 分钟", "停车 120 分钟", ("", "2", "小时")),
        (FreeParking(minutes=90), "停车 90 分钟", "停车 90 分钟", ("", "90", "分钟")),
        (FreeParking(fen=1_000), "停车抵 10 元", "停车抵 10 元", ("¥", "10", "")),
    ],
)
def test_how_it_reads(benefit, text, for_approval, large_print):
    assert benefit.text() == text
    assert benefit.text_for_approval() == for_approval
    assert benefit.large_print() == large_print
