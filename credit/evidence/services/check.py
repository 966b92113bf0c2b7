"""WeChat looks at pictures; where it cannot or is not sure, a person judges."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from credit.evidence.errors import EvidenceHidden
from credit.evidence.limits import CHECK_PATIENCE
from credit.evidence.links import check_link
from credit.evidence.models import EvidenceFile
from credit.evidence.values import CheckState, Visibility
from district.kernel import attempts, audit, clock
from district.kernel.errors import DomainError
from district.members.models import User
from district.members.queries import member_of, openid_of
from district.wechat.client import gateway
from district.wechat.errors import PersonNotRecent, WechatMisconfigured
from district.wechat.gateway import ContentScene, Suggestion

_MOST_ATTEMPTS = 5


class VerdictTooEarly(Exception):
    """The verdict came before we stored whose it is: the event is delivered again."""


def check_files(*, limit: int = 100) -> int:
    """Ask WeChat about pictures that wait, and hold for a person those of which it never answered; how many asked."""
    waiting = EvidenceFile.objects.filter(state=CheckState.WAITING, erased_at=None)
    count = attempts.make_calls(waiting, _ask, max_attempts=_MOST_ATTEMPTS, limit=limit)
    given_up = waiting.filter(set_aside_at__isnull=False)
    given_up.update(state=CheckState.HELD)
    late = clock.real_now() - CHECK_PATIENCE
    unanswered = EvidenceFile.objects.filter(state=CheckState.ASKED, asked_at__lt=late)
    unanswered.update(state=CheckState.HELD)
    return count


@transaction.atomic
def note_verdict(*, trace_id: str, suggestion: str, label: int) -> None:
    """What WeChat made of a picture: hidden no longer where it is sure, else a person judges. Again: nothing changes.

    A verdict that comes after its time still counts where nobody has judged. Raises VerdictTooEarly.
    """
    file = EvidenceFile.objects.select_for_update(no_key=True).filter(trace_id=trace_id).first()
    if file is None:
        if _is_being_asked():
            raise VerdictTooEarly
        return
    if file.judged_by_id is not None or file.check_label is not None:
        return
    file.state = CheckState.PASSED if suggestion == Suggestion.PASS else CheckState.HELD
    file.check_label = label
    file.save(update_fields=["state", "check_label"])


@transaction.atomic
def pass_file(*, file: EvidenceFile, reason: str = "", by: User) -> EvidenceFile:
    """A person lets a file be seen that the machine could not judge, or that was refused. Again: nothing changes."""
    return _judge(file, CheckState.PASSED, reason, by)


@transaction.atomic
def refuse_file(*, file: EvidenceFile, reason: str, by: User) -> EvidenceFile:
    """A person hides a file from all but its owner and officers, also one that had passed. Again: nothing changes."""
    return _judge(file, CheckState.REFUSED, reason, by)


@transaction.atomic
def set_visibility(*, file: EvidenceFile, visibility: str, reason: str, by: User) -> EvidenceFile:
    """An officer says who may look. Raises EvidenceHidden for making public what was not checked."""
    locked = EvidenceFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if locked.visibility == visibility:
        return locked
    if visibility == Visibility.PUBLIC and locked.state != CheckState.PASSED:
        raise EvidenceHidden
    locked.visibility = visibility
    locked.save(update_fields=["visibility"])
    _record(locked, by, "set_evidence_visibility", visibility=visibility, reason=reason)
    return locked


def _judge(file: EvidenceFile, state: CheckState, reason: str, by: User) -> EvidenceFile:
    locked = EvidenceFile.objects.select_for_update(no_key=True).get(pk=file.pk)
    if locked.state == state:
        return locked
    if state is CheckState.REFUSED and locked.visibility == Visibility.PUBLIC:
        locked.visibility = Visibility.PARTIES
    locked.state, locked.judged_by, locked.judged_at = state, by, clock.now()
    locked.save(update_fields=["state", "visibility", "judged_by", "judged_at"])
    verb = "pass_evidence_file" if state is CheckState.PASSED else "refuse_evidence_file"
    _record(locked, by, verb, reason=reason)
    return locked


def _ask(file: EvidenceFile) -> None:
    """One question about one picture, outside of any transaction."""
    member = member_of(file.owner)
    openid = openid_of(member) if member else None
    if openid is None:
        _hold(file)
        return
    at = clock.real_now()
    address = reverse("evidence-content-check", args=[check_link(file, at=at)])
    url = settings.PUBLIC_URL.rstrip("/") + address
    try:
        trace_id = gateway().check_picture(url, openid=openid, scene=ContentScene.SOCIAL)
    except (PersonNotRecent, WechatMisconfigured):
        _hold(file)
        return
    except DomainError as error:
        attempts.record_failure(file, error, max_attempts=_MOST_ATTEMPTS)
        file.save(update_fields=["last_error", "set_aside_at"])
        return
    EvidenceFile.objects.filter(pk=file.pk, state=CheckState.WAITING).update(
        state=CheckState.ASKED, trace_id=trace_id, asked_at=at
    )


def _hold(file: EvidenceFile) -> None:
    EvidenceFile.objects.filter(pk=file.pk, state=CheckState.WAITING).update(state=CheckState.HELD)


def _is_being_asked() -> bool:
    """Whether a question is under way whose trace id we do not have yet."""
    begun = clock.real_now() - timedelta(minutes=1) + attempts.CALL_LEASE
    return EvidenceFile.objects.filter(
        state=CheckState.WAITING, attempts__gte=1, next_attempt_at__gt=begun
    ).exists()


def _record(file: EvidenceFile, by: User, verb: str, **facts: str) -> None:
    audit.record(by=by, verb=verb, subject=f"evidence.evidencefile:{file.pk}", **facts)
