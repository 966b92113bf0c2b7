"""A complaint as WeChat would tell of it, without WeChat: for races, kills and screens."""

from datetime import timedelta
from itertools import count

from credit.wechat_complaints import services as wechat_complaints
from district.kernel import clock
from district.wechat.pay.complaints import ComplaintOrder, NegotiationItem, PayComplaint
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.values import ReportedPayment

MCHID, SUM_FEN = "1900000001", 8_800
_numbers = count(1)


def reported_complaint(store=None, *, openid="oPayer", state="PENDING", **changed):
    """Of a payment in the store, which is reported too; of nobody's payment without one."""
    number = next(_numbers)
    transaction = f"43{number:026}"
    if store is not None:
        business_circle.note_payment(
            payment=ReportedPayment(
                transaction_id=transaction,
                openid=openid,
                amount_fen=SUM_FEN,
                paid_at=clock.now(),
                shop_number=store.public_id,
                shop_name="",
                is_requested=False,
            )
        )
    order = ComplaintOrder(
        transaction_id=transaction, out_trade_no=f"P20260601{number:016}", amount_fen=SUM_FEN
    )
    values = {
        "complaint_id": f"2002018{number:021}",
        "complaint_time": clock.now(),
        "complaint_detail": "变质了",
        "state": state,
        "mchid": MCHID,
        "is_fully_refunded": False,
        "has_unread_words": False,
        "user_complaint_times": 1,
        "payer_openid": openid,
        "orders": (order,),
    }
    return PayComplaint(**values | changed)


def reported_history(complaint, *types):
    """Lines of these kinds after the first one, the newest first."""
    kinds = ["USER_CREATE_COMPLAINT", *types]
    return [
        NegotiationItem(
            log_id=f"{complaint.complaint_id}-{number}",
            operator="用户",
            operate_time=complaint.complaint_time + timedelta(seconds=number),
            operate_type=kind,
            operate_details="还在等" if number else complaint.complaint_detail,
        )
        for number, kind in enumerate(kinds)
    ][::-1]


def keep(complaint, *types):
    """A notice came and it was read; the row."""
    row = wechat_complaints.note_notice(complaint_id=complaint.complaint_id)
    row.refresh_from_db()
    return wechat_complaints.keep_complaint(
        complaint=complaint, history=reported_history(complaint, *types), version=row.asked_version
    )
