"""Records: of authorities from a file, of the alliance's charter by two people; repaired where the charter's were put right."""

import hashlib
from collections import Counter
from datetime import date, datetime
from typing import Any

from django.db import transaction

from credit.errors import (
    RecordFileInvalid,
    RecordNotRepairable,
    RecordOfTheFuture,
    RepairRequested,
    RepairTooEarly,
)
from credit.models import (
    CharterRecordProposal,
    CreditRecord,
    RecordImport,
    RecordRepair,
    RecordVersion,
)
from credit.public_records import (
    PublicRecord,
    RecordFileUnreadable,
    RecordRow,
    RecordRowProblem,
    read_records,
)
from credit.queries.policies import policy_on
from credit.queries.records import latest_version
from credit.queries.terms import DECISION_DAYS, working_days_after
from credit.score.values import PenaltyLevel
from district.kernel import audit, clock, four_eyes
from district.kernel.database.ids import new_id
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant

Source, State = CreditRecord.Source, RecordVersion.State
OUTCOMES = ("created", "updated", "unchanged", "refused")
_ALLIANCE = "商圈联盟"
_CONTENT = ("level", "determined_on", "authority", "title", "state", "repaired_on")


@transaction.atomic
def import_public_records(*, content: bytes, by: User | None) -> RecordImport:
    """Every row that can be taken; the official word wins over what was there before.

    A record is known by its number: read again it changes what the file changed, and nothing if it is the same.
    A row that cannot be taken is named and does not stop the others. A record that the file does not have stays.
    Raises RecordFileInvalid when it is no such file.
    """
    at = clock.now()
    try:
        rows = list(read_records(content))
    except RecordFileUnreadable as error:
        raise RecordFileInvalid(reason=str(error)) from None
    outcomes, problems = Counter[str](), list[dict[str, Any]]()
    # In one order for all files, so that two imports never wait for each other in a circle; of one number the last line wins.
    for row in sorted(rows, key=lambda row: row.number):
        try:
            outcomes[_take(row, at)] += 1
        except RecordRowProblem as problem:
            outcomes["refused"] += 1
            problems.append({"line": row.line, "number": row.number, "problem": str(problem)})
    problems.sort(key=lambda problem: problem["line"])
    counts: dict[str, Any] = {outcome: outcomes[outcome] for outcome in OUTCOMES}
    done = RecordImport.objects.create(
        digest=hashlib.sha256(content).digest(),
        imported_by=by,
        imported_at=at,
        problems=problems,
        **counts,
    )
    audit.record(
        by=by, verb="import_public_records", subject=f"credit.recordimport:{done.pk}", **counts
    )
    return done


def _take(row: RecordRow, at: datetime) -> str:
    """Raises RecordRowProblem."""
    if row.record is None:
        raise RecordRowProblem(row.problem)
    found = row.record
    merchant = Merchant.objects.filter(uscc=found.uscc, kind=Merchant.Kind.MERCHANT).first()
    if merchant is None:
        raise RecordRowProblem("商圈内没有这个统一社会信用代码的商户")
    _require_possible(found, at)
    record, is_new = CreditRecord.objects.get_or_create(
        source=Source.PUBLIC,
        number=found.number,
        defaults={"merchant": merchant, "recorded_at": at},
    )
    if record.merchant_id != merchant.pk:
        raise RecordRowProblem("该文号已登记在其他商户名下")
    is_changed = _add_version(record, at=at, **{name: getattr(found, name) for name in _CONTENT})
    if is_new:
        return "created"
    return "updated" if is_changed else "unchanged"


def _require_possible(found: PublicRecord, at: datetime) -> None:
    """Raises RecordRowProblem for what lies in the future, and for a repair before the least term."""
    today = clock.business_day(at)
    if found.determined_on > today or (found.repaired_on or today) > today:
        raise RecordRowProblem("日期晚于今天")
    if found.repaired_on is not None:
        least = policy_on(today).penalties[found.level].repair_after_days
        days = (found.repaired_on - found.determined_on).days
        if days < max(least, 1):
            raise RecordRowProblem(f"修复日期早于最短公示期（{least} 天）")


def _add_version(record: CreditRecord, *, at: datetime, **content: Any) -> bool:
    """What the record says from `at` on; whether that is anything new."""
    CreditRecord.objects.select_for_update(no_key=True).get(pk=record.pk)
    last = record.versions.order_by("-number").first()
    if last is not None and all(getattr(last, name) == content[name] for name in _CONTENT):
        return False
    RecordVersion.objects.create(
        record=record, number=last.number + 1 if last else 1, recorded_at=at, **content
    )
    return True


