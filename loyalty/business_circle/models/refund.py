from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.text.money import MAX_FEN


class MallRefund(models.Model):
    """A part of a payment that went back, as WeChat reports it: once, also before its payment."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待支付处理")
        APPLIED = "applied", _("已收回")
        NOT_NEEDED = "not_needed", _("无须收回")
        REFUSED = "refused", _("待人工核对")

    class Reason(models.TextChoices):
        WITHOUT_POINTS = "without_points", _("这笔支付没有积分")
        LEFT_TO_TILL = "left_to_till", _("积分来自收银小票，由收银退货收回")
        AMOUNT_DIFFERS = "amount_differs", _("支付金额与原支付不一致")
        ABOVE_THE_REST = "above_the_rest", _("超过小票剩余金额")
        NUMBER_TAKEN = "number_taken", _("退货单号已入账")

    FOR_PEOPLE = (Reason.AMOUNT_DIFFERS, Reason.ABOVE_THE_REST, Reason.NUMBER_TAKEN)

    refund_id = models.TextField(_("微信退款单号"))
    transaction_id = models.TextField(_("微信支付订单号"))
    refund_fen = models.BigIntegerField(_("退款（分）"))
    payment_fen = models.BigIntegerField(_("原支付（分）"))
    refunded_at = models.DateTimeField(_("退款时间"))
    state = models.TextField(_("状态"), choices=State, default=State.WAITING)
    reason = models.TextField(_("原因"), choices=Reason, db_default="", default="", blank=True)
    ledger_refund = models.OneToOneField(
        "loyalty.Refund",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="mall_refund",
        verbose_name=_("退货"),
    )
    received_at = models.DateTimeField(_("收到时间"))
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("商圈退款")
        constraints = [
            models.UniqueConstraint("refund_id", name="mall_refund_once_per_refund"),
            models.CheckConstraint(
                name="mall_refund_numbered", condition=~Q(refund_id="") & ~Q(transaction_id="")
            ),
            models.CheckConstraint(
                name="mall_refund_within_payment",
                condition=Q(
                    refund_fen__gt=0, refund_fen__lte=F("payment_fen"), payment_fen__lte=MAX_FEN
                ),
            ),
            models.CheckConstraint(
                name="mall_refund_decided_once",
                condition=Q(state="waiting", ledger_refund=None, reason="", decided_at=None)
                | Q(
                    state="applied",
                    ledger_refund__isnull=False,
                    reason="",
                    decided_at__isnull=False,
                )
                | Q(
                    state="not_needed",
                    ledger_refund=None,
                    reason__in=["without_points", "left_to_till"],
                    decided_at__isnull=False,
                )
                | Q(
                    state="refused",
                    ledger_refund=None,
                    reason__in=["amount_differs", "above_the_rest", "number_taken"],
                    decided_at__isnull=False,
                ),
            ),
        ]
        indexes = [models.Index(fields=["transaction_id"], name="mall_refund_by_payment")]

    def __str__(self) -> str:
        return self.refund_id
