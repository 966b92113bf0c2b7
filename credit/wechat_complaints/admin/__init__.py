"""Complaints of WeChat in the back office: what came in, what waits for a person, what goes out."""

from credit.wechat_complaints.admin import overview
from credit.wechat_complaints.admin.complaints import WechatComplaintAdmin
from credit.wechat_complaints.admin.items import WechatItemAdmin
from credit.wechat_complaints.admin.replies import WechatReplyAdmin

__all__ = ["WechatComplaintAdmin", "WechatItemAdmin", "WechatReplyAdmin", "overview"]
