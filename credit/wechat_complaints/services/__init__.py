"""The verbs of complaints that come from WeChat."""

from credit.wechat_complaints.services.act_for_payer import act_for_payer
from credit.wechat_complaints.services.decide import (
    assign_store,
    link_case,
    settle_item,
    skip_reply,
)
from credit.wechat_complaints.services.fetch_complaints import fetch_complaints
from credit.wechat_complaints.services.keep_complaint import keep_complaint
from credit.wechat_complaints.services.note_case_events import note_case_events
from credit.wechat_complaints.services.note_notice import note_notice
from credit.wechat_complaints.services.open_case import open_case_of, put_into_case
from credit.wechat_complaints.services.payers import (
    join_payers,
    member_of_payer,
    move_payers,
    payer_with_openid,
)
from credit.wechat_complaints.services.register_address import register_address
from credit.wechat_complaints.services.send_replies import send_replies
from credit.wechat_complaints.services.sweep_complaints import sweep_complaints
from credit.wechat_complaints.services.take_items import take_items

__all__ = [
    "act_for_payer",
    "assign_store",
    "fetch_complaints",
    "join_payers",
    "keep_complaint",
    "link_case",
    "member_of_payer",
    "move_payers",
    "note_case_events",
    "note_notice",
    "open_case_of",
    "payer_with_openid",
    "put_into_case",
    "register_address",
    "send_replies",
    "settle_item",
    "skip_reply",
    "sweep_complaints",
    "take_items",
]
