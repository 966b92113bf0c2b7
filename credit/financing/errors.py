"""What the financing service can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class OwnerNeeded(DomainError):
    code, status, title = "merchant_owner_needed", 403, _("须由店主办理")
    wording = _("只有该商户的店主可以向金融机构提供诚信报告。")


class InstitutionStopped(DomainError):
    code, title = "institution_stopped", _("机构已停止合作")
    wording = _("该机构已停止合作，请选择其他机构。")


class NothingToReport(DomainError):
    code, title = "no_credit_to_report", _("暂无可提供的内容")
    wording = _("该商户的商圈诚信等级尚未计算，请明日再试。")


class ReportLive(DomainError):
    code, title = "financing_report_live", _("已有有效的报告")
    wording = _("该机构已有一份有效的报告；如需另出，请先撤销。")


class ReportEnded(DomainError):
    code, status, title = "financing_report_ended", 410, _("报告已失效")
    wording = _("该报告已撤销或已过期。")


class ReportTermsInvalid(DomainError):
    code, status, title = "financing_report_terms_invalid", 400, _("报告内容有误")
    wording = _("请填写用途；有效期为 1 至 {most} 天。")


class ReferralOpen(DomainError):
    code, title = "referral_open", _("已有办理中的推荐")
    wording = _("该商户在该机构已有办理中的推荐。")


class ReferralDone(DomainError):
    code, title = "referral_done", _("推荐已有结果")
    wording = _("该推荐已登记结果，请刷新后重试。")
