"""What the command refuses, each in one sentence and before anything is written."""

import shutil

import pytest
from django.core.management import CommandError, call_command

from tests.replay_coupons.synthetic import LINE, write

TABLES = (
    "campaign_descriptions.csv",
    "campaigns.csv",
    "coupons.csv.gz",
    "coupon_redemptions.csv",
    "transactions.csv.gz",
)
REDEMPTION = ("household_id", "coupon_upc", "campaign_id", "redemption_date")


@pytest.fixture
def folder(few_coupons, tmp_path):
    return shutil.copytree(few_coupons, tmp_path / "data")


def refused(path):
    with pytest.raises(CommandError) as refusal:
        call_command("replay_coupons", str(path))
    sentence = str(refusal.value)
    assert "\n" not in sentence
    return sentence


def test_a_path_that_is_not_there(tmp_path):
    assert refused(tmp_path / "absent") == f"找不到 {tmp_path}/absent。"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_that_is_not_there(folder, table):
    (folder / table).unlink()

    assert f"中没有 {table.split('.')[0]}.csv(.gz)。" in refused(folder)


def test_a_file_instead_of_the_folder(folder):
    assert "中没有 coupon_redemptions.csv(.gz)。" in refused(folder / "campaigns.csv")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_without_a_column(folder, table):
    write(folder / table, ("nonsense",), [(1,)])

    assert "缺少列" in refused(folder)


def test_a_broken_archive(folder):
    whole = (folder / "transactions.csv.gz").read_bytes()
    (folder / "transactions.csv.gz").write_bytes(whole[: len(whole) // 2])

    assert "无法读取" in refused(folder)


@pytest.mark.parametrize(
    "row",
    [
        ("x", 10_000_050, 3, "2017-03-01"),
        (7, "", 3, "2017-03-01"),
        (7, 10_000_050, 3, "2017-02-30"),
        (7, 10_000_050, 3),
    ],
)
def test_a_broken_redemption(folder, row):
    write(folder / "coupon_redemptions.csv", REDEMPTION, [row])

    assert "第 2 行" in refused(folder)


def test_a_data_set_without_redemptions(folder):
    write(folder / "coupon_redemptions.csv", REDEMPTION, [])

    assert refused(folder).endswith("中没有核销记录。")


@pytest.mark.parametrize(("coupon", "campaign"), [(10_000_050, 4), (10_000_051, 3)])
def test_a_redemption_of_a_coupon_nobody_described(folder, coupon, campaign):
    write(folder / "coupon_redemptions.csv", REDEMPTION, [(7, coupon, campaign, "2017-03-01")])

    assert refused(folder) == f"活动 {campaign} 中没有优惠券 {coupon}。"


def test_a_campaign_that_ends_before_it_begins(folder):
    write(
        folder / "campaign_descriptions.csv",
        ("campaign_id", "start_date", "end_date"),
        [(3, "2017-03-02", "2017-03-01")],
    )

    assert "活动在开始之前结束" in refused(folder)


def test_a_basket_of_two_stores(folder):
    at = "2017-03-01T10:00:00"
    write(folder / "transactions.csv.gz", LINE, [(7, s, 55, 900, "1.0", at) for s in (400, 401)])

    assert refused(folder) == "购物篮 55 分属两个家庭或两家门店。"
