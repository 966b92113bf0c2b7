"""The daily bills, written from the sandbox's own state in the documented columns."""

import gzip
import hashlib
import secrets
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from district.wechat.sandbox.pay.call import PayCall
from district.wechat.sandbox.pay.parking_charges import charges_as_orders
from district.wechat.sandbox.pay.pay_state import BEIJING, PayState
from district.wechat.sandbox.pay.refusals import PayRefusal, not_found, param_error
from district.wechat.sandbox.pay.request_schema import choice, text
from district.wechat.sandbox.pay.store import Document

TRADE_COLUMNS = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
TRADE_TOTALS = (
    "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
)
FLOW_COLUMNS = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,"
    "业务凭证号"
)
FLOW_TOTALS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
_AMOUNT_COLUMNS = (
    *("应结订单金额", "代金券金额", "退款金额"),
    *("充值券退款金额", "订单金额", "申请退款金额"),
)
FEE_RATE, READY_HOUR, TOKEN_SECONDS = Decimal("0.006"), 10, 300
_DAY = text(10, pattern=r"\d{4}-\d\d-\d\d")
_GZIP = choice("GZIP", required=False)


def trade_bill(state: PayState, call: PayCall, base: str) -> dict[str, Any]:
    """GET /v3/bill/tradebill"""
    kinds = choice("ALL", "SUCCESS", "REFUND", required=False)
    fields = call.query({"bill_date": _DAY, "bill_type": kinds, "tar_type": _GZIP})
    day = _checked_day(state, fields["bill_date"])
    kind = fields.get("bill_type", "ALL")
    rows = sorted(_trade_rows(state, day), key=lambda row: row["交易时间"])
    rows = [row for row in rows if kind in {"ALL", row["交易状态"]}]
    sums = {
        "应结订单总金额": "应结订单金额",
        "退款总金额": "退款金额",
        "充值券退款总金额": "充值券退款金额",
        "手续费总金额": "手续费",
        "订单总金额": "订单金额",
        "申请退款总金额": "申请退款金额",
    }
    totals = [str(len(rows))] + [
        str(sum((Decimal(row[column]) for row in rows), Decimal("0.00")))
        for column in sums.values()
    ]
    return _link(state, base, fields, _lines(TRADE_COLUMNS, rows, TRADE_TOTALS, totals))


def fund_flow_bill(state: PayState, call: PayCall, base: str) -> dict[str, Any]:
    """GET /v3/bill/fundflowbill"""
    accounts = choice("BASIC", "OPERATION", "FEES", required=False)
    fields = call.query({"bill_date": _DAY, "account_type": accounts, "tar_type": _GZIP})
    day = _checked_day(state, fields["bill_date"])
    rows = _flow_rows(state, day) if fields.get("account_type", "BASIC") == "BASIC" else []
    incoming = [Decimal(row["收支金额(元)"]) for row in rows if row["收支类型"] == "收入"]
    outgoing = [Decimal(row["收支金额(元)"]) for row in rows if row["收支类型"] == "支出"]
    totals = [str(len(rows))]
    for amounts in (incoming, outgoing):
        totals += [str(len(amounts)), str(sum(amounts, Decimal("0.00")))]
    return _link(state, base, fields, _lines(FLOW_COLUMNS, rows, FLOW_TOTALS, totals))


def download(state: PayState, call: PayCall) -> bytes:
    """GET /v3/billdownload/file"""
    token = call.query({"token": text(64)})["token"]
    expires_at, content = state.bill_tokens.get(token, (0.0, b""))
    if state.now() >= expires_at:
        raise not_found("RESOURCE_NOT_EXISTS", "下载地址不存在或已过期")
    return content


def _checked_day(state: PayState, written: str) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        raise param_error("/query/bill_date", "不是日期") from None
    now = datetime.fromtimestamp(state.now(), BEIJING)
    days_ago = (now.date() - day).days
    if days_ago <= 0:
        raise param_error("/query/bill_date", "须早于今天")
    if days_ago == 1 and now.hour < READY_HOUR:
        raise PayRefusal(400, "STATEMENT_CREATING", "账单生成中，请稍后再试")
    return day


def _link(state: PayState, base: str, fields: dict[str, Any], lines: list[str]) -> dict[str, Any]:
    plain = ("\ufeff" + "".join(f"{line}\r\n" for line in lines)).encode()
    token = secrets.token_urlsafe(24)
    packed = gzip.compress(plain, mtime=0) if "tar_type" in fields else plain
    state.bill_tokens[token] = (state.now() + TOKEN_SECONDS, packed)
    return {
        "hash_type": "SHA1",
        "hash_value": hashlib.sha1(plain, usedforsecurity=False).hexdigest(),
        "download_url": f"{base}v3/billdownload/file?token={token}",
    }


