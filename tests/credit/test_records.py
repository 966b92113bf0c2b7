"""Records of authorities and of the charter: what is known, shown and repaired."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from credit import services as credit
from credit.errors import (
    RecordFileInvalid,
    RecordNotRepairable,
    RecordOfTheFuture,
    RepairRequested,
    RepairTooEarly,
)
from credit.models import CreditRecord, RecordImport, RecordVersion
from credit.public_records import RecordFileUnreadable, read_records
from credit.queries.records import displayed_records, known_records
from credit.queries.standing import store_standing
from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, ProposalDecided
from tests.factories.credit import (
    fresh_key,
    make_charter_record,
    record_file,
    record_line,
)
from tests.factories.members import make_staff
from tests.factories.merchants import make_merchant, make_store
from tests.race import race

AT = datetime(2026, 11, 20, 3, tzinfo=UTC)
USCC = "91330100MA27XW7R2K"


@pytest.fixture
def store(db):
    return make_store(merchant=make_merchant(uscc=USCC))


@pytest.fixture
def people(db):
    return make_staff("jia"), make_staff("yi")


def load(*lines, at=AT):
    with clock.travel_to(at):
        done = credit.import_public_records(content=record_file(*lines), by=None)
    counts = (done.created, done.updated, done.unchanged, done.refused)
    return counts, [(problem["line"], problem["problem"]) for problem in done.problems]


def displayed(store, at=AT):
    standing = store_standing(store.public_id, at=at)
    return [(row.level, row.remaining_days) for row in standing.records]


def test_a_file_is_read_without_a_database():
    line = f"{USCC.lower()},甲1,严重,2026-01-05,局,事由,已修复,2027/02/01"
    (row,) = read_records(record_file(line))
    assert (row.line, row.record.uscc, row.record.level) == (2, USCC, "serious")
    assert row.record.repaired_on == date(2027, 2, 1)
    for unreadable in (b"\xff\xfe", "文号,等级\n".encode(), b""):
        with pytest.raises(RecordFileUnreadable):
            list(read_records(unreadable))


def test_each_bad_row_is_named_and_stops_no_other(store):
    good = record_line(store.merchant)
    counts, problems = load(
        good,
        record_line(store.merchant, "2", 等级="特别严重"),
        record_line(store.merchant, "3", 认定日期="2026-02-30"),
        record_line(store.merchant, "4", 认定日期="2026-11-21"),
        record_line(store.merchant, "5", 统一社会信用代码="91330100MA27XW7R2L"),
        record_line(store.merchant, "6", 状态="已修复"),
        record_line(store.merchant, "7", 状态="已修复", 修复日期="2026-06-20"),
        record_line(store.merchant, "8", 状态="没有这种"),
        record_line(store.merchant, ""),
        record_line(store.merchant, "9"),
    )

    assert counts == (2, 0, 0, 8)
    assert [line for line, _problem in problems] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert "2026-02-30" in problems[1][1]
    assert "最短公示期" in problems[5][1]


def test_the_official_word_wins_and_the_same_file_changes_nothing(store):
    line = record_line(store.merchant)
    assert load(line)[0] == (1, 0, 0, 0)
    assert displayed(store) == [("general", 193)]
    assert load(line)[0] == (0, 0, 1, 0)
    later = AT + timedelta(days=1)
    repaired = record_line(store.merchant, 状态="已修复", 修复日期="2026-11-01")
    assert load(repaired, at=later)[0] == (0, 1, 0, 0)
    assert displayed(store, later) == []
    # What was known yesterday is still known of yesterday.
    assert displayed(store) == [("general", 193)]
    assert load(record_line(store.merchant, 等级="严重"), at=later + timedelta(1))[0] == (
        0,
        1,
        0,
        0,
    )
    assert [row.level for row in displayed_records(store.merchant_id, later + timedelta(1))] == [
        "serious"
    ]
    assert load(record_line(store.merchant, 状态="已停止公示"), at=later + timedelta(2))[0][1] == 1
    assert displayed(store, later + timedelta(2)) == []
    other = make_merchant(uscc="91330100MA27XW7R2L")
    assert load(record_line(other))[1] == [(2, "该文号已登记在其他商户名下")]


def test_a_record_is_shown_until_its_term_ends(store):
    load(record_line(store.merchant))
    last = datetime(2027, 5, 31, 15, 59, tzinfo=UTC)
    assert displayed(store, last) == [("general", 1)]
    assert displayed(store, last + timedelta(minutes=1)) == []
    assert known_records([store.merchant_id], last).count() == 1


def test_the_command_prints_what_became_of_the_rows(store, tmp_path):
    file = tmp_path / "records.csv"
    file.write_bytes(record_file(record_line(store.merchant)))
    printed = StringIO()
    call_command("import_credit_records", file, stdout=printed)
    assert json.loads(printed.getvalue())["created"] == 1
    file.write_bytes(b"\xff")
    for path in (file, tmp_path / "none.csv"):
        with pytest.raises(CommandError):
            call_command("import_credit_records", path)
    assert RecordImport.objects.count() == 1


def test_two_people_enter_and_repair_a_charter_record(store, people):
    proposer, other = people
    with clock.travel_to(AT):
        proposal = credit.propose_charter_record(
            merchant=store.merchant,
            level="general",
            determined_on=date(2026, 9, 1),
            title="夸大宣传",
            by=proposer,
            key=fresh_key(),
        )
        with pytest.raises(FourEyesNeeded):
            credit.approve_charter_record(proposal=proposal, by=proposer)
        record = credit.approve_charter_record(proposal=proposal, by=other).record
        assert credit.approve_charter_record(proposal=proposal, by=other).record == record
        with pytest.raises(ProposalDecided):
            credit.reject_charter_record(proposal=proposal, by=other)
        asked = {"record": record, "remedy": "已下架", "pledge": "不再发生", "by": proposer}
        with pytest.raises(RepairTooEarly):
            credit.request_repair(**asked, key=fresh_key())
        with pytest.raises(RecordOfTheFuture):
            make_charter_record(store.merchant, date(2026, 11, 21), by=people)
    assert CreditRecord.objects.count() == 1
    later = datetime(2026, 11, 30, 3, tzinfo=UTC)
    with clock.travel_to(later):
        repair = credit.request_repair(**asked, key=fresh_key())
        # Ten working days after Monday 30 November: the end of 14 December.
        assert repair.due_at == datetime(2026, 12, 14, 16, tzinfo=UTC)
        with pytest.raises(RepairRequested):
            credit.request_repair(**asked, key=fresh_key())
        credit.reject_repair(proposal=repair, by=other, note="未见下架照片")
        again = credit.request_repair(**asked, key=fresh_key())
        with pytest.raises(FourEyesNeeded):
            credit.approve_repair(proposal=again, by=proposer)
        assert displayed(store, later) == [("general", 275)]
        credit.approve_repair(proposal=again, by=other)
        assert displayed(store, later) == []
        with pytest.raises(RecordNotRepairable):
            credit.request_repair(**asked, key=fresh_key())
    assert [row.state for row in record.versions.order_by("number")] == ["displayed", "repaired"]


def test_what_an_authority_displays_only_the_authority_repairs(store, people):
    load(record_line(store.merchant, 认定日期="2026-01-05"))
    with pytest.raises(RecordNotRepairable), clock.travel_to(AT):
        credit.request_repair(
            record=CreditRecord.objects.get(),
            remedy="已整改",
            pledge="不再发生",
            by=people[0],
            key=fresh_key(),
        )
    with pytest.raises(RecordFileInvalid):
        credit.import_public_records(content=b"\xff", by=None)


def test_two_imports_at_once_are_one(real_db):
    merchant = make_merchant(uscc=USCC)
    content = record_file(record_line(merchant), record_line(merchant, "2"))
    race(*(lambda: credit.import_public_records(content=content, by=None) for _ in range(3)))

    assert sorted(RecordVersion.objects.values_list("record__number", "number")) == [
        ("2", 1),
        ("杭西市监罚〔2026〕1号", 1),
    ]
