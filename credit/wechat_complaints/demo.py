"""What the demo has of complaints at WeChat: some in a case, one settled, one that waits for its store.

Where the stand-in for WeChat runs, they are made there, and our worker reads and answers them. Without it the rows
are as WeChat would have told them.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from django.conf import settings

from credit.complaints import services as complaints
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseActor, RemedyKind
from credit.complaints.models import CaseFile
from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.models import WechatComplaint, WechatReply
from district.kernel import clock
from district.kernel.idempotency import Key
from district.wechat.pay.complaints import ComplaintOrder, NegotiationItem, PayComplaint
from district.wechat.pay_account import has_pay_account
from loyalty.business_circle.models import MallPayment

_WORDS = (
    "收到的蛋糕已经变质，要求退款。",
    "多扣了一次款，店家说要等，一直没有退。",
    "美甲做完第二天就掉了，要求重做。",
    "充值卡余额对不上。",
)
_DAYS_AGO = 5


def play_complaints(context: Any) -> None:
    """Complaints about payments in member stores; the people of the first one have come to an agreement."""
    if _has_sandbox():
        # It knows nothing of these: what goes out to it would be refused.
        return
    payments = list(MallPayment.objects.filter(state="credited").order_by("-pk")[:3])
    for number, payment in enumerate(payments):
        with context.travel_to(_DAYS_AGO - number, 10):
            _tell(number, payment.transaction_id, payment.amount_fen)
    with context.travel_to(1, 9):
        _tell(len(payments), "4200000000000000000000000404", 8_800)
    first = WechatComplaint.objects.exclude(case=None).order_by("pk").first()
    if first is not None and first.case is not None:
        _settle(context, first, first.case)
    with context.travel_to(1, 15):
        for case in WechatComplaint.objects.exclude(case=None).values_list("case", flat=True):
            wechat_complaints.note_case_events(case=case)
        _leave_alone()


def _tell(number: int, transaction_id: str, amount_fen: int) -> None:
    """As the inbox and the worker do, with what WeChat would have answered."""
    at: datetime = clock.now()
    complaint_id = f"2002018{at:%Y%m%d}{number:013}"
    row = wechat_complaints.note_notice(complaint_id=complaint_id)
    order = ComplaintOrder(
        transaction_id=transaction_id, out_trade_no=f"SHOP{number:08}", amount_fen=amount_fen
    )
    words = _WORDS[number % len(_WORDS)]
    complaint = PayComplaint(
        complaint_id=complaint_id,
        complaint_time=at,
        complaint_detail=words,
        state="PENDING",
        mchid=settings.WECHAT_PAY_MCHID,
        is_fully_refunded=False,
        has_unread_words=number == 1,
        user_complaint_times=1 + number % 2,
        payer_openid=f"demo-payer-{number}",
        orders=(order,),
        problem_type="REFUND" if number == 0 else "OTHERS",
        apply_refund_fen=amount_fen if number == 0 else None,
    )
    history = [_item(complaint_id, 1, "USER_CREATE_COMPLAINT", words, at)]
    if number == 1:
        history.insert(0, _item(complaint_id, 2, "USER_RESPONSE", "什么时候能退？", at))
    wechat_complaints.keep_complaint(
        complaint=complaint, history=history, version=row.asked_version
    )


def _item(complaint_id: str, number: int, kind: str, words: str, at: datetime) -> NegotiationItem:
    return NegotiationItem(
        log_id=f"{complaint_id}-{number}",
        operator="用户",
        operate_time=at,
        operate_type=kind,
        operate_details=words,
    )


def _settle(context: Any, complaint: WechatComplaint, case: CaseFile) -> None:
    """Accepted, answered, and agreed by the payer in words that an officer has read."""
    keys = iter(range(100))
    counter = next((each for each in context.main_merchants if case.store in each.stores), None)
    by = context.operator

    def key() -> Key:
        return Key.of("demo:wechat_complaints", f"{complaint.pk}-{next(keys)}")

    with context.travel_to(3, 11):
        case = complaints.accept_case(case=case, by=by, key=key())
    if counter is None:
        return
    clerk = context.owner_of(counter)
    remedy = CaseRemedy(RemedyKind.REFUND, case.amount_fen)
    with context.travel_to(3, 15):
        complaints.answer_case(
            case=case, by=clerk, stance="agree", text="非常抱歉，为您全额退款。", key=key()
        )
    with context.travel_to(3, 16):
        complaints.propose_remedy(
            case=case, actor=CaseActor.MERCHANT, by=clerk, remedy=remedy, key=key()
        )
    with context.travel_to(2, 10):
        wechat_complaints.act_for_payer(complaint=complaint, act="accept", by=by, key=key())


def _leave_alone() -> None:
    """WeChat has heard what was to be said; nobody asks it about these complaints."""
    waiting = WechatReply.objects.filter(state=WechatReply.State.WAITING)
    waiting.update(state=WechatReply.State.SENT, done_at=clock.now())
    WechatComplaint.objects.exclude(case=None).filter(replies__state=WechatReply.State.SENT).update(
        pay_state="PROCESSING"
    )


def play_notices(context: Any) -> None:
    """At the stand-in for WeChat, today: payers complain, one of a shop that matches no store; notices come to us."""
    if not _has_sandbox():
        return
    wechat_complaints.register_address(by=context.operator)
    payments = _ask_sandbox("pay-documents", kind="mall_payment")["documents"][-3:]
    shop = {"shop_number": "C9-99", "shop_name": "快闪店", "amount_fen": 5_200}
    payments.append(_ask_sandbox("pay-mall-payment", person="demo-4", **shop))
    for number, payment in enumerate(payments):
        _ask_sandbox(
            "pay-complaint",
            person=f"demo-{1 + number}",
            transaction_id=payment["transaction_id"],
            detail=_WORDS[number],
            apply_refund_fen=payment["amount"] if number == 0 else 0,
            pictures=1,
        )


def _has_sandbox() -> bool:
    """Whether the stand-in for WeChat runs here, and is our WeChat Pay."""
    return has_pay_account() and urlsplit(settings.WECHAT_BASE).hostname == "127.0.0.1"


def _ask_sandbox(act: str, **fields: Any) -> dict[str, Any]:
    address = urljoin(settings.WECHAT_BASE, f"_control/{act}")
    answer = requests.post(address, json=fields, timeout=10)
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found


CHAPTERS = [
    ("complaints at WeChat", play_complaints),
    ("notices of complaints from the stand-in for WeChat", play_notices),
]
