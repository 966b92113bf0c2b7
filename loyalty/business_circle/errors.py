"""What the business circle can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.errors import DomainError


class ContradictingNotice(DomainError):
    """What stands here under that number differs from what is reported: a person looks, nothing changes."""

    code, title = "notice_contradicts", _("通知内容前后不一致")
    wording = _("同一编号此前通知的内容与这次不同。")


class ForeignNotice(DomainError):
    """A notice about another merchant or mini-program, rightly signed."""

    code, title = "notice_of_another_merchant", _("通知不属于本商圈")
    wording = _("通知里的商户号或小程序不是本商圈的。")


class ShopNumberEmpty(DomainError):
    code, status, title = "shop_number_empty", 400, _("门店编号为空")
    wording = _("没有门店编号的支付，请逐笔指定门店。")


class StoreClosed(DomainError):
    code, title = "store_closed", _("门店已停业")
    wording = _("支付时门店已经停业。")


class PaymentDecided(DomainError):
    code, title = "mall_payment_decided", _("这笔支付已经处理")
    wording = _("请刷新后查看处理结果。")
