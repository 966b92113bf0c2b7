"""What a coupon says of itself before and after it is claimed."""

from datetime import UTC, date, datetime

import pytest

from coupons.card_view import card_view_of
from coupons.engine.schedule import Schedule
from coupons.engine.validity import Fixed, Relative
from coupons.models import CouponTemplate, TemplateVersion
from coupons.texts import never_in_words, stretch_in_words, validity_in_words, windows_in_words
from tests.factories.coupons import GIFT, PARKING, PERCENT_OFF
from tests.factories.merchants import make_store

# Shanghai midnights.
DEC_1, JAN_1 = datetime(2026, 11, 30, 16, tzinfo=UTC), datetime(2026, 12, 31, 16, tzinfo=UTC)


def windows(*rows):
    return windows_in_words(Schedule.of({"windows": list(rows)}))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], ""),
        ([{"start": 1080, "end": 120}], "每天 18:00–次日 02:00"),
        ([{"weekdays": [1, 2, 3, 4, 5], "start": 660, "end": 840}], "周一至周五 11:00–14:00"),
        ([{"weekdays": [6, 7]}], "周六、周日 全天"),
        ([{"kind": "workday", "end": 600}], "工作日 00:00–10:00"),
        ([{"kind": "holiday", "weekdays": [5]}], "周五（限节假日和周末） 全天"),
        ([{"start": 1080, "end": 1440}, {"end": 60}], "每天 18:00–24:00；每天 00:00–01:00"),
    ],
)
def test_hours_are_said_as_on_a_shop_door(rows, words):
    assert windows(*rows) == words


def test_stretches_name_their_last_day_and_hours_where_they_are_not_midnight():
    assert stretch_in_words(DEC_1, JAN_1) == "2026年12月1日至2026年12月31日"
    assert stretch_in_words(DEC_1, DEC_1.replace(day=1, month=12)) == "2026年12月1日"
    begins, ends = DEC_1.replace(hour=2), DEC_1.replace(hour=12)
    assert stretch_in_words(begins, ends) == "2026年11月30日 10:00至2026年11月30日 20:00"
    times = Schedule(
        never=((date(2027, 2, 5), date(2027, 2, 11)), (date(2027, 5, 1), date(2027, 5, 1)))
    )
    assert never_in_words(times) == "2027年2月5日至2027年2月11日、2027年5月1日"


@pytest.mark.parametrize(
    ("validity", "words"),
    [
        (Fixed(DEC_1, JAN_1), "2026年12月1日至2026年12月31日"),
        (Relative(0, 7), "领取后立即生效，7 天内有效（含领取当天）"),
        (Relative(1, 7), "领取次日起 7 天内有效"),
        (Relative(3, 1), "领取后第 3 天起 1 天内有效"),
    ],
)
def test_validity_is_said_as_it_counts(validity, words):
    assert validity_in_words(validity) == words


def face(**fields):
    terms = {
        "kind": "cash_off",
        "claim_from": DEC_1,
        "claim_until": JAN_1,
        "days_from": 0,
        "days": 7,
    } | fields
    merchant = terms.pop("merchant", None)
    template = CouponTemplate(name="冬日券", merchant=merchant)
    return card_view_of(TemplateVersion(template=template, **terms))


def line(face, label):
    return {line.label: line.text for line in (*face.lines, *face.ways)}.get(label)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "large", "benefit"),
    [
        ({"face_fen": 550, "threshold_fen": 2_000}, ("¥", "5.50", ""), "满 20 元减 5.50 元"),
        (PERCENT_OFF | {"off_bp": 1_500}, ("", "8.5", "折"), "8.5 折（最高减 5 元）"),
        (GIFT, ("", "兑换", ""), "兑换：热美式一杯"),
        (PARKING, ("", "2", "小时"), "停车 120 分钟"),
        ({"kind": "parking", "parking_minutes": 90}, ("", "90", "分钟"), "停车 90 分钟"),
        ({"kind": "parking", "face_fen": 1_000}, ("¥", "10", ""), "停车抵 10 元"),
    ],
)
def test_the_large_print_and_what_it_means(fields, large, benefit):
    view = face(**fields)

    assert (view.sign, view.value, view.unit) == large
    assert (view.name, view.giver, view.benefit) == ("冬日券", "商圈平台", benefit)


@pytest.mark.django_db
def test_every_condition_is_said_with_names_and_none_that_is_not_made():
    store, other = make_store(name="茶铺一店"), make_store(name="书店")
    plain = face(face_fen=500)
    assert line(plain, "适用范围") == "商圈联盟全部门店"
    assert line(plain, "可用时段") == "有效期内均可使用"
    assert [line(plain, label) for label in ("不可用日期", "发放对象", "转赠", "使用门槛")] == [
        None
    ] * 4

    full = face(
        **GIFT,
        threshold_fen=3_000,
        merchant=store.merchant,
        uses=3,
        stacking="free",
        times={"windows": [{"weekdays": [6, 7]}], "never": [["2027-02-05", "2027-02-05"]]},
        scope={
            "only": {"stores": [store.public_id, "str_gone"], "trades": [other.trade.code]},
            "but_not": {"merchants": [other.merchant.public_id]},
            "products": ["4711"],
        },
        audience={"new_within_days": 30, "granted": "clean_plate"},
        per_member=4,
        per_member_day=1,
        points_price=200,
        gift_from_fen=10_000,
        at_counter=True,
        transferable=True,
    )
    assert full.giver == store.merchant.name
    assert line(full, "适用范围") == (
        f"限{other.trade.name}、茶铺一店；{other.merchant.name}除外；限指定商品"
    )
    assert line(full, "使用门槛") == "满 30 元可用"
    assert line(full, "使用次数") == "3 次"
    assert line(full, "可用时段") == "周六、周日 全天"
    assert line(full, "不可用日期") == "2027年2月5日"
    assert line(full, "领取方式") == "免费领取、200 积分兑换、单笔消费满 100 元赠送、到店由店员发放"
    assert line(full, "每人限领") == "4 张，每天 1 张"
    assert line(full, "发放对象") == "入会 30 天内的新会员；获得商户“光盘”认可的会员"
    assert line(full, "转赠") == "可转赠给好友一次"


@pytest.mark.django_db
def test_many_places_are_counted():
    stores = [make_store(name=f"门店{number}") for number in range(8)]
    view = face(face_fen=500, scope={"only": {"stores": [store.public_id for store in stores]}})

    assert line(view, "适用范围").endswith("等 8 处")
