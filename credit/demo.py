"""What the demo has of credit: codes on every counter, licences and promises, a round of inspections, ratings with a ring,
public and charter records, a repair, objections that wait and that were decided."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from credit import services as credit
from credit.models import CreditCode, CreditRecord, Inspection, Rating
from credit.public_records import COLUMNS
from district.kernel import clock
from district.kernel.idempotency import Key
from district.merchants.models import Merchant, Store, Venue
from loyalty.queries import receipts

_PROMISES = (
    ("worry-free", "放心消费", "不售假冒伪劣商品，消费争议先行处理。"),
    ("seven-days", "七日无理由退货", "商品完好，七日内可无理由退货。"),
    ("clear-prices", "明码标价", "价格与计价方式在店内公示。"),
)
_PROFILE = (
    ("address", "已实地核对经营地址"),
    ("price_policy", "退换货与价格规则已在店内公示"),
    ("responsible_person", "店长已登记"),
    ("complaint_contact", "投诉联系人在岗"),
)
_TEXTS = {
    5: ("服务热情，下次还来。", "出品稳定，环境干净。", ""),
    4: ("整体不错，周末人多。", "味道好，稍微有点贵。", ""),
    3: ("一般，等得久。", ""),
    2: ("和图片差别大。",),
    1: ("态度很差，不推荐。",),
}
# Stars by number: a good district with some unhappy guests, a few merchants whom all praise, one whom few do.
_STARS = (5, 5, 4, 5, 4, 3, 5, 4, 5, 2, 5, 4, 5, 5, 1, 4)
_BEST_STARS, _WORST_STARS = (5, 5, 5, 4, 5), (1, 2, 1, 1, 3)
_BEST_PLACE, _BEST_EVERY, _WORST = 6, 9, 3
_RATED_WEEKS = 8


def play_credit(context: Any) -> None:
    """Codes, facts and ratings of the last weeks; every merchant has some, the demo's own merchants have all."""
    merchants = [*context.main_merchants, *context.other_merchants]
    with context.travel_to(7 * _RATED_WEEKS, 9):
        _issue_codes(context)
        _verify(context, merchants)
    _rate(context)
    _inspect(context, merchants)
    _keep_records(context)
    with context.travel_to(2, 10):
        _object(context)


def _issue_codes(context: Any) -> None:
    for venue in Venue.objects.order_by("pk"):
        credit.issue_venue_codes(venue=venue, by=context.operator)
    for counter in context.main_merchants:
        for store in counter.stores:
            if not CreditCode.objects.filter(store=store, state=CreditCode.State.LIVE).exists():
                credit.issue_code(store=store, by=context.operator, key=_key("code", store.pk))
    live = CreditCode.objects.filter(state=CreditCode.State.LIVE)
    first, second = live.filter(store__merchant=context.main_merchants[0].merchant).order_by("pk")[
        :2
    ]
    credit.rotate_code(
        code=first, reason="台卡破损，更换新码", by=context.operator, key=_key("rotate", first.pk)
    )
    for _scan in range(40):
        credit.count_scan(store_id=first.store_id)
    for _scan in range(15):
        credit.count_scan(store_id=second.store_id)


def _verify(context: Any, counters: list[Any]) -> None:
    promises = [
        credit.set_promise(code=code, name=name, description=text, by=context.operator)
        for code, name, text in _PROMISES
    ]
    today = clock.business_day(clock.now())
    for number, counter in enumerate(counters):
        merchant = counter.merchant
        # One in seven nobody has visited yet.
        if (number + 4) % 7:
            credit.verify_licence(
                merchant=merchant,
                number=merchant.uscc or f"JY{merchant.pk:012}",
                valid_from=today - timedelta(days=700),
                # One in eleven lets it run out meanwhile.
                valid_until=None if (number + 1) % 11 else today + timedelta(days=20),
                by=context.operator,
                key=_key("licence", merchant.pk),
            )
        items = 4 if _is_best(number) else 1 if number == _WORST else 4 - number % 3
        for item, text in _PROFILE[:items]:
            credit.set_profile_entry(
                merchant=merchant, item=item, content=text, by=context.operator
            )
        for promise in promises[: 3 - number % 4]:
            credit.join_promise(promise=promise, merchant=merchant, by=context.operator)


def _rate(context: Any) -> None:
    """Members rate what they bought; three of one household rate three stores of the same street on one day."""
    for week in range(_RATED_WEEKS, 0, -1):
        with context.travel_to(7 * week - 1, 20):
            for number, (place, receipt) in enumerate(_receipts(context, per_merchant=6)):
                pattern = (
                    _BEST_STARS if _is_best(place) else _WORST_STARS if place == _WORST else _STARS
                )
                stars = pattern[(number + 3 * week) % len(pattern)]
                texts = _TEXTS[stars]
                credit.rate_purchase(
                    member=receipt.account.member,
                    store=receipt.store,
                    receipt_no=receipt.receipt_no,
                    stars=stars,
                    text=texts[number % len(texts)],
                    key=_key("rating", f"{receipt.pk}-{week}"),
                )
    with context.travel_to(1, 21):
        credit.flag_rings()
        for counter in context.main_merchants:
            owner = context.owner_of(counter)
            mine = Rating.objects.filter(merchant=counter.merchant).exclude(text="")
            for rating in mine.order_by("-pk")[:3]:
                credit.reply_to_rating(
                    rating=rating, text="谢谢您的评价，我们会做得更好。", by=owner
                )
        worst = Rating.objects.filter(stars=1).exclude(text="").order_by("pk").first()
        if worst is not None:
            credit.hide_rating_text(rating=worst, reason="含人身攻击", by=context.operator)


