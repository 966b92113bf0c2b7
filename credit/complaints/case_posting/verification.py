"""Whether what is stored of cases is what their sealed events say."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from django.db.models import Model, prefetch_related_objects

from credit.complaints.case_posting.rows import breach_row, clock_row, projection
from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.clocks import Timekeeping
from credit.complaints.machine.deadlines import breaches
from credit.complaints.machine.events import CaseEvent, chain_problem, text_sha256
from credit.complaints.machine.words import CaseAction
from credit.complaints.models import CaseEventRow, CaseEvidence, CaseFile
from credit.complaints.queries.cases import machine_case, machine_event
from credit.complaints.queries.evidence import digest_of
from credit.complaints.queries.timekeeping import timekeeping
from credit.evidence.models import EvidenceFile
from district.kernel import clock

_CHUNK = 200
# When the timers look next rests on the policy and the calendar of the day, and on nothing sealed.
_NOT_SEALED = frozenset({"next_look_at"})


def broken_cases() -> tuple[int, list[str]]:
    """How many cases were checked, and a line for each that is broken: its id, the event's number, what is wrong.

    Beside the codes of `chain_problem` these are `person`, for an event that somebody else is said to have done, and
    `row`, `clock`, `breach` or `evidence` with the names of columns that are not as the events left them.
    """
    checked, broken = 0, []
    now = timekeeping()
    files = CaseFile.objects.select_related("store", "merged_into", "receipt").order_by("pk")
    for chunk in _chunks(files.iterator(chunk_size=_CHUNK)):
        prefetch_related_objects(chunk, "clocks", "breaches", "evidence")
        rows = CaseEventRow.objects.filter(case__in=chunk).order_by("case_id", "seq")
        events = {pk: list(group) for pk, group in groupby(rows, key=lambda row: row.case_id)}
        for file in chunk:
            checked += 1
            problem = _problem(file, events.get(file.pk, []), now)
            if problem:
                broken.append(f"{file.public_id} {problem}")
    return checked, broken


def _chunks(files: Iterable[CaseFile]) -> Iterator[list[CaseFile]]:
    chunk: list[CaseFile] = []
    for file in files:
        chunk.append(file)
        if len(chunk) == _CHUNK:
            yield chunk
            chunk = []
    yield chunk


def _problem(file: CaseFile, rows: list[CaseEventRow], now: Timekeeping) -> str:
    """What is wrong with a case first; empty for a whole one."""
    if not rows:
        return "1 seq"
    events = []
    for row in rows:
        try:
            events.append(machine_event(row))
        except ValueError:
            # A word that the machine never wrote.
            return f"{row.seq} hash"
    broken = chain_problem(events, file.head)
    if broken is not None:
        return f"{broken.seq} {broken.code}"
    for row in rows:
        till = f"till:{row.till_id}" if row.till_id else ""
        if row.payload["person"] != f"{row.by_id or ''}{till}":
            return f"{row.seq} person"
    case = machine_case(events)
    checks: dict[str, Iterable[str]] = {
        "row": _wrong_columns(file, case, events, now),
        "clock": _wrong_rows(file.clocks.all(), [clock_row(file, row) for row in case.clocks]),
        "breach": _wrong_breaches(file, case),
        "evidence": _wrong_evidence(file, events),
    }
    return next(
        (f"{file.seq} {code} {' '.join(wrong)}" for code, wrong in checks.items() if wrong), ""
    )


def _wrong_columns(
    file: CaseFile, case: ComplaintCase, events: list[CaseEvent], now: Timekeeping
) -> list[str]:
    """Columns of the case's row that its events leave otherwise."""
    expected = projection(case, now, clock.now())
    filing = events[0].payload["details"]
    is_tip_off = events[0].action is CaseAction.TIP_OFF
    expected |= {
        "kind": CaseFile.Kind.TIP_OFF if is_tip_off else CaseFile.Kind.COMPLAINT,
        "public_id": case.case_id,
        "category": case.category,
        "amount_fen": case.amount_fen,
        "filed_at": case.submitted_at,
        "anonymity": filing["anonymity"],
    }
    wrong = [
        name
        for name, value in expected.items()
        if name not in _NOT_SEALED and getattr(file, name) != value
    ]
    return [*wrong, *(name for name, holds in _references(file, case, events).items() if not holds)]


