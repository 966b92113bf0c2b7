"""What a person can do at WeChat Pay's side of the sandbox: a few forms and lists on its `/`."""

from html import escape

from district.wechat.sandbox.pay.pay_state import PayState

_NEWEST = 10
_SECTION = """<h2>微信支付</h2>
<p>商户号 <code>{mchid}</code>，沙箱时间 {now}。通知地址（商圈）<code>{mall_notify_url}</code></p>
<ul>
<li>{who}</li>
<li>{run_hour} · {run_day} · {fast} · {normal}</li>
<li>{hold} · {release}</li>
<li>{cut} · {bad_signature} · {probe} · {bad_notice} · {clear}</li>
</ul>
<form action="/_control/pay-mall-authorize"><fieldset><legend>会员授权商圈积分</legend>
<input name="person" value="demo-1" aria-label="会员"> <button>授权</button></fieldset></form>
<form action="/_control/pay-mall-payment"><fieldset><legend>在商圈门店付款</legend>
<input name="person" value="demo-1" aria-label="会员"> <input name="shop_number" placeholder="门店编号" aria-label="门店编号">
<input name="amount_fen" value="8800" aria-label="金额（分）"> 分 <button>付款</button></fieldset></form>
<form action="/_control/pay-mall-refund"><fieldset><legend>门店退款</legend>
<input name="transaction_id" placeholder="微信订单号" aria-label="微信订单号">
<input name="refund_fen" value="100" aria-label="金额（分）"> 分 <button>退款</button></fieldset></form>
<form action="/_control/pay-plate"><fieldset><legend>车牌与停车服务</legend>
<input name="person" value="demo-1" aria-label="会员"> <input name="plate_number" placeholder="车牌号" aria-label="车牌号">
<select name="plate_color" aria-label="车牌颜色"><option value="BLUE">蓝牌</option><option value="GREEN">绿牌</option>
<option value="YELLOW">黄牌</option><option value="LIMEGREEN">黄绿牌</option><option value="BLACK">黑牌</option>
<option value="WHITE">白牌</option></select>
<select name="service_state" aria-label="服务状态"><option value="NORMAL">已开通</option><option value="PAUSE">已暂停</option>
<option value="OUT_SERVICE">未开通</option></select>
<label><input type="checkbox" name="owes" value="true"> 欠费</label>
<label><input type="checkbox" name="fails_evaluation" value="true"> 支付分不足</label>
<button>保存</button></fieldset></form>
<p>停车扣费结果：{charges_succeed} · {charges_fail} · {charges_advanced}</p>
<form action="/_control/pay-complaint"><fieldset><legend>向微信投诉一笔支付</legend>
<input name="person" value="demo-1" aria-label="会员"> <input name="transaction_id" placeholder="微信订单号" aria-label="微信订单号">
<input name="detail" value="商品与描述不符" aria-label="投诉内容"> <input name="apply_refund_fen" value="0" aria-label="申请退款（分）"> 分
<button>投诉</button></fieldset></form>
<h3>投诉</h3><ul>{complaints}</ul>
<h3>车牌</h3><ul>{plates}</ul>
<h3>停车入场</h3><ul>{entries}</ul>
<h3>停车扣费</h3><ul>{charges}</ul>
<h3>订单</h3><ul>{orders}</ul>
<h3>退款</h3><ul>{refunds}</ul>
<h3>商圈付款</h3><ul>{payments}</ul>
<h3>通知</h3><ul>{notices}</ul>
"""
_FAULT = "fault?route={}&kind={}"


def pay_section(state: PayState) -> str:
    """The part of the page about WeChat Pay, as HTML."""
    return _SECTION.format(
        mchid=escape(state.account.mchid),
        now=escape(state.time()[:19].replace("T", " ")),
        mall_notify_url=escape(state.settings["mall_notify_url"] or "未设置"),
        who=_link("pay-account", "我是谁：商户号、密钥和设置"),
        run_hour=_link("pay-run?seconds=3600", "时钟前进一小时"),
        run_day=_link("pay-run?seconds=86400", "前进一天"),
        fast=_link("clock-speed?factor=60", "每秒走一分钟"),
        normal=_link("clock-speed?factor=1", "恢复正常速度"),
        hold=_link("pay-settings?hold_notices=true", "扣住通知（之后逐条发送，可打乱顺序）"),
        release=_link("pay-settings?hold_notices=false", "不再扣住"),
        cut=_link(_FAULT.format("place_order", "cut"), "下单成功但丢掉应答"),
        bad_signature=_link(_FAULT.format("query_order", "bad_signature"), "查单应答签名错误"),
        probe=_link(_FAULT.format("notice", "probe"), "下一条通知先发签名探测"),
        bad_notice=_link(_FAULT.format("notice", "bad_signature"), "下一条通知签名错误"),
        clear=_link("clear-faults", "清除故障"),
        charges_succeed=_link("pay-settings?charge_outcome=SUCCESS", "成功"),
        charges_fail=_link("pay-settings?charge_outcome=FAIL", "失败"),
        charges_advanced=_link("pay-settings?charge_outcome=ADVANCE", "微信垫付"),
        plates=_items(state, "plate_service", _plate),
        entries=_items(state, "vehicle_entry", _entry),
        charges=_items(state, "vehicle_charge", _charge),
        orders=_items(state, "order", _order),
        refunds=_items(state, "refund", _refund),
        payments=_items(state, "mall_payment", _mall_payment),
        complaints=_items(state, "complaint", _complaint),
        notices=_items(state, "notice", _notice),
    )


