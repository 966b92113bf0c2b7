"""A complaint at WeChat becomes a case here, in the same flow as every other."""

from django.db import transaction
from django.db.models import Max, QuerySet

from credit.complaints import services as complaints
from credit.complaints.models import CaseFile
from credit.wechat_complaints import queries
from credit.wechat_complaints.models import WechatComplaint, WechatItem
from credit.wechat_complaints.services.payers import member_of_payer
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key

State = WechatComplaint.State
_CATEGORIES = {"REFUND": "after_sales", "SERVICE_NOT_WORK": "contract"}
LONGEST_DESCRIPTION = 2_000
CONTINUED = "USER_CONTINUE_COMPLAINT"


@transaction.atomic
def open_case_of(*, complaint: WechatComplaint) -> CaseFile | None:
    """File the case of a complaint that was read and has none; the case, or None where a person has to say more.

    Without a store (the payment is nobody's we know) it waits in `needs_store`. Where its filing is refused,
    mostly since the same purchase has an open case already, it waits in `needs_case`: a person links the two. One that is over at WeChat stays without a case.
    The caller holds the complaint's row.
    """
    if complaint.case_id is not None or complaint.state == State.OVER:
        return complaint.case
    store = complaint.store or queries.store_of_payment(complaint.transaction_id)
    if store is None:
        complaint.state = State.NEEDS_STORE
        complaint.save(update_fields=["state"])
        return None
    complaint.store = store
    past = _past_of(complaint)
    member = member_of_payer(payer=complaint.payer)
    filing = complaints.Filing(
        store=store,
        category=_CATEGORIES.get(complaint.problem_type, "other"),
        description=_whole_description(complaint, past)[:LONGEST_DESCRIPTION],
        wish=_wish_of(complaint),
        amount_fen=complaint.apply_refund_fen or complaint.amount_fen,
        # Nobody asked the payer whether the merchant may know the name.
        anonymity=CaseFile.Anonymity.MASKED,
        receipt_no=queries.receipt_no_of_payment(
            complaint.transaction_id, member=member.pk, store=store.pk
        ),
    )
    try:
        case = complaints.file_case(
            member=member,
            filing=filing,
            key=Key.of("wechat_complaint", complaint.complaint_id),
            is_from_wechat=True,
        )
    except DomainError as refusal:
        complaint.state, complaint.last_error = State.NEEDS_CASE, refusal.code
        complaint.save(update_fields=["state", "store", "last_error"])
        return None
    past.update(state=WechatItem.State.NOTED)
    put_into_case(complaint, case)
    return case


def _past_of(complaint: WechatComplaint) -> QuerySet[WechatItem]:
    """What was done up to the last time that the payer went on: the new case begins with that."""
    waiting = complaint.items.filter(state=WechatItem.State.WAITING)
    again = waiting.filter(operate_type=CONTINUED).aggregate(last=Max("position"))
    return waiting.filter(position__lte=again["last"] or 0)


def _whole_description(complaint: WechatComplaint, past: QuerySet[WechatItem]) -> str:
    """What the payer wrote, and wrote when going on."""
    again = past.filter(operate_type=CONTINUED).order_by("position")
    return "\n".join(filter(None, [complaint.description, *(item.words for item in again)]))


def _wish_of(complaint: WechatComplaint) -> str:
    """WeChat's form knows a refund and a service that does not work; what others wish stands in their words."""
    if complaint.problem_type == "REFUND" or complaint.apply_refund_fen > 0:
        return "refund"
    return "redo" if complaint.problem_type == "SERVICE_NOT_WORK" else "none"


def put_into_case(complaint: WechatComplaint, case: CaseFile) -> None:
    """From now on they are one matter: what the case says goes out, from its next event on."""
    complaint.case, complaint.state = case, State.IN_CASE
    complaint.noted_seq, complaint.description = case.seq, None
    complaint.save(update_fields=["case", "state", "noted_seq", "description", "store"])
