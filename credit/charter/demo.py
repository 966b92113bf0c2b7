"""What the demo has of co-governance: a charter and its draft, pledges, one merchant that leaves, self-discipline."""

from datetime import timedelta
from typing import Any

from credit.charter import services as charter
from credit.charter.models import CharterVersion
from credit.charter.queries import pledges_in_force
from district.kernel import clock
from district.kernel.idempotency import Key
from district.merchants.models import Clerk
from district.merchants.queries import is_member

_TITLE = "商圈商户联盟诚信公约"
_TEXT = """第一条 明码标价，如实宣传，不设消费陷阱。
第二条 履行已公示的承诺，七日无理由退货按公示的范围办理。
第三条 两日内答复投诉，按公约接受调解与裁定，不报复投诉人。
第四条 活动规则先公示再开展，不虚构原价与销量。
第五条 发现问题主动整改、主动上报。
第六条 退出公约提前三十天提出；在此之前仍受公约约束。"""
_PLEDGES = ("价格写明白，用料看得见。", "七日内包退换，投诉当天答复。", "不卖假货，假一赔三。")
_PUT_RIGHT = (
    ("部分商品价签未及时更新", "已全部更换，今后每周一自查"),
    ("消毒记录有两天漏填", "已补训店员，记录上墙"),
    ("预付卡余额提醒不清楚", "小票加印余额，并提供查询"),
)


def play_charter(context: Any) -> None:
    """The merchants of the demo have signed before the first complaint of the demo is decided."""
    counters = [*context.main_merchants, *context.other_merchants]
    with context.travel_to(110, 10):
        version = _propose(context, _TITLE, _TEXT)
        charter.approve_charter(proposal=version, by=context.second_operator)
    with context.travel_to(109, 10):
        for number, counter in enumerate(counters):
            _sign(context, counter, version, _PLEDGES[number % len(_PLEDGES)])
    with context.travel_to(12, 10):
        leaving = pledges_in_force(clock.now()).exclude(
            merchant__in=[counter.merchant.pk for counter in counters[:8]]
        )
        for pledge in leaving.order_by("pk")[:1]:
            charter.give_notice(pledge=pledge, reason="年内转让店铺", by=pledge.signed_by)
        _report(context, counters)
    with context.travel_to(3, 10):
        _propose(context, f"{_TITLE}（修订稿）", f"{_TEXT}\n第七条 会员权益变更提前七日公示。")


def _propose(context: Any, title: str, text: str) -> CharterVersion:
    return charter.propose_charter(title=title, text=text, by=context.operator, key=_key(title))


def _sign(context: Any, counter: Any, version: CharterVersion, pledge: str) -> None:
    """By the owner, where the merchant has one and was a member then."""
    merchant = counter.merchant
    owners = Clerk.objects.filter(merchant=merchant, role=Clerk.Role.OWNER).select_related("user")
    owner = owners.order_by("pk").first()
    if type(merchant).objects.filter(is_member(clock.now()), pk=merchant.pk).exists():
        by = owner.user if owner else context.operator
        charter.sign_charter(merchant=merchant, version=version, pledge=pledge, by=by)


def _report(context: Any, counters: list[Any]) -> None:
    for number, (matter, correction) in enumerate(_PUT_RIGHT):
        counter = counters[number % 2]
        record = charter.report_self_discipline(
            merchant=counter.merchant,
            found_on=clock.business_day(clock.now()) - timedelta(days=number),
            matter=matter,
            correction=correction,
            by=context.owner_of(counter),
            key=_key(f"self-discipline-{number}"),
        )
        # The last one waits.
        if number < len(_PUT_RIGHT) - 1:
            charter.approve_self_discipline(proposal=record, by=context.operator)


def _key(name: str) -> Key:
    return Key.of("demo:charter", name)


CHAPTERS = [("charter", play_charter)]
