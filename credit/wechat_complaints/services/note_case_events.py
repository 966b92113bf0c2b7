"""What happened to a case is written down for WeChat, event by event, in words that stay as they are."""

from django.db import transaction

from credit.complaints.machine.case import NEW_CASE
from credit.complaints.machine.events import followed_by
from credit.complaints.machine.words import CLOSED_STATES, CaseState
from credit.complaints.models import CaseFile
from credit.complaints.queries.cases import events_of
from credit.wechat_complaints.models import WechatComplaint, WechatReply
from credit.wechat_complaints.replies_of_events import RefundWish, replies_of
from district.kernel import clock

State, Kind = WechatReply.State, WechatReply.Kind


@transaction.atomic
def note_case_events(*, case: int) -> int:
    """Write the replies of the events of a case that have none yet, for each complaint that is in it; how many replies.

    However often and late it is called, each event is taken up once and in its order: the complaint knows up to which
    one. A case that was merged hands its complaint over to the other one.
    """
    rows = WechatComplaint.objects.select_for_update(no_key=True).filter(case=case)
    return sum(_note(row) for row in rows.order_by("pk"))


def _note(complaint: WechatComplaint) -> int:
    file = complaint.case
    assert file is not None
    case, written = NEW_CASE, 0
    for event in events_of(file):
        case = followed_by(case, event)
        if event.seq <= complaint.noted_seq:
            continue
        if event.from_state in CLOSED_STATES and event.to_state not in CLOSED_STATES:
            _drop_ends(complaint)
        wish = RefundWish(_is_undecided(complaint), complaint.amount_fen)
        for planned in replies_of(event, case, file.number, wish):
            WechatReply.objects.create(
                complaint=complaint,
                case=file,
                case_seq=planned.case_seq,
                kind=planned.kind,
                words=planned.words,
                awaits_money=planned.awaits_money,
                created_at=clock.now(),
            )
            written += 1
        complaint.noted_seq = event.seq
    if case.state is CaseState.MERGED and file.merged_into_id is not None:
        complaint.case = CaseFile.objects.get(pk=file.merged_into_id)
        complaint.noted_seq = complaint.case.seq
    complaint.save(update_fields=["case", "noted_seq"])
    return written


def _is_undecided(complaint: WechatComplaint) -> bool:
    """Whether WeChat's form has a wish for a refund that we have not spoken of."""
    decided = complaint.replies.filter(kind__in=WechatReply.REFUND_DECISIONS)
    return complaint.problem_type == "REFUND" and not decided.exists()


def _drop_ends(complaint: WechatComplaint) -> None:
    """The case goes on: an end that was not sent yet is none any more."""
    ends = complaint.replies.filter(kind=Kind.COMPLETE, state=State.WAITING)
    ends.update(state=State.MOOT, done_at=clock.now(), set_aside_at=None)
