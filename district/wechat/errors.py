"""What WeChat can refuse, and what it means for the person who is waiting."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class WechatUnavailable(DomainError):
    """WeChat did not answer, or not in a way that can be understood."""

    code, status, title = "wechat_unavailable", 503, _("微信服务暂时不可用")
    wording = _("请稍后重试；登录请重新调用 wx.login 获取新的 code。")
    retry_after = 3


class WechatMisconfigured(DomainError):
    """WeChat refused our appid, secret or request; the log says which, the caller cannot help it."""

    code, status, title = "wechat_misconfigured", 503, _("微信服务暂时不可用")
    wording = _("商圈的微信配置有误，已记录，请稍后再来。")
    retry_after = 300


class WechatBusy(DomainError):
    """One person asked WeChat too often within a minute."""

    code, status, title = "wechat_busy", 429, _("操作过于频繁")
    wording = _("微信限制了请求频率，请一分钟后再试。")
    retry_after = 60


class LoginCodeInvalid(DomainError):
    code, status, title = "login_code_invalid", 400, _("登录凭证无效")
    wording = _("登录凭证无效或已超过五分钟，请重新调用 wx.login。")


class LoginCodeUsed(DomainError):
    code, status, title = "login_code_used", 400, _("登录凭证已使用")
    wording = _("每个登录凭证只能使用一次，请重新调用 wx.login。")


class LoginBlocked(DomainError):
    code, status, title = "login_blocked", 403, _("微信限制了此账号登录")
    wording = _("微信判定此账号存在风险，暂不能登录。")


class PersonNotRecent(DomainError):
    """WeChat judges contents only of people who opened the mini-program within the last two hours."""

    code, status, title = "wechat_person_not_recent", 409, _("微信暂时无法审核此内容")
    wording = _("您已有两小时没有打开小程序，内容改由工作人员审核。")


class PhoneCodeInvalid(DomainError):
    code, status, title = "phone_code_invalid", 400, _("手机号凭证无效")
    wording = _("手机号凭证无效或已超过五分钟，请重新点击获取手机号。")


class PhoneCodeUsed(DomainError):
    code, status, title = "phone_code_used", 400, _("手机号凭证已使用")
    wording = _("每个手机号凭证只能使用一次，请重新点击获取手机号。")