def _references(file: CaseFile, case: ComplaintCase, events: list[CaseEvent]) -> dict[str, bool]:
    """Whether a case's row points to what its events name. Whose it is may change: members are merged."""
    filing = events[0].payload["details"]
    named = [event.payload["details"]["purchase"] for event in events if _names_purchase(event)]
    receipt = file.receipt
    return {
        "store": file.store.public_id == filing["store"],
        "merchant": file.merchant_id == file.store.merchant_id,
        "wish": file.wish == filing.get("wish", ""),
        "receipt_no": file.receipt_no == filing.get("purchase", ""),
        "receipt": file.receipt_id is None
        or (
            (receipt is not None and named[-1:] == [receipt.receipt_no])
            and receipt.store_id == file.store_id
        ),
        "is_paper_proof": file.is_paper_proof
        is (file.receipt_id is None and filing.get("paid_fen") is not None),
        "walk_in": file.walk_in_id is None or "stated_by" in filing,
        "entered_by": str(file.entered_by_id) in ("None", events[0].payload["person"]),
        "channel": file.channel in CaseFile.Channel.values
        and (file.channel == CaseFile.Channel.STAFF) is (file.entered_by_id is not None),
        "merged_into": (file.merged_into_id is None and not case.merged_into)
        or (file.merged_into is not None and file.merged_into.public_id == case.merged_into),
    }


def _names_purchase(event: CaseEvent) -> bool:
    return "purchase" in event.payload["details"]


def _wrong_rows(stored: Iterable[Model], expected: Iterable[Model]) -> list[str]:
    """Names of clocks that are not as the events left them, or that no event knows."""
    found, known = ({_values(row)[:2]: _values(row) for row in rows} for rows in (stored, expected))
    return [
        " ".join(map(str, key))
        for key in sorted(found.keys() | known.keys())
        if found.get(key) != known.get(key)
    ]


def _wrong_breaches(file: CaseFile, case: ComplaintCase) -> list[str]:
    """Breaches that no clock brought, and those missing of ends that had come by the last event: an act stores
    them all."""
    by_now, by_last_event = (
        {_values(breach_row(file, breach)) for breach in breaches(case.clocks, at)}
        for at in (clock.now(), file.last_at)
    )
    stored = {_values(row) for row in file.breaches.all()}
    return sorted(str(row[2]) for row in (stored - by_now) | (by_last_event - stored))


def _wrong_evidence(file: CaseFile, events: list[CaseEvent]) -> list[str]:
    """Pieces of evidence that are not as the event that names them sealed them."""
    named = {seal for event in events for seal in event.payload["details"].get("evidence", ())}
    rows = list(file.evidence.all())
    wrong = [row.public_id for row in rows if row.seal not in named or not _is_sealed(row)]
    return [*wrong, *sorted(named - {row.seal for row in rows})]


def _is_sealed(row: CaseEvidence) -> bool:
    text = row.description
    if row.file_id is not None:
        is_right = EvidenceFile.objects.filter(pk=row.file_id, sha256=row.sha256).exists()
    else:
        is_right = text is None or text_sha256(f"{row.salt}\n{text}") == row.sha256
    return digest_of(row).seal == row.seal and is_right


def _values(row: Model) -> tuple[Any, ...]:
    """What a row says, beside whose it is and its own number."""
    fields = [field.attname for field in row._meta.concrete_fields]
    return tuple(getattr(row, name) for name in fields if name not in ("id", "case_id"))
