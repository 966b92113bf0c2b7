from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.payments.models.expressions import is_some_money


class Payment(models.Model):
    """Money that arrived: accepted for its order, or surplus that has to go back."""

    class Role(models.TextChoices):
        ACCEPTED = "accepted", _("入账")
        SURPLUS = "surplus", _("多收")

    class Cause(models.TextChoices):
        CLOSED_ORDER = "closed_order", _("订单已关闭")
        SECOND_PAYMENT = "second_payment", _("重复支付")
        WRONG_AMOUNT = "wrong_amount", _("金额不符")
        UNKNOWN_ORDER = "unknown_order", _("没有这个订单")

    class Source(models.TextChoices):
        NOTICE = "notice", _("渠道通知")
        QUERY = "query", _("主动查询")
        BILL = "bill", _("对账")

    public_id = PublicIdField("ptx", verbose_name=_("编号"))
    channel = models.TextField(_("支付渠道"))
    transaction_id = models.TextField(_("渠道交易号"))
    order = models.ForeignKey(
        "payments.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        verbose_name=_("订单"),
    )
    # As the channel says it, which for surplus may be nobody's.
    order_number = models.TextField(_("商户订单号"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    # What the payer really paid, after the channel's own coupons; null when it does not say.
    payer_total_fen = models.BigIntegerField(_("用户实付（分）"), null=True, blank=True)
    role = models.TextField(_("归属"), choices=Role)
    cause = models.TextField(_("多收原因"), choices=Cause, db_default="", default="", blank=True)
    source = models.TextField(_("得知方式"), choices=Source)
    # Asked to be refunded, with what was refunded; and what was refunded indeed.
    refund_reserved_fen = models.BigIntegerField(_("退款占用（分）"), default=0, db_default=0)
    refunded_fen = models.BigIntegerField(_("已退款（分）"), default=0, db_default=0)
    paid_at = models.DateTimeField(_("支付时间"))
    received_at = models.DateTimeField(_("得知时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("收款")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "transaction_id"], name="payment_once_per_transaction"
            ),
            models.UniqueConstraint(
                fields=["order"],
                name="payment_one_accepted_per_order",
                condition=Q(role="accepted"),
            ),
            # What an order's foreign key names: a payment of this order, of its amount, and accepted.
            models.UniqueConstraint(
                fields=["id", "order", "amount_fen", "role"], name="payment_of_one_order"
            ),
            models.CheckConstraint(
                name="payment_of_some_money", condition=is_some_money("amount_fen")
            ),
            models.CheckConstraint(
                name="payment_surplus_has_a_cause",
                condition=Q(role="accepted", cause="", order__isnull=False)
                | Q(role="surplus", cause="unknown_order", order=None)
                | Q(
                    role="surplus",
                    cause__in=["closed_order", "second_payment", "wrong_amount"],
                    order__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="payment_refunds_within_amount",
                condition=Q(
                    refunded_fen__gte=0,
                    refund_reserved_fen__gte=F("refunded_fen"),
                    amount_fen__gte=F("refund_reserved_fen"),
                ),
            ),
            models.CheckConstraint(
                name="payment_numbered", condition=~Q(transaction_id="") & ~Q(order_number="")
            ),
        ]
        indexes = [models.Index(fields=["channel", "paid_at"], name="payment_by_day")]

    def __str__(self) -> str:
        return self.transaction_id

    @property
    def left_fen(self) -> int:
        """What may still be asked to be refunded."""
        return self.amount_fen - self.refund_reserved_fen
