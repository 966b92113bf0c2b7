"""What stands in the daily bills, row by row: a header, rows of `values, a header of totals, the totals."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar, TypeVar

from district.wechat.pay.errors import BillCorrupt
from district.wechat.pay.fields import BEIJING, wire, wire_fields

Row = TypeVar("Row")


@dataclass(frozen=True, kw_only=True)
class TradeBillRow:
    """An order that was paid (SUCCESS), a refund (REFUND) or a revoked order (REVOKED); the other kind's columns are 0.

    `fee_yuan` has more than two decimals.
    """

    trade_time: datetime = wire("交易时间")
    appid: str = wire("公众账号ID")
    mchid: str = wire("商户号")
    transaction_id: str = wire("微信订单号")
    out_trade_no: str = wire("商户订单号")
    openid: str = wire("用户标识", is_private=True)
    trade_type: str = wire("交易类型")
    trade_state: str = wire("交易状态")
    bank_type: str = wire("付款银行")
    currency: str = wire("货币种类")
    settlement_total_fen: int = wire("应结订单金额")
    coupon_fen: int = wire("代金券金额")
    refund_id: str = wire("微信退款单号")
    out_refund_no: str = wire("商户退款单号")
    refund_fen: int = wire("退款金额")
    coupon_refund_fen: int = wire("充值券退款金额")
    refund_type: str = wire("退款类型")
    refund_status: str = wire("退款状态")
    description: str = wire("商品名称")
    attach: str = wire("商户数据包", is_private=True)
    fee_yuan: Decimal = wire("手续费")
    rate: str = wire("费率")
    total_fen: int = wire("订单金额")
    requested_refund_fen: int = wire("申请退款金额")
    rate_note: str = wire("费率备注")

    # Service providers and their machines.
    IGNORED: ClassVar = ("特约商户号", "设备号")
    # Column of the totals -> attribute of the rows that it sums up.
    TOTALS: ClassVar = {
        "应结订单总金额": "settlement_total_fen",
        "退款总金额": "refund_fen",
        "充值券退款总金额": "coupon_refund_fen",
        "订单总金额": "total_fen",
        "申请退款总金额": "requested_refund_fen",
    }
    COUNT: ClassVar = "总交易单数"


@dataclass(frozen=True, kw_only=True)
class FundFlowBillRow:
    """One movement of the merchant's account; `direction` is 收入 or 支出, `amount_fen` never negative."""

    booked_at: datetime = wire("记账时间")
    business_no: str = wire("微信支付业务单号")
    flow_no: str = wire("资金流水单号")
    business_name: str = wire("业务名称")
    business_type: str = wire("业务类型")
    direction: str = wire("收支类型")
    amount_fen: int = wire("收支金额(元)")
    balance_fen: int = wire("账户结余(元)")
    submitted_by: str = wire("资金变更提交申请人")
    remark: str = wire("备注", is_private=True)
    voucher_no: str = wire("业务凭证号")

    IGNORED: ClassVar[tuple[str, ...]] = ()
    TOTALS: ClassVar[dict[str, str]] = {}
    COUNT: ClassVar = "资金流水总笔数"


def trade_bill_rows(lines: Iterable[str]) -> Iterator[TradeBillRow]:
    """The rows of a whole trade bill (ALL). Raises BillCorrupt, at the end too: for totals that are not those of the rows."""
    return _rows(TradeBillRow, lines)


def fund_flow_bill_rows(lines: Iterable[str]) -> Iterator[FundFlowBillRow]:
    """The rows of a fund flow bill. Raises BillCorrupt, at the end too: for a count that is not that of the rows."""
    return _rows(FundFlowBillRow, lines)


def _rows(row_class: type[Row], lines: Iterable[str]) -> Iterator[Row]:
    numbered = enumerate((line.lstrip("\ufeff").rstrip("\r\n") for line in lines), start=1)
    _, header = next(numbered, (1, ""))
    columns = header.split(",")
    missing = [field.path for field in wire_fields(row_class) if field.path not in columns]
    if missing:
        raise BillCorrupt(f"columns missing: {', '.join(missing)}")
    sums = dict.fromkeys(row_class.TOTALS, 0)  # type: ignore[attr-defined]
    for number, line in numbered:
        if not line.startswith("`"):
            totals = dict(zip(line.split(","), _values(next(numbered, (0, ""))[1]), strict=False))
            return _compare(row_class, totals, number - 2, sums)
        row = _row(row_class, columns, line, number)
        for column, attribute in row_class.TOTALS.items():  # type: ignore[attr-defined]
            sums[column] += getattr(row, attribute)
        yield row
    raise BillCorrupt("the totals are missing")


def _compare(row_class: Any, totals: dict[str, str], count: int, sums: dict[str, int]) -> None:
    if totals.get(row_class.COUNT) != str(count):
        raise BillCorrupt("the number of rows is not the one in the totals")
    for column, fen in sums.items():
        if _fen(totals.get(column, "")) != fen:
            raise BillCorrupt(f"{column} is not the sum of the rows")


def _row(row_class: type[Row], columns: list[str], line: str, number: int) -> Row:
    values = dict(zip(columns, _values(line), strict=False))
    if len(values) != len(columns):
        raise BillCorrupt(f"line {number} has {len(values)} values")
    read: dict[str, Any] = {}
    for field in wire_fields(row_class):
        value = _READERS[field.type](values[field.path])
        if value is None:
            raise BillCorrupt(f"line {number}: {field.path} is unreadable")
        read[field.name] = value
    return row_class(**read)


def _values(line: str) -> list[str]:
    # Values are not quoted, and a description may hold a comma: only a comma with a backtick ends a value.
    return line.removeprefix("`").split(",`")


def _fen(text: str) -> int | None:
    yuan = _decimal(text)
    return None if yuan is None or yuan * 100 % 1 else int(yuan * 100)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _beijing(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=BEIJING)
    except ValueError:
        return None


_READERS: dict[Any, Any] = {str: str, int: _fen, Decimal: _decimal, datetime: _beijing}