def _items(state: PayState, kind: str, line: object) -> str:
    newest = state.store.all(kind)[: -_NEWEST - 1 : -1]
    assert callable(line)
    return "".join(f"<li>{line(document)}</li>" for document in newest) or "<li>无</li>"


def _order(order: dict) -> str:
    number = order["request"]["out_trade_no"]
    words = f"{escape(number)} {_yuan(order['request']['amount']['total'])} {order['trade_state']}"
    if order["trade_state"] != "NOTPAY":
        return words
    return f"{words} {_link(f'pay-order?out_trade_no={number}', '付款')}"


def _refund(refund: dict) -> str:
    number = refund["request"]["out_refund_no"]
    words = f"{escape(number)} {_yuan(refund['request']['amount']['refund'])} {refund['status']}"
    if refund["status"] != "PROCESSING":
        return words
    return f"{words} {_link(f'pay-settle-refund?out_refund_no={number}', '完成退款')}"


def _plate(service: dict) -> str:
    words = f"{escape(service['plate_number'])} {service['plate_color']} {service['service_state']}"
    return f"{words} 欠费" if service["owes"] else words


def _entry(entry: dict) -> str:
    request = entry["request"]
    plate = escape(request["plate_number"])
    name = escape(request["parking_name"])
    words = f"{plate} {name} {entry['state']} {entry['reason']}".strip()
    return (
        f"{words}（该车已在场：微信不拒绝重复入场，应由商户拒绝）" if entry["is_second"] else words
    )


def _charge(charge: dict) -> str:
    number = escape(charge["request"]["out_trade_no"])
    words = f"{number} {_yuan(charge['request']['amount']['total'])} {charge['trade_state']}"
    if charge["trade_state"] == "ACCEPTED":
        succeed = _link(f"pay-settle-charge?out_trade_no={number}&outcome=SUCCESS", "扣款成功")
        fail = _link(f"pay-settle-charge?out_trade_no={number}&outcome=FAIL", "扣款失败")
        return f"{words} {succeed} · {fail}"
    if charge["trade_state"] == "PAY_FAIL" or charge.get("user_repaid") == "N":
        return f"{words} {_link(f'pay-repay-charge?out_trade_no={number}', '还款')}"
    return words


def _mall_payment(payment: dict) -> str:
    shop = escape(payment["shop_number"] or payment["shop_name"] or "未填门店")
    return f"{payment['transaction_id']} {shop} {_yuan(payment['amount'])}"


def _complaint(complaint: dict) -> str:
    number, state = escape(complaint["complaint_id"]), complaint["complaint_state"]
    words = f"{number} {escape(complaint['complaint_detail'])} {state}"
    acts = (
        {"continue": "继续投诉", "satisfaction": "评价满意"}
        if state == "PROCESSED"
        else {"respond": "留言", "revoke": "撤诉"}
    )
    links = " · ".join(
        _link(f"pay-complaint-act?complaint_id={number}&act={act}&text={label}", label)
        for act, label in acts.items()
    )
    return f"{words} {links}"


def _notice(notice: dict) -> str:
    taken = "已收下" if notice["is_taken"] else "未收下"
    answers = "、".join(answer for attempt in notice["attempts"] for answer in attempt["answers"])
    words = f"{escape(notice['event_type'])} {taken}（{escape(answers) or '未发送'}）"
    return f"{words} {_link('pay-deliver?id=' + notice['id'], '再发一次')}"


def _link(address: str, words: str) -> str:
    return f'<a href="/_control/{escape(address)}">{words}</a>'


def _yuan(fen: int) -> str:
    return f"¥{fen // 100}.{fen % 100:02}"
