"""The daily bills: asked for, downloaded in parts, compared with their hash, read row by row."""

import gzip
import hashlib
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from district.wechat.pay import bills
from district.wechat.pay.bill_rows import (
    FundFlowBillRow,
    TradeBillRow,
    fund_flow_bill_rows,
    trade_bill_rows,
)
from district.wechat.pay.errors import ApiError, BillCorrupt, Unreachable
from district.wechat.pay.fields import wire_fields

DAY = date(2026, 5, 1)
TRADE_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
PAID = (
    "`2026-05-01 12:00:01,`wx1,`1900000109,`0,`,`420001,`PARK-0001,`oUpF8,`JSAPI,`SUCCESS,`CMC,`CNY,"
    "`15.00,`0.00,`0,`0,`0.00,`0.00,`,`,`停车费, 2 小时,`a,`0.09000,`0.60%,`15.00,`0.00,`"
)
REFUNDED = (
    "`2026-05-01 13:00:01,`wx1,`1900000109,`0,`,`420001,`PARK-0001,`oUpF8,`JSAPI,`REFUND,`CMC,`CNY,"
    "`0.00,`0.00,`503000,`R-1,`5.00,`0.00,`ORIGINAL,`SUCCESS,`停车费,`,`-0.03000,`0.60%,`0.00,`5.00,`"
)
TRADE_SUMS = "`2,`15.00,`5.00,`0.00,`0.06000,`15.00,`5.00"
TRADE_BILL = f"\ufeff{TRADE_COLUMNS}\r\n{PAID}\r\n{REFUNDED}\r\n{TRADE_TOTALS}\r\n{TRADE_SUMS}\r\n"
FLOW_COLUMNS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,"
    "业务凭证号"
)
FLOW_BILL = (
    f"{FLOW_COLUMNS}\n`2026-05-01 13:00:01,`503000,`420001,`退款,`退款,`支出,`5.00,`10.22,`1900000109API,"
    "`缺货,`R-1\n资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\n`1,`0,`0.00,`1,`5.00\n"
)


def link_to(content, **changed):
    values = {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(content).hexdigest(),
        "download_url": "https://api.mch.weixin.qq.com/v3/billdownload/file?token=xx_1",
    }
    return bills.BillLink(**values | changed)


def test_a_bill_is_asked_for_by_day_and_kind(pay, platform):
    platform.answers = [
        (200, {"hash_type": "SHA1", "hash_value": "79bb", "download_url": "https://x/y?token=1"})
    ]

    link = bills.request_trade_bill(pay, DAY)
    bills.request_fund_flow_bill(pay, DAY)

    assert link.hash_value == "79bb"
    assert "token" not in repr(link)
    assert platform.targets == [
        "/v3/bill/tradebill?bill_date=2026-05-01&bill_type=ALL&tar_type=GZIP",
        "/v3/bill/fundflowbill?bill_date=2026-05-01&account_type=BASIC&tar_type=GZIP",
    ]


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["packed", "plain"])
def test_a_bill_is_unpacked_and_compared_with_its_hash(pay, platform, pack):
    content, target = TRADE_BILL.encode() * 2000, io.BytesIO()
    platform.answers = [(200, pack(content))]

    size = bills.download_bill(pay, link_to(content), target)

    assert size == len(content)
    assert target.getvalue() == content
    assert platform.requests[0].url.startswith("https://api.mch.weixin.qq.com/v3/billdownload/")


@pytest.mark.parametrize(
    ("body", "changed", "reason"),
    [
        (gzip.compress(b"other"), {}, "hash differs"),
        (gzip.compress(b"bill")[:-6], {}, "ends early"),
        (gzip.compress(b"bill")[:10] + b"\xff" * 20, {}, "broken"),
        (b"", {}, "hash differs"),
        (b"bill", {"hash_type": "MD5"}, "hash type"),
    ],
    ids=["other", "short", "broken", "empty", "MD5"],
)
def test_a_broken_bill_is_refused(pay, platform, body, changed, reason):
    platform.answers = [(200, body)]

    with pytest.raises(BillCorrupt, match=reason):
        bills.download_bill(pay, link_to(b"bill", **changed), io.BytesIO())


