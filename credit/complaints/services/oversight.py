"""Pressure and consent: what a shopper says of revenge, what an officer asks of a withdrawal, who takes part in mediation."""

from datetime import timedelta

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.case_posting.filing import Filing
from credit.complaints.errors import (
    CaseNotInState,
    CaseNotYours,
    ConsentGiven,
    RetaliationReported,
    RetaliationTooEarly,
    WithdrawalChecked,
)
from credit.complaints.machine.words import SIDES, CaseActor
from credit.complaints.models import CaseFile, MediationConsent, WithdrawalCheck
from credit.complaints.models.case_file import OPEN_NAMES
from credit.complaints.queries.cases import wording_of
from credit.complaints.queries.facts import ActingParty, belongs, who_did_it
from credit.complaints.services.file_cases import file_priority_case
from credit.complaints.texts import RETALIATION
from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member, User

RETALIATION_DAYS = 180
State = WithdrawalCheck.State


@transaction.atomic
def report_retaliation(*, case: CaseFile, member: Member, text: str, key: Key) -> CaseFile:
    """The merchant of a case puts the shopper under pressure or takes revenge: a priority case of its own.

    The merchant hears of it when an officer accepts it. It takes no place among the three open filings.

    Raises CaseNotYours, KeyReused, RetaliationReported (one is open), RetaliationTooEarly (the merchant knows of no
    case, or it ended over 180 days ago).
    """
    if (earlier := claim_key(key)) is not None:
        return CaseFile.objects.get(pk=earlier)
    if case.member_id != member.pk:
        raise CaseNotYours
    filed = _file_retaliation(case, text, entered_by=None)
    store_result(key, filed.pk)
    return filed


@transaction.atomic
def check_withdrawal(
    *, check: WithdrawalCheck, is_pressure: bool, note: str, by: User
) -> WithdrawalCheck:
    """An officer has asked the shopper why the case was given up; under pressure it is a priority case at once.

    Raises WithdrawalChecked.
    """
    row = WithdrawalCheck.objects.select_for_update(no_key=True).get(pk=check.pk)
    if row.state != State.OPEN:
        raise WithdrawalChecked
    row.state = State.PRESSURE if is_pressure else State.FREE
    row.note, row.checked_by, row.checked_at = note, by, clock.now()
    row.save(update_fields=["state", "note", "checked_by", "checked_at"])
    audit.record(
        by=by,
        verb="check_withdrawal",
        subject=f"complaints.withdrawalcheck:{row.pk}",
        result=row.state,
    )
    if is_pressure and not _open_report(row.case):
        _file_retaliation(row.case, note, entered_by=by)
    return row


@transaction.atomic
def consent_to_mediation(
    *, case: CaseFile, actor: CaseActor, by: ActingParty, agrees: bool, key: Key
) -> MediationConsent:
    """A side says once whether it takes part in the mediation of an open, accepted complaint.

    Raises CaseNotInState, CaseNotYours, ConsentGiven (it has said so before), KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return MediationConsent.objects.get(pk=earlier)
    if actor not in SIDES or not belongs(case, actor, by):
        raise CaseNotYours
    procedures.lock_case(case.pk)
    file = CaseFile.objects.get(pk=case.pk)
    if not file.is_open or file.accepted_at is None:
        raise CaseNotInState(problem="wrong_state", **wording_of(file))
    if MediationConsent.objects.filter(case=file, side=str(actor)).exists():
        raise ConsentGiven
    consent = MediationConsent.objects.create(
        case=file, side=str(actor), agrees=agrees, at=clock.now(), **who_did_it(by)
    )
    store_result(key, consent.pk)
    return consent


def _file_retaliation(case: CaseFile, text: str, *, entered_by: User | None) -> CaseFile:
    """Raises RetaliationReported, RetaliationTooEarly."""
    procedures.lock_case(case.pk)
    file = CaseFile.objects.select_related("member__user", "walk_in", "store").get(pk=case.pk)
    ended_long_ago = file.closed_at is not None and clock.now() >= file.closed_at + timedelta(
        days=RETALIATION_DAYS
    )
    if file.accepted_at is None or file.is_priority or ended_long_ago:
        raise RetaliationTooEarly
    if _open_report(file):
        raise RetaliationReported
    filing = Filing(
        store=file.store,
        category=RETALIATION,
        description=text,
        wish="none",
        anonymity=file.anonymity,
    )
    return file_priority_case(filing=filing, retaliation_of=file, entered_by=entered_by)


def _open_report(case: CaseFile) -> bool:
    return CaseFile.objects.filter(retaliation_of=case, state__in=OPEN_NAMES).exists()
