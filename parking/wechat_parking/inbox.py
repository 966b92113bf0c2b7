"""Notices of WeChat's parking service: verified and kept by the inbox, then handled by what they are about."""

from django.utils.translation import gettext_lazy as _

from district.kernel.inbox.sources import InboxSource, Notice
from district.wechat.pay.errors import UnknownEvent
from district.wechat.pay.notices import PARKING_CONTENTS
from district.wechat.pay.parking import EntranceChange, ParkingTransaction
from district.wechat.pay.signatures import SIGNED_HEADERS
from district.wechat.pay_account import read_pay_notice, verify_pay_notice
from parking.wechat_parking.charges import note_charge_notice
from parking.wechat_parking.entries import note_entrance
from parking.wechat_parking.readers import reported_charge, reported_entrance

SOURCE = "wechat_parking"


def handle_notice(notice: Notice) -> None:
    """Raises UnreadableAnswer, UnknownEvent and the like for what is none of ours: it is set aside for a person."""
    pay_notice = read_pay_notice(notice.body, PARKING_CONTENTS)
    content = pay_notice.content
    if isinstance(content, EntranceChange):
        note_entrance(entrance=reported_entrance(content))
    elif isinstance(content, ParkingTransaction):
        note_charge_notice(reported=reported_charge(content))
    else:
        raise UnknownEvent(pay_notice.envelope.event_type)


INBOX_SOURCES = (
    InboxSource(
        name=SOURCE,
        label=_("微信停车"),
        signed_headers=SIGNED_HEADERS,
        verify=verify_pay_notice,
        handle=handle_notice,
    ),
)
