"""Notices of complaints: verified and kept by the inbox; each says only which complaint is to be read."""

from django.utils.translation import gettext_lazy as _

from credit.wechat_complaints import services
from district.kernel.inbox.sources import InboxSource, Notice
from district.wechat.pay.complaints import ComplaintNotice
from district.wechat.pay.errors import UnknownEvent
from district.wechat.pay.notices import COMPLAINT_CONTENTS
from district.wechat.pay.signatures import SIGNED_HEADERS
from district.wechat.pay_account import read_pay_notice, verify_pay_notice

SOURCE = "wechat_complaints"


def handle_notice(notice: Notice) -> None:
    """Raises UnknownEvent for what is nothing of complaints: it is set aside, where a person sees it."""
    pay_notice = read_pay_notice(notice.body, COMPLAINT_CONTENTS)
    content = pay_notice.content
    if not isinstance(content, ComplaintNotice):
        raise UnknownEvent(pay_notice.envelope.event_type)
    # What was done stands in the history, which is read: the action of a notice is nothing more than its reason.
    services.note_notice(complaint_id=content.complaint_id)


INBOX_SOURCES = (
    InboxSource(
        name=SOURCE,
        label=_("微信支付投诉"),
        signed_headers=SIGNED_HEADERS,
        verify=verify_pay_notice,
        handle=handle_notice,
    ),
)
