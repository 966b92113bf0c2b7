"""The one verb of cases: somebody does something the table allows, after all that time has brought."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.case_posting.consequences import follow_up
from credit.complaints.case_posting.evidence import evidence_rows, file_rows, keep_evidence
from credit.complaints.case_posting.outcomes import report_outcome
from credit.complaints.case_posting.work import CaseWork, open_case
from credit.complaints.errors import CaseActRefused, CaseChanged, CaseNotYours
from credit.complaints.machine.case import CaseAct
from credit.complaints.machine.events import new_note_salt
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import CaseFile
from credit.complaints.queries.facts import ActingParty, belongs, facts_of, person_name
from credit.complaints.queries.timekeeping import timekeeping
from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key, claim_key, store_result


@dataclass(frozen=True, slots=True)
class CaseRequest:
    """What somebody asks for. `evidence` are descriptions in words, `files` ids of what the person handed in; they
    become rows that the event names. `receipt` is the purchase that the shopper names after the filing.
    """

    action: CaseAction
    actor: CaseActor
    by: ActingParty
    reason: str = ""
    note: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    receipt: Any = None
    # The number of the last event that the person has seen, where that was on a page.
    seen_seq: int | None = None


@transaction.atomic
def act_on_case(*, case: CaseFile, request: CaseRequest, key: Key) -> CaseFile:
    """Do an act of the table on a case, once for a key; the case as it is after that.

    Whatever the timers had to do by now happens first, each act at its own instant, so that it makes no
    difference how punctual they are; and again after the act, since a final decision is concluded at once.

    Raises CaseActRefused, CaseChanged, CaseNotInState, CaseNotYours, EvidenceUnknown, EvidenceUsed, KeyReused,
    PurchaseHasOpenCase, TooMuchEvidence.
    """
    if (earlier := claim_key(key)) is not None:
        return CaseFile.objects.get(pk=earlier)
    _lock_both(case, request)
    work = open_case(case.pk, timekeeping())
    if not belongs(work.file, request.actor, request.by):
        raise CaseNotYours
    if work.file.walk_in_id and request.actor is CaseActor.SHOPPER:
        _require_stated_by(request)
    if request.seen_seq not in (None, work.case.seq):
        raise CaseChanged
    _apply_request(work, request)
    store_result(key, work.file.pk)
    return work.file


def _apply_request(work: CaseWork, request: CaseRequest) -> None:
    """The act itself, on a case that is locked. Raises CaseActRefused, CaseNotInState, PurchaseHasOpenCase."""
    now = max(clock.now(), work.case.last_at or clock.now())
    details = dict(request.details)
    facts = facts_of(
        work.file,
        request.actor,
        request.action,
        request.by,
        master=str(details.get("master", "")),
        receipt=request.receipt,
    )
    work.run_clocks(now, facts)
    evidence = evidence_rows(request.actor, request.evidence, at=now)
    evidence += file_rows(work.file, request.actor, request.files, owner=request.by, at=now)
    if evidence:
        details["evidence"] = [row.seal for row in evidence]
    if request.receipt is not None:
        details["paid_fen"] = request.receipt.paid_fen - request.receipt.refunded_fen
        # What the ledger knows stands instead of a paper receipt.
        work.file.receipt, work.file.is_paper_proof = request.receipt, False
        work.file_changes += ["receipt", "is_paper_proof"]
    act = CaseAct(
        action=request.action,
        actor=request.actor,
        at=now,
        person=person_name(request.by),
        reason_code=request.reason,
        note=request.note,
        note_salt=new_note_salt(),
        details=details,
    )
    work.do(act, facts, request.by)
    if request.action is CaseAction.MERGE:
        work.file.merged_into = CaseFile.objects.get(public_id=details["master"])
        work.file_changes.append("merged_into")
    work.run_clocks(now, facts)
    with translate_database_errors():
        work.save(now)
        keep_evidence(work.file, evidence)
    follow_up(work, request.by, now)
    report_outcome(work)


def _require_stated_by(request: CaseRequest) -> None:
    """Who writes for a person who is no member says how the person told it. Raises CaseActRefused."""
    if "stated_by" not in request.details:
        raise CaseActRefused(problem="details_missing")


def _lock_both(case: CaseFile, request: CaseRequest) -> None:
    """Of two cases that become one, the one with the lower number first."""
    if request.action is not CaseAction.MERGE:
        return
    master = CaseFile.objects.filter(
        kind=CaseFile.Kind.COMPLAINT, public_id=request.details.get("master", "")
    ).first()
    if master is None:
        raise NotFound
    for pk in sorted({case.pk, master.pk}):
        procedures.lock_case(pk)
