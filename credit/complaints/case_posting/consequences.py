"""What follows beside a case's history from an act: consents, checks, files and labels."""

from datetime import datetime

from credit.complaints.case_posting.bundles import keep_bundle
from credit.complaints.case_posting.work import CaseWork
from credit.complaints.events import CaseNoticeDue
from credit.complaints.machine.events import CaseEvent
from credit.complaints.machine.words import CaseAction, CaseActor, CaseState
from credit.complaints.models import (
    AbuseLabel,
    CaseBundle,
    CaseEventRow,
    CaseMessage,
    CaseNotice,
    MediationConsent,
    WithdrawalCheck,
)
from credit.complaints.queries.facts import ActingParty, who_did_it
from district.kernel.outbox.events import emit
from district.members.models import User


def follow_up(work: CaseWork, by: ActingParty, now: datetime) -> None:
    """Once the events of an act are stored. Raises BundleBroken."""
    for event, _case, _by in work.written:
        match event.action:
            case CaseAction.ESCALATE:
                _note_consent(work, event, by)
            case CaseAction.WITHDRAW:
                _open_check(work, event)
            case CaseAction.TRANSFER:
                assert isinstance(by, User)  # no row of the table lets a till do it
                keep_bundle(work.file, CaseBundle.Purpose.TRANSFER, by, now)
            case CaseAction.CHANGE if event.to_state is CaseState.AWAITING_MERCHANT:
                rows = AbuseLabel.objects.filter(proposal__case=work.file, lifted_at=None)
                rows.update(lifted_at=event.at)


def _note_consent(work: CaseWork, event: CaseEvent, by: ActingParty) -> None:
    """Who asks for mediation takes part in it."""
    MediationConsent.objects.get_or_create(
        case=work.file,
        side=str(event.actor),
        defaults={"agrees": True, "at": event.at, **who_did_it(by)},
    )


def _open_check(work: CaseWork, event: CaseEvent) -> None:
    """Where the merchant had been in touch before the shopper gave up."""
    was_answered = CaseEventRow.objects.filter(case=work.file, actor=str(CaseActor.MERCHANT))
    was_written = CaseMessage.objects.filter(
        case=work.file, sender=str(CaseActor.MERCHANT), state=CaseMessage.State.SENT
    )
    if not was_answered.exists() and not was_written.exists():
        return
    WithdrawalCheck.objects.create(case=work.file, seq=event.seq, opened_at=event.at)
    notice = CaseNotice.objects.create(
        case=work.file,
        audience=str(CaseActor.OFFICER),
        key=f"withdrawal:{event.seq}",
        kind=CaseNotice.Kind.EVENT,
        code="check_withdrawal",
        at=event.at,
    )
    emit(CaseNoticeDue(notice.pk))
