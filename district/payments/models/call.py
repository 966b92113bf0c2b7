from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ChannelCall(models.Model):
    """A call to a channel that did something or failed; a query that found nothing new leaves none.

    A diary for people, without personal data: nothing is decided by it.
    """

    class Operation(models.TextChoices):
        PLACE = "place", _("下单")
        QUERY = "query", _("查单")
        CLOSE = "close", _("关单")
        REFUND = "refund", _("申请退款")
        QUERY_REFUND = "query_refund", _("查退款")
        BILL = "bill", _("下载账单")

    class Outcome(models.TextChoices):
        COMPLETED = "completed", _("成功")
        REFUSED = "refused", _("被拒绝")
        UNAVAILABLE = "unavailable", _("未连通")
        UNREADABLE = "unreadable", _("应答无法采信")

    at = models.DateTimeField(_("时间"))
    channel = models.TextField(_("支付渠道"))
    operation = models.TextField(_("操作"), choices=Operation)
    order = models.ForeignKey(
        "payments.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("订单"),
    )
    refund = models.ForeignKey(
        "payments.PaymentRefund",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("退款"),
    )
    bill = models.ForeignKey(
        "payments.ChannelBill",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="calls",
        verbose_name=_("账单"),
    )
    outcome = models.TextField(_("结果"), choices=Outcome)
    # The channel's code of a refusal, and its id of the request, which its support asks for.
    code = models.TextField(_("代码"), db_default="", default="", blank=True)
    request_id = models.TextField(_("渠道请求号"), db_default="", default="", blank=True)
    duration_ms = models.IntegerField(_("耗时（毫秒）"))

    class Meta:
        verbose_name = verbose_name_plural = _("渠道调用")
        constraints = [
            models.CheckConstraint(
                name="call_about_one_thing",
                condition=Q(order__isnull=False, refund=None, bill=None)
                | Q(order=None, refund__isnull=False, bill=None)
                | Q(order=None, refund=None, bill__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["channel", "outcome", "-id"], name="call_by_outcome")]

    def __str__(self) -> str:
        return f"{self.get_operation_display()} {self.pk}"