def _is_best(place: int) -> bool:
    return place % _BEST_EVERY == _BEST_PLACE


def _receipts(context: Any, *, per_merchant: int) -> Iterator[tuple[int, Any]]:
    """Purchases of the last days, of different members, at each merchant, with the merchant's place."""
    now = clock.now()
    rows = receipts().filter(paid_at__lte=now, paid_at__gt=now - timedelta(days=7), refunded_fen=0)
    for place, counter in enumerate([*context.main_merchants, *context.other_merchants]):
        members: set[int] = set()
        for receipt in rows.filter(store__in=counter.stores).order_by("pk")[: 3 * per_merchant]:
            if receipt.account_id not in members and len(members) < per_merchant:
                members.add(receipt.account_id)
                yield place, receipt


def _inspect(context: Any, counters: list[Any]) -> None:
    with context.travel_to(20, 16):
        today = clock.business_day(clock.now())
        found = credit.open_round(name="本季度诚信巡查", started_on=today, by=context.operator)
        stores = (
            (place, store) for place, counter in enumerate(counters) for store in counter.stores
        )
        for number, (place, store) in enumerate(stores):
            failed = (0, 0, 1, 0, 0, 2, 0, 0, 0, 4)[number % 10]
            failed = 0 if _is_best(place) else 7 if place == _WORST else failed
            _inspect_store(context, found, store, failed, today)


def _inspect_store(context: Any, found: Any, store: Store, failed: int, today: date) -> None:
    if store.state != Store.State.OPEN:
        return
    credit.record_inspection(
        round=found,
        store=store,
        inspected_on=today,
        passed=8 - failed,
        failed=failed,
        note="价签缺失" if failed else "",
        by=context.operator,
        key=_key("inspection", store.pk),
    )


def _keep_records(context: Any) -> None:
    """A file of the authority, a record under the charter with its repair, one that waits for a second person."""
    first, second = (counter.merchant for counter in context.main_merchants)
    others = [counter.merchant for counter in context.other_merchants[:3]]
    with context.travel_to(30, 10):
        rows = [first, second, *others, others[_WORST - 2]]
        content = _record_file(rows, clock.business_day(clock.now()))
        credit.import_public_records(content=content, by=context.operator)
    for merchant, days in ((first, 140), (second, 120)):
        with context.travel_to(25, 11):
            proposal = credit.propose_charter_record(
                merchant=merchant,
                level="minor",
                determined_on=clock.business_day(clock.now()) - timedelta(days=days),
                title="促销规则公示不完整，公约第五条",
                by=context.operator,
                key=_key("charter", merchant.pk),
            )
            credit.approve_charter_record(proposal=proposal, by=context.second_operator)
    with context.travel_to(4, 11):
        for counter in context.main_merchants:
            record = CreditRecord.objects.filter(
                merchant=counter.merchant, source=CreditRecord.Source.CHARTER
            ).latest("pk")
            credit.request_repair(
                record=record,
                remedy="已在店内和小程序补充公示完整规则",
                pledge="今后活动规则先公示再开展",
                by=context.owner_of(counter),
                key=_key("repair", record.pk),
            )
            credit.propose_charter_record(
                merchant=counter.merchant,
                level="minor",
                determined_on=clock.business_day(clock.now()),
                title="占用公共通道，公约第九条",
                by=context.operator,
                key=_key("charter-waiting", counter.merchant.pk),
            )


def _record_file(merchants: list[Merchant], today: date) -> bytes:
    """Rows as the authority publishes them; one cannot be taken."""
    levels = ("一般", "轻微", "一般", "严重", "轻微", "一般")
    lines = [",".join(COLUMNS)]
    for number, merchant in enumerate(merchants):
        if merchant.uscc is None:
            continue
        day = today - timedelta(days=15 + 20 * number)
        cells = (
            *(merchant.uscc, f"杭市监罚〔2026〕{100 + number}号", levels[number % len(levels)]),
            *(day.isoformat(), "区市场监督管理局", "未按规定明码标价", "公示中", ""),
        )
        lines.append(",".join(cells))
    lines.append(
        "913300000000000000,杭市监罚〔2026〕99号,一般,2026-01-01,区市场监督管理局,无此企业,公示中,"
    )
    return "\ufeff{}\r\n".format("\r\n".join(lines)).encode()


def _object(context: Any) -> None:
    for counter in context.main_merchants:
        owner, merchant = context.owner_of(counter), counter.merchant
        inspections = list(Inspection.objects.filter(merchant=merchant).order_by("pk")[:2])
        record = CreditRecord.objects.filter(merchant=merchant).latest("pk")
        for inspection in inspections[:1]:
            credit.request_correction(
                merchant=merchant,
                fact=inspection,
                reason="巡查当日价签正在更换，附更换记录。",
                by=owner,
                key=_key("correction", inspection.pk),
            )
        statement = credit.submit_statement(
            merchant=merchant,
            fact=record,
            text="我们已整改并向顾客致歉。",
            by=owner,
            key=_key("statement", record.pk),
        )
        credit.approve_statement(proposal=statement, by=context.operator)


def _key(name: str, number: int | str) -> Key:
    return Key.of("demo:credit", f"{name}-{number}")


CHAPTERS = [("credit", play_credit)]