def test_a_bill_is_fetched_from_our_own_address_alone(pay, platform):
    platform.answers = [(200, b"bill")]

    bills.download_bill(
        pay, link_to(b"bill", download_url="https://evil.example/v3/file?token=%e4"), io.BytesIO()
    )

    assert platform.requests[0].url == "https://api.mch.weixin.qq.com/v3/file?token=%E4"


@pytest.mark.parametrize(
    ("answer", "error"),
    [((404, {"code": "NOT_FOUND"}), ApiError), (requests.ReadTimeout(), Unreachable)],
)
def test_a_download_that_fails_says_how(pay, platform, answer, error):
    platform.answers = [answer]

    with pytest.raises(error):
        bills.download_bill(pay, link_to(b""), io.BytesIO())


@pytest.mark.parametrize(
    ("row_class", "columns"), [(TradeBillRow, TRADE_COLUMNS), (FundFlowBillRow, FLOW_COLUMNS)]
)
def test_every_column_is_an_attribute_or_ignored_by_name(row_class, columns):
    known = [field.path for field in wire_fields(row_class)] + list(row_class.IGNORED)

    assert sorted(known) == sorted(columns.split(","))


def test_the_rows_of_a_trade_bill_are_payments_and_refunds():
    paid, refunded = trade_bill_rows(io.StringIO(TRADE_BILL, newline=""))

    assert (paid.trade_state, paid.total_fen, paid.settlement_total_fen) == ("SUCCESS", 1500, 1500)
    assert (refunded.trade_state, refunded.refund_fen, refunded.out_refund_no) == (
        "REFUND",
        500,
        "R-1",
    )
    assert paid.trade_time == datetime(2026, 5, 1, 4, 0, 1, tzinfo=UTC)
    assert paid.description == "停车费, 2 小时"
    assert refunded.fee_yuan == Decimal("-0.03")
    assert "oUpF8" not in repr(paid)


def test_the_rows_of_a_fund_flow_bill_are_movements():
    (row,) = fund_flow_bill_rows(FLOW_BILL.splitlines())

    assert (row.direction, row.amount_fen, row.balance_fen) == ("支出", 500, 1022)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("商户订单号,", "", "columns missing: 商户订单号"),
        ("`2,`15.00", "`3,`15.00", "number of rows"),
        ("`2,`15.00", "`2,`16.00", "应结订单总金额"),
        ("`15.00,`5.00\r\n", "`15.00,`4.99\r\n", "申请退款总金额"),
        (f"{TRADE_TOTALS}\r\n{TRADE_SUMS}\r\n", "", "totals are missing"),
        (f"{TRADE_SUMS}\r\n", "", "number of rows"),
        ("`15.00,`0.00,`0,", "`15.00,`0.00,", "line 2 has 26 values"),
        ("`15.00,`0.00,`\r\n", "`15.001,`0.00,`\r\n", "订单金额 is unreadable"),
        ("`2026-05-01 12:00:01", "`yesterday", "交易时间 is unreadable"),
        ("`0.09000", "`NaN", "手续费 is unreadable"),
    ],
)
def test_a_bill_that_does_not_add_up_is_refused(old, new, reason):
    text = TRADE_BILL.replace(old, new, 1)
    assert text != TRADE_BILL

    with pytest.raises(BillCorrupt, match=reason):
        list(trade_bill_rows(io.StringIO(text, newline="")))


@given(fens=st.lists(st.integers(1, 10**10), max_size=5))
def test_every_amount_is_read_to_the_fen(fens):
    rows = [PAID.replace("`15.00", f"`{fen // 100}.{fen % 100:02}") for fen in fens]
    total = f"{sum(fens) // 100}.{sum(fens) % 100:02}"
    sums = f"`{len(fens)},`{total},`0.00,`0.00,`0.06000,`{total},`0.00"

    read = list(trade_bill_rows([TRADE_COLUMNS, *rows, TRADE_TOTALS, sums]))

    assert [row.total_fen for row in read] == fens