@transaction.atomic
def propose_charter_record(
    *, merchant: Merchant, level: str, determined_on: date, title: str, by: User, key: Key
) -> CharterRecordProposal:
    """A breach of the charter shall be recorded. Raises KeyReused, RecordOfTheFuture."""
    if (earlier := claim_key(key)) is not None:
        return CharterRecordProposal.objects.get(pk=earlier)
    at = clock.now()
    if determined_on > clock.business_day(at):
        raise RecordOfTheFuture
    row = CharterRecordProposal.objects.create(
        merchant=merchant,
        level=level,
        determined_on=determined_on,
        title=title,
        proposed_by=by,
        proposed_at=at,
    )
    store_result(key, row.pk)
    _record("propose_charter_record", row, by)
    return row


def approve_charter_record(
    *, proposal: CharterRecordProposal, by: User, note: str = ""
) -> CharterRecordProposal:
    """Another person agrees, and it is a record. Raises FourEyesNeeded, ProposalDecided."""

    def enter(row: CharterRecordProposal) -> None:
        at = clock.now()
        row.record = CreditRecord.objects.create(
            source=Source.CHARTER, number=new_id("chr"), merchant=row.merchant, recorded_at=at
        )
        _add_version(
            row.record,
            at=at,
            level=row.level,
            determined_on=row.determined_on,
            authority=_ALLIANCE,
            title=row.title,
            state=State.DISPLAYED,
            repaired_on=None,
        )

    return four_eyes.decide(
        proposal,
        approve=True,
        by=by,
        note=note,
        name="charter_record",
        apply=enter,
        applied_fields=("record",),
        repeatable=True,
    )


def reject_charter_record(
    *, proposal: CharterRecordProposal, by: User, note: str = ""
) -> CharterRecordProposal:
    """Another person does not. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="charter_record", repeatable=True
    )


@transaction.atomic
def request_repair(
    *, record: CreditRecord, remedy: str, pledge: str, by: User, key: Key
) -> RecordRepair:
    """A charter record that was put right shall be repaired, from its least term on.

    Records of authorities are repaired by them. Raises KeyReused, RecordNotRepairable, RepairRequested, RepairTooEarly.
    """
    if (earlier := claim_key(key)) is not None:
        return RecordRepair.objects.get(pk=earlier)
    row = CreditRecord.objects.select_for_update(no_key=True).get(pk=record.pk)
    at = clock.now()
    _require_repairable(row, at)
    if row.repairs.filter(state=RecordRepair.State.PROPOSED).exists():
        raise RepairRequested
    repair = RecordRepair.objects.create(
        record=row,
        remedy=remedy,
        pledge=pledge,
        due_at=working_days_after(at, DECISION_DAYS),
        proposed_by=by,
        proposed_at=at,
    )
    store_result(key, repair.pk)
    _record("request_repair", repair, by)
    return repair


@transaction.atomic
def approve_repair(*, proposal: RecordRepair, by: User, note: str = "") -> RecordRepair:
    """Another person grants it: from today on the record costs nothing and is not shown.

    Raises FourEyesNeeded, ProposalDecided, RecordNotRepairable.
    """
    record = CreditRecord.objects.select_for_update(no_key=True).get(pk=proposal.record_id)

    def repair(_row: RecordRepair) -> None:
        at = clock.now()
        last = _require_repairable(record, at)
        content = {name: getattr(last, name) for name in _CONTENT}
        content |= {"state": State.REPAIRED, "repaired_on": clock.business_day(at)}
        _add_version(record, at=at, **content)

    return four_eyes.decide(
        proposal,
        approve=True,
        by=by,
        note=note,
        name="record_repair",
        apply=repair,
        repeatable=True,
    )


def reject_repair(*, proposal: RecordRepair, by: User, note: str = "") -> RecordRepair:
    """Another person does not. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="record_repair", repeatable=True
    )


def _require_repairable(record: CreditRecord, at: datetime) -> RecordVersion:
    """The record's version now. Raises RecordNotRepairable, RepairTooEarly."""
    last = latest_version(record)
    if record.source != Source.CHARTER or last.state != State.DISPLAYED:
        raise RecordNotRepairable
    today = clock.business_day(at)
    least = policy_on(today).penalties[PenaltyLevel(last.level)].repair_after_days
    if (today - last.determined_on).days < max(least, 1):
        raise RepairTooEarly(days=least)
    return last


def _record(verb: str, row: Any, by: User) -> None:
    audit.record(by=by, verb=verb, subject=f"{row._meta.label_lower}:{row.pk}")
