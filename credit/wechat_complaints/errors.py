"""What complaints of WeChat can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class ComplaintNotWaiting(DomainError):
    code, title = "wechat_complaint_not_waiting", _("这件投诉不在等待处理")
    wording = _("请刷新后查看当前状态。")


class ComplaintHasNoCase(DomainError):
    code, title = "wechat_complaint_without_case", _("这件投诉还没有案件")
    wording = _("请先指定门店或关联案件。")


class CaseNotForComplaint(DomainError):
    code, status, title = "case_not_for_wechat_complaint", 400, _("不能关联该案件")
    wording = _("只能关联未结的投诉案件。")


class ItemNotForPerson(DomainError):
    code, title = "wechat_item_not_for_person", _("该记录已经处理")
    wording = _("请刷新后查看处理结果。")


class ReplyNotWaiting(DomainError):
    code, title = "wechat_reply_not_waiting", _("该回复已经发送或取消")
    wording = _("请刷新后查看当前状态。")


class WechatPayUnavailable(DomainError):
    code, status, title = "wechat_pay_unavailable", 503, _("微信支付暂时无法访问")
    wording = _("请稍后再试。")


class ForeignComplaint(DomainError):
    """A complaint about another merchant, rightly signed."""

    code, title = "wechat_complaint_of_another_merchant", _("投诉不属于本商户")
    wording = _("投诉单的商户号不是本商圈的。")
