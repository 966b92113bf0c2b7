"""The tables of complaints that come from WeChat."""

from credit.wechat_complaints.models.complaint import WechatComplaint
from credit.wechat_complaints.models.item import WechatItem
from credit.wechat_complaints.models.payer import WechatPayer
from credit.wechat_complaints.models.reply import WechatReply

__all__ = ["WechatComplaint", "WechatItem", "WechatPayer", "WechatReply"]
