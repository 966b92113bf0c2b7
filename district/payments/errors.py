"""What payments can refuse."""

from django.utils.translation import gettext_lazy as _

from district.kernel.database.postgres import refusal_of_constraint
from district.kernel.errors import DomainError


class ChannelNotOffered(DomainError):
    code, status, title = "payment_channel_not_offered", 409, _("支付方式未开通")
    wording = _("本商圈没有开通这种支付方式。")


class PaymentUnavailable(DomainError):
    code, status, title = "payment_unavailable", 503, _("支付暂时不可用")
    wording = _("支付渠道暂时没有应答，请稍后再试，不会重复扣款。")
    retry_after = 5


@refusal_of_constraint("order_one_open_per_subject")
class OrderStillOpen(DomainError):
    code, title = "order_still_open", _("上一张订单尚未结束")
    wording = _("请先支付或关闭上一张订单。")


class OrderAlreadyPaid(DomainError):
    code, title = "order_already_paid", _("订单已支付")
    wording = _("请刷新后查看支付结果。")


class OrderOver(DomainError):
    code, status, title = "order_over", 410, _("订单已关闭")
    wording = _("请重新下单后再支付。")


class OrderNotPaid(DomainError):
    code, title = "order_not_paid", _("订单未支付")
    wording = _("没有支付的订单不能退款。")


class PayerUnknown(DomainError):
    code, title = "payer_unknown", _("没有可用的微信账号")
    wording = _("请用微信重新登录后再支付。")


class RefundAboveTheRest(DomainError):
    code, title = "refund_above_the_rest", _("超过可退金额")
    wording = _("最多还可退 {left_yuan}。")


class TooManyRefunds(DomainError):
    code, title = "too_many_refunds", _("退款次数已满")
    wording = _("一笔支付最多退款 {max_refunds} 次。")


class RefundTooLate(DomainError):
    code, title = "refund_too_late", _("超过退款期限")
    wording = _("支付满一年的订单不能原路退回。")


class RefundNotSetAside(DomainError):
    code, title = "refund_not_set_aside", _("退款仍在处理")
    wording = _("只有已搁置的退款才能放弃。")


class RefundTaken(DomainError):
    code, title = "refund_taken", _("渠道已受理退款")
    wording = _("渠道已有这笔退款，不能放弃。")


class DifferenceClosed(DomainError):
    code, title = "difference_closed", _("差异已处理")
    wording = _("请刷新后查看。")
