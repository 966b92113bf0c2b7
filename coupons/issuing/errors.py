"""What issuing to many and third-party codes can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class IssueListInvalid(DomainError):
    code, status, title = "issue_list_invalid", 400, _("名单文件有误")
    wording = _("{reason}")


class IssueNotYours(DomainError):
    code, status, title = "issue_not_yours", 403, _("无权发放")
    wording = _("只有运营方，或发券商户的店主对本商户的券和顾客，可以这样发放。")


class NobodyToIssueTo(DomainError):
    code, title = "issue_to_nobody", _("没有符合条件的会员")
    wording = _("请换一个条件，或核对名单。")


class TooManyToIssueTo(DomainError):
    code, title = "issue_to_too_many", _("人数过多")
    wording = _("一个任务最多 {most} 人，请缩小范围后分几个任务发放。")


class IssueJobEnded(DomainError):
    code, title = "issue_job_ended", _("任务已结束")
    wording = _("该任务当前为“{state}”，不能停止。")


class CodeNotUsable(DomainError):
    """The same for a code nobody knows and one that was used: guessing must learn nothing."""

    code, title = "coupon_code_not_usable", _("券码无效或已使用")
    wording = _("请核对券码后再试。")
