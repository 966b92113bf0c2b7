"""The sentences shopper and clerk read, as they stand on the screen."""

from datetime import datetime

import pytest

from coupons.engine import wording
from coupons.engine.reasons import REMEDIES, Reason
from coupons.engine.schedule import SHANGHAI

# A Thursday.
NOW = datetime(2026, 11, 26, 12, tzinfo=SHANGHAI)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def texts_of(code, **facts):
    reason = Reason(code, facts)
    return wording.for_shopper(reason, NOW), wording.for_clerk(reason, NOW)


def test_no_code_lacks_its_sentences():
    assert set(wording.SENTENCES) == set(REMEDIES)


@pytest.mark.parametrize(
    ("code", "facts", "shopper", "clerk"),
    [
        (
            "below_threshold",
            {"short_fen": 320},
            "还差 ¥3.20",
            "适用金额还差 ¥3.20，未达到使用门槛",
        ),
        (
            "no_eligible_items",
            {},
            "本单没有可用此券的商品",
            "账单中没有适用的商品，或收银台没有上传商品明细",
        ),
        (
            "not_beside_another",
            {},
            "不能与已选的券同时使用",
            "不能与已选的券叠加，请只保留其中一张",
        ),
        (
            "not_at_this_hour",
            {"from": at("2026-11-26 14:00")},
            "14:00 起可用",
            "现在不在可用时段，14:00 起可用",
        ),
        (
            "not_on_this_day",
            {"from": at("2026-11-28 18:00")},
            "周六 18:00 起可用",
            "今天已没有可用时段，周六 18:00 起可用",
        ),
        (
            "not_yet_valid",
            {"from": at("2026-12-01")},
            "12月1日 起可用",
            "尚未生效，12月1日 起可用",
        ),
        (
            "not_at_this_store",
            {},
            "不在适用门店范围内，可在适用门店使用",
            "不在适用门店范围内，可在适用门店使用",
        ),
        (
            "not_at_this_store",
            {"where": ["2F 星河咖啡湖滨店"]},
            "在 2F 星河咖啡湖滨店 可用",
            "本店不适用，在 2F 星河咖啡湖滨店 可用",
        ),
        (
            "leased_to_another_store",
            {"store": "str_book", "until": at("2026-11-26 13:00")},
            "已锁定在另一门店使用，13:00 起可在本店使用",
            "已由另一门店锁定，13:00 起解除，届时可在本店核销",
        ),
        (
            "never_again",
            {"until": at("2026-12-01")},
            "有效期至 11月30日，期内已没有可用时段",
            "有效期至 11月30日，期内已没有可用时段，不能再核销",
        ),
        (
            "expired",
            {"until": at("2026-11-20")},
            "已过期，有效期至 11月19日",
            "已过期（有效期至 11月19日），不能核销",
        ),
        ("used", {}, "已使用", "已使用完，不能再次核销"),
        ("void", {}, "已作废", "已作废，不能核销"),
    ],
)
def test_what_is_said(code, facts, shopper, clerk):
    assert texts_of(code, **facts) == (shopper, clerk)


def test_three_places_are_named_and_no_more():
    shopper, _ = texts_of("not_at_this_store", where=["1F 甲店", "2F 乙店", "3F 丙店", "4F 丁店"])

    assert shopper == "在 1F 甲店、2F 乙店、3F 丙店 可用"


@pytest.mark.parametrize(
    ("instant", "now", "text"),
    [
        ("2026-11-26 14:00", "2026-11-26 00:00", "14:00"),
        ("2026-11-27 00:00", "2026-11-26 23:59", "明天 00:00"),
        ("2026-11-27 18:00", "2026-11-25 12:00", "周五 18:00"),
        ("2026-11-29 09:30", "2026-11-26 12:00", "周日 09:30"),
        # The week ends on Sunday: Monday is said by its date, unless it is tomorrow.
        ("2026-11-30 09:30", "2026-11-26 12:00", "11月30日 09:30"),
        ("2026-11-30 09:30", "2026-11-29 12:00", "明天 09:30"),
        ("2026-12-03 00:00", "2026-11-26 12:00", "12月3日"),
        # One week, though two years.
        ("2027-01-01 10:00", "2026-12-30 12:00", "周五 10:00"),
        ("2027-01-04 00:00", "2026-12-30 12:00", "2027年1月4日"),
        ("2026-11-25 18:00", "2026-11-26 12:00", "11月25日 18:00"),
    ],
)
def test_an_instant_is_said_as_people_say_it(instant, now, text):
    assert wording.instant(at(instant), at(now)) == text


def test_instants_are_said_in_shanghai_whatever_their_offset():
    utc = datetime.fromisoformat("2026-11-26T16:30:00+00:00")

    assert wording.instant(utc, NOW) == "明天 00:30"
    assert wording.instant(utc, datetime.fromisoformat("2026-11-26T16:00:00+00:00")) == "00:30"


@pytest.mark.parametrize(
    ("until", "text"),
    [
        ("2026-12-04 00:00", "12月3日"),
        ("2026-12-04 18:00", "12月4日"),
        ("2027-01-01 00:00", "12月31日"),
        ("2026-01-01 00:00", "2025年12月31日"),
    ],
)
def test_the_end_is_the_last_day(until, text):
    assert wording.last_day(at(until), NOW) == text


@pytest.mark.parametrize(
    ("fen", "text"), [(0, "¥0.00"), (5, "¥0.05"), (320, "¥3.20"), (123456, "¥1,234.56")]
)
def test_fen_are_said_in_yuan(fen, text):
    assert wording.yuan(fen) == text
