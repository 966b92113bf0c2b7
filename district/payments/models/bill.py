from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.models.attempts import RetriedWork
from district.payments.models.expressions import is_some_money


class ChannelBill(RetriedWork):
    """A day of a channel as the channel itself reports it; fetched once, compared as often as needed."""

    class State(models.TextChoices):
        WANTED = "wanted", _("待下载")
        FETCHED = "fetched", _("待对账")
        RECONCILED = "reconciled", _("已对账")

    channel = models.TextField(_("支付渠道"))
    # In Shanghai.
    day = models.DateField(_("账单日"))
    state = models.TextField(_("状态"), choices=State, default=State.WANTED)
    # Of the rows as they were read, in their order.
    digest = models.BinaryField(_("内容摘要"), max_length=32, null=True, blank=True)
    payment_count = models.IntegerField(_("支付笔数"), default=0)
    payment_fen = models.BigIntegerField(_("支付总额（分）"), default=0)
    refund_count = models.IntegerField(_("退款笔数"), default=0)
    refund_fen = models.BigIntegerField(_("退款总额（分）"), default=0)
    # Thousandths of a fen: channels charge parts of a fen.
    fee_milli_fen = models.BigIntegerField(_("手续费（毫分）"), default=0)
    fetched_at = models.DateTimeField(_("下载时间"), null=True, blank=True)
    reconciled_at = models.DateTimeField(_("对账时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("渠道账单")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "day"], name="bill_once_per_channel_and_day"
            ),
            models.CheckConstraint(
                name="bill_fetched_before_reconciled",
                condition=Q(state="wanted", digest=None, fetched_at=None, reconciled_at=None)
                | Q(
                    state="fetched",
                    digest__isnull=False,
                    fetched_at__isnull=False,
                    reconciled_at=None,
                )
                | Q(
                    state="reconciled",
                    digest__isnull=False,
                    fetched_at__isnull=False,
                    reconciled_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class BillRow(models.Model):
    """A payment or a refund as it stands in a channel's bill."""

    class Kind(models.TextChoices):
        PAYMENT = "payment", _("支付")
        REFUND = "refund", _("退款")

    bill = models.ForeignKey(
        ChannelBill, models.PROTECT, related_name="rows", verbose_name=_("账单")
    )
    kind = models.TextField(_("类型"), choices=Kind)
    transaction_id = models.TextField(_("渠道交易号"))
    order_number = models.TextField(_("商户订单号"))
    # Empty for a payment.
    refund_number = models.TextField(_("商户退款单号"), default="", blank=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    # Of a refund: one of PaymentRefund.State; empty for a payment.
    refund_state = models.TextField(_("退款状态"), default="", blank=True)
    fee_milli_fen = models.BigIntegerField(_("手续费（毫分）"), default=0)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("账单明细")
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "transaction_id", "refund_number"], name="bill_row_once_per_bill"
            ),
            models.CheckConstraint(
                name="bill_row_of_its_kind",
                condition=Q(kind="payment", refund_number="", refund_state="")
                | (Q(kind="refund") & ~Q(refund_number="") & ~Q(refund_state="")),
            ),
            models.CheckConstraint(
                name="bill_row_of_some_money", condition=is_some_money("amount_fen")
            ),
        ]
        indexes = [
            models.Index("transaction_id", name="bill_row_by_transaction"),
            models.Index("refund_number", name="bill_row_by_refund"),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} {self.refund_number}".strip()


class BillDifference(RetriedWork):
    """What a bill and our books say differently; `amount_fen` is what the channel has more than we.

    It settles by itself when the books agree at last; otherwise a person explains it. Money moves by
    refunds alone, which have their own rules.
    """

    class Kind(models.TextChoices):
        MISSING_HERE = "missing_here", _("渠道有、本地无")
        MISSING_AT_CHANNEL = "missing_at_channel", _("本地有、渠道无")
        AMOUNT_DIFFERS = "amount_differs", _("支付金额不一致")
        REFUND_MISSING_HERE = "refund_missing_here", _("渠道有退款、本地无")
        REFUND_MISSING_AT_CHANNEL = "refund_missing_at_channel", _("本地有退款、渠道无")
        REFUND_AMOUNT_DIFFERS = "refund_amount_differs", _("退款金额不一致")
        REFUND_STATE_DIFFERS = "refund_state_differs", _("退款状态不一致")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        SETTLED = "settled", _("已自动核平")
        EXPLAINED = "explained", _("已说明")

    bill = models.ForeignKey(
        ChannelBill, models.PROTECT, related_name="differences", verbose_name=_("账单")
    )
    kind = models.TextField(_("类型"), choices=Kind)
    # The order's number, or the refund's; an order may be paid twice, so the transaction stands beside it.
    number = models.TextField(_("单号"))
    transaction_id = models.TextField(_("渠道交易号"))
    amount_fen = models.BigIntegerField(_("差额（分）"))
    order = models.ForeignKey(
        "payments.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="differences",
        verbose_name=_("订单"),
    )
    refund = models.ForeignKey(
        "payments.PaymentRefund",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="differences",
        verbose_name=_("退款"),
    )
    state = models.TextField(_("状态"), choices=State, default=State.OPEN)
    found_at = models.DateTimeField(_("发现时间"))
    closed_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    explained_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )
    note = models.TextField(_("说明"), db_default="", default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("对账差异")
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "kind", "number", "transaction_id"],
                name="difference_once_per_bill_and_kind",
            ),
            models.CheckConstraint(
                name="difference_explained_by_a_person",
                condition=Q(state="open", closed_at=None, explained_by=None, note="")
                | Q(state="settled", closed_at__isnull=False, explained_by=None, note="")
                | (
                    Q(state="explained", closed_at__isnull=False, explained_by__isnull=False)
                    & ~Q(note="")
                ),
            ),
        ]
        indexes = [
            models.Index("next_attempt_at", name="difference_open", condition=Q(state="open"))
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"