def _lines(
    columns: str, rows: list[dict[str, str]], totals_columns: str, totals: list[str]
) -> list[str]:
    if not rows:
        raise PayRefusal(400, "NO_STATEMENT_EXIST", "账单文件不存在")
    body = [_line(row[name] for name in columns.split(",")) for row in rows]
    return [columns, *body, totals_columns, _line(totals)]


def _line(values: Iterable[str]) -> str:
    return ",".join(f"`{value}" for value in values)


def _trade_rows(state: PayState, day: date) -> list[dict[str, str]]:
    by_number = {order["request"]["out_trade_no"]: order for order in _orders(state)}
    rows = [
        _paid_row(order) for order in by_number.values() if _is_on(order.get("success_time"), day)
    ]
    rows += [
        _refund_row(by_number[refund["out_trade_no"]], refund)
        for refund in state.store.all("refund")
        if _is_on(refund.get("success_time"), day)
    ]
    return rows


def _orders(state: PayState) -> list[Document]:
    return [*state.store.all("order"), *charges_as_orders(state)]


def _is_on(moment: str | None, day: date) -> bool:
    return moment is not None and moment[:10] == day.isoformat()


def _paid_row(order: Document) -> dict[str, str]:
    request = order["request"]
    total, coupon = _yuan(request["amount"]["total"]), _yuan(order["coupon_fen"])
    return _shared_columns(order) | {
        "交易时间": _written(order["success_time"]),
        "交易状态": "SUCCESS",
        "应结订单金额": total,
        "代金券金额": coupon,
        "商户数据包": request.get("attach", ""),
        "手续费": _fee(request["amount"]["total"]),
        "订单金额": total,
    }


def _refund_row(order: Document, refund: Document) -> dict[str, str]:
    amount = refund["request"]["amount"]["refund"]
    return _shared_columns(order) | {
        "交易时间": _written(refund["success_time"]),
        "交易状态": "REFUND",
        "微信退款单号": refund["refund_id"],
        "商户退款单号": refund["request"]["out_refund_no"],
        "退款金额": _yuan(amount),
        "退款类型": "ORIGINAL",
        "退款状态": refund["status"],
        "手续费": f"-{_fee(amount)}",
        "申请退款金额": _yuan(amount),
    }


def _shared_columns(order: Document) -> dict[str, str]:
    request = order["request"]
    return {
        **dict.fromkeys(TRADE_COLUMNS.split(","), ""),
        **dict.fromkeys(_AMOUNT_COLUMNS, "0.00"),
        **dict.fromkeys(("特约商户号", "微信退款单号", "商户退款单号"), "0"),
        "公众账号ID": request["appid"],
        "商户号": request["mchid"],
        "设备号": request.get("scene_info", {}).get("device_id", ""),
        "微信订单号": order["transaction_id"],
        "商户订单号": request["out_trade_no"],
        "用户标识": request["payer"]["openid"],
        "交易类型": "PARKING" if "parking_info" in request else "JSAPI",
        "付款银行": "OTHERS",
        "货币种类": "CNY",
        "商品名称": request["description"],
        "费率": "0.60%",
    }


def _flow_rows(state: PayState, day: date) -> list[dict[str, str]]:
    """Each payment comes in whole and its fee goes out; a refund goes out. The balance is that of all days."""
    moves: list[tuple[str, str, str, str, Decimal, str, str]] = []
    for order in _orders(state):
        if "success_time" in order:
            total, number = order["request"]["amount"]["total"], order["request"]["out_trade_no"]
            fee = Decimal(_fee(total)).quantize(Decimal("0.01"))
            at, wechats = order["success_time"], order["transaction_id"]
            moves.append((at, wechats, "交易", "交易", Decimal(_yuan(total)), "", number))
            if fee:
                moves.append((at, wechats, "交易", "扣除交易手续费", -fee, "", number))
    for refund in state.store.all("refund"):
        if "success_time" in refund:
            amount, number = refund["request"]["amount"], refund["request"]["out_refund_no"]
            out = -Decimal(_yuan(amount["refund"]))
            at, wechats = refund["success_time"], refund["refund_id"]
            moves.append(
                (at, wechats, "退款", "退款", out, refund["request"].get("reason", ""), number)
            )
    rows, balance = [], Decimal("0.00")
    for number_of_day, move in enumerate(sorted(moves, key=lambda move: move[0]), start=1):
        at, wechats, name, kind, amount_yuan, remark, voucher = move
        balance += amount_yuan
        if _is_on(at, day):
            values = (
                *(_written(at), wechats, f"42{number_of_day:026d}", name, kind),
                *("收入" if amount_yuan > 0 else "支出", str(abs(amount_yuan)), str(balance)),
                *("system", remark, voucher),
            )
            rows.append(dict(zip(FLOW_COLUMNS.split(","), values, strict=True)))
    return rows


def _written(moment: str) -> str:
    return moment[:19].replace("T", " ")


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def _fee(fen: int) -> str:
    return str((Decimal(fen) / 100 * FEE_RATE).quantize(Decimal("0.00001")))
