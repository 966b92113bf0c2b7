"""A notice may never come: WeChat is asked for the complaints of the last days."""

from datetime import timedelta

from credit.wechat_complaints.models import WechatComplaint
from credit.wechat_complaints.services.note_notice import note_notice
from district.kernel import clock
from district.wechat.pay.complaints import PAGE, PayComplaint, complaints_between
from district.wechat.pay_account import has_pay_account, pay_client

DAYS = 30
_MOST_PAGES = 100


def sweep_complaints(*, days: int = DAYS) -> int:
    """List the complaints of so many days, at most 30, and read those that are new or differ from ours; how many.

    Of some acts, such as a withdrawal, WeChat sends no notice: the list has them. Raises PayError.
    """
    if not has_pay_account():
        return 0
    client = pay_client()
    today = clock.business_day(clock.now())
    begin = today - timedelta(days=min(days, DAYS))
    found = 0
    for page_number in range(_MOST_PAGES):
        page = complaints_between(client, begin, today, offset=page_number * PAGE)
        for complaint in page.complaints:
            if _differs(complaint):
                note_notice(complaint_id=complaint.complaint_id)
                found += 1
        if len(page.complaints) < PAGE:
            break
    return found


def _differs(complaint: PayComplaint) -> bool:
    """Whether it is new, or says something else than we have read; one that is to be read anyway is left alone."""
    row = WechatComplaint.objects.filter(complaint_id=complaint.complaint_id).first()
    if row is None:
        return True
    if row.fetched_version < row.asked_version:
        return False
    reported = (complaint.state, complaint.is_fully_refunded, complaint.has_unread_words)
    return reported != (row.pay_state, row.is_fully_refunded, row.has_unread_words)
