"""What the charter can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class CharterReplaced(DomainError):
    code, title = "charter_replaced", _("公约已有新版")
    wording = _("公约已有新版，请阅读新版后再签署。")


class NotInAlliance(DomainError):
    code, title = "merchant_not_in_alliance", _("未加入商户联盟")
    wording = _("只有商户联盟的成员可以签署公约。")


class PledgeEnded(DomainError):
    code, title = "charter_pledge_ended", _("承诺已结束")
    wording = _("该承诺已提出退出、已到期或已由新版接替，请刷新后重试。")


class SelfDisciplineOfTheFuture(DomainError):
    code, status, title = "self_discipline_of_the_future", 400, _("自律日期有误")
    wording = _("发现日期不能晚于今天。")
