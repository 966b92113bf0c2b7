"""What the members app refuses."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class SignInAgain(DomainError):
    """No session, or one that has ended: a new wx.login helps."""

    code, status, title = "sign_in_again", 401, _("请重新登录")
    wording = _("登录已失效，请重新登录。")

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class AccountClosed(DomainError):
    """The member has closed the account: signing in again does not help."""

    code, status, title = "account_closed", 403, _("账号已注销")
    wording = _("此账号已经注销，不能再登录或使用。")


class PhoneAlreadyBound(DomainError):
    code, status, title = "phone_already_bound", 409, _("手机号已被绑定")
    wording = _("该手机号已绑定另一位会员，请更换手机号或联系服务台。")


class PhoneNotSupported(DomainError):
    code, status, title = "phone_not_supported", 409, _("暂不支持该手机号")
    wording = _("微信给出的号码不是有效的手机号，请更换手机号。")


class ClosingNotPossibleYet(DomainError):
    """Closing must erase, and erasure does not exist yet; nothing is changed and nothing pretended."""

    code, status, title = "closing_not_possible_yet", 409, _("暂不能自助注销")
    wording = _("自助注销功能尚未上线，账号与数据均未改变。需要删除个人信息请联系服务台。")


class AccountNotStaff(DomainError):
    code, status, title = "account_not_staff", 409, _("不是工作人员账号")
    wording = _("消费者账号没有密码，也不能在此停用。")


class UsernameTaken(DomainError):
    code, status, title = "username_taken", 409, _("用户名已被使用")
    wording = _("用户名 {username} 已被使用（不区分大小写）。")


class PasswordTooWeak(DomainError):
    code, status, title = "password_too_weak", 400, _("密码不符合要求")
    wording = "{reason}"
