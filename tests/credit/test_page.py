"""What a page says of a merchant, in which order, from how many reads; and the list by rank."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from credit import services as credit
from credit.models import CreditSnapshot, MerchantStatement
from credit.queries.profiles import known_licences, profile_entries, promises_of
from credit.queries.records import displayed_records
from credit.queries.snapshots import newest_snapshot
from credit.queries.standing import store_standing
from district.kernel import clock
from tests.credit.test_codes import path_of
from tests.credit.test_snapshots import AT, NEXT_NIGHT, live_a_day, take
from tests.factories.credit import announce_policy, fresh_key, make_charter_record, make_code
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_staff

HEADINGS = [
    *("诚信码有效", "门店", "执照", "商圈诚信等级", "近十二个月的投诉", "失信记录", "已加入的承诺"),
    *("商户说明", "公示资料", "这个分数怎样计算", "投诉、举报与更正"),
]


@pytest.fixture
def people(db):
    return make_staff("jia"), make_staff("yi")


@pytest.fixture
def store(db, people):
    """A store whose merchant has one of everything, and of most things an earlier version."""
    store = make_earning_store()
    merchant = store.merchant
    inspection = live_a_day(store)
    with clock.travel_to(AT):
        for number in ("A1", "A2"):
            credit.verify_licence(
                merchant=merchant,
                number=number,
                valid_from=date(2026, 1, 1),
                valid_until=date(2027, 1, 1),
                by=None,
                key=fresh_key(),
            )
        for text in ("旧址", "湖滨 108"):
            credit.set_profile_entry(merchant=merchant, item="address", content=text, by=None)
        credit.set_profile_entry(merchant=merchant, item="price_policy", content="", by=None)
        for code in ("one", "two"):
            promise = credit.set_promise(code=code, name=code, description="不售假", by=None)
            adoption = credit.join_promise(promise=promise, merchant=merchant, by=None)
        credit.leave_promise(adoption=adoption, reason="停业", by=None)
        record, voided, repaired = (
            make_charter_record(merchant, date(2026, 8, day), by=people) for day in (1, 2, 3)
        )
        approved = [
            credit.request_correction(
                merchant=merchant, fact=voided, reason="误", by=people[0], key=fresh_key()
            ),
            credit.request_repair(
                record=repaired, remedy="改", pledge="诺", by=people[0], key=fresh_key()
            ),
            credit.submit_statement(
                merchant=merchant, fact=record, text="已整改", by=people[0], key=fresh_key()
            ),
            credit.submit_statement(
                merchant=merchant, fact=inspection, text="价签补齐", by=people[0], key=fresh_key()
            ),
        ]
        credit.uphold_correction(proposal=approved[0], by=people[1])
        credit.approve_repair(proposal=approved[1], by=people[1])
        for statement in approved[2:]:
            assert isinstance(statement, MerchantStatement)
            credit.approve_statement(proposal=statement, by=people[1])
        credit.request_correction(
            merchant=merchant, fact=record, reason="有误", by=people[0], key=fresh_key()
        )
    take()
    return store


def test_one_statement_says_what_the_queries_say_one_by_one(store):
    for at in (AT, NEXT_NIGHT):
        found = store_standing(store.public_id, at=at)
        merchant, snapshot = store.merchant_id, newest_snapshot(store.merchant_id)

        assert found.licence.licence.number == known_licences([merchant], at).get().number == "A2"
        assert found.profile == {
            row.item: row.content for row in profile_entries([merchant], at) if row.content
        }
        assert [promise.name for promise in found.promises] == [
            row.promise.name for row in promises_of(merchant, at)
        ]
        assert [record.determined_on for record in found.records] == [
            row.determined_on for row in displayed_records(merchant, at)
        ]
        for field in CreditSnapshot._meta.fields:
            if field.name not in {"id", "inputs", "previous", "taken_at", "revision"}:
                kept = getattr(snapshot, field.attname)
                assert getattr(found.snapshot, field.attname) == kept, field.name
    (record,) = found.records
    assert (record.is_disputed, record.statement, record.level_text) == (True, "已整改", "一般")
    assert [(row.fact, row.text) for row in found.statements] == [("inspection", "价签补齐")]
    assert round(sum(line.points for line in found.contributions), 3) == round(
        found.snapshot.result["raw"], 3
    )
    assert found.changes[0].points >= found.changes[-1].points > 0


def test_the_page_says_all_in_its_order_from_three_statements(store):
    path, query = path_of(make_code(store))
    client = Client()
    with clock.travel_to(NEXT_NIGHT):
        client.get(path, query)
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(path, query)
        with CaptureQueriesContext(connection) as asked_by_api:
            listed = client.get(f"/api/v1/stores/{store.public_id}/credit").json()

    assert len(asked) == 3
    assert len(asked_by_api) == 2
    headings = re.findall(r"<h[12]>(.*?)</h[12]>", answer.text)
    assert headings == HEADINGS
    assert answer.text.index("核验日期") < answer.text.index("90% 区间")
    assert "再有 20 位真实消费者" in answer.text
    assert len(answer.content) < 50_000
    assert re.findall(r"<(?:main|header|section role|html) [^>]*", answer.text)[0].startswith(
        '<html lang="zh-hans"'
    )
    assert not re.search(r'(src|href)="(https?:)?//|<script|style="', answer.text)
    assert [row["text"] for row in listed["statements"]] == ["价签补齐"]
    assert listed["changes"][0]["points"] > 0


def test_a_record_is_displayed_for_the_term_of_the_policy_of_the_day(store, people):
    with clock.travel_to(AT):
        announce_policy(
            "credit-v2", date(2026, 12, 20), people, penalties={"general": {"term_days": 130}}
        )
    last = date(2026, 8, 1) + timedelta(days=130)

    def ends(day):
        with clock.travel_to(clock.start_of_day(day)):
            return [row.ends_on for row in store_standing(store.public_id, at=clock.now()).records]

    assert ends(date(2026, 12, 19)) == [date(2027, 8, 1)]
    assert last < date(2026, 12, 20)
    assert ends(date(2026, 12, 20)) == []


def test_the_ranking_can_be_asked_by_venue_and_by_trade(store):
    row = newest_snapshot(store.merchant_id)
    other = make_earning_store()

    def names(**asked):
        answer = Client().get("/credit/ranking/", asked)
        listed = Client().get("/api/v1/credit/ranking", asked).json()["results"]
        assert answer.text.count('class="name"') == len(listed)
        return [found["merchant"]["name"] for found in listed]

    assert row.grade is not None
    assert names() == [store.merchant.name]
    assert names(venue=store.venue.public_id, trade=store.trade.code) == [store.merchant.name]
    assert names(venue=other.venue.public_id) == []
    assert Client().get("/credit/ranking/", {"venue": "ven_" + "0" * 22}).status_code == 404
    assert Client().get("/credit/ranking/", {"trade": "x' or 1"}).status_code == 404
    assert Client().get("/api/v1/credit/ranking", {"trade": "X"}).status_code == 400
