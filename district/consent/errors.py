"""What consent can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class NoticeNotServed(DomainError):
    code, title = "notice_not_served", _("尚未展示告知")
    wording = _("同意之前须先向本人展示该用途的告知文本。")


class NoticeReplaced(DomainError):
    code, title = "notice_replaced", _("告知已有新版")
    wording = _("告知文本已有新版，请阅读新版后再选择。")


class ConsentClosedToMinor(DomainError):
    code, title = "consent_closed_to_minor", _("未满十四周岁")
    wording = _("未满十四周岁的会员不能开启此项。")


class ConsentAddressInvalid(DomainError):
    code, status, title = "consent_address_invalid", 400, _("用途、商户或渠道有误")
    wording = _("该用途不区分商户或渠道，或缺少商户或渠道。")
