from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.models.attempts import RetriedWork
from district.payments.models.expressions import NUMBER_PATTERN, is_some_money


class Order(RetriedWork):
    """What a member is to pay for one thing of one app.

    `awaiting_payment` says that the channel may know the order: it is written before the channel is asked,
    so only an order that is still `created` is closed without asking. The attempts are those of the query
    (`awaiting_payment`) or of the closing (`closing`).
    """

    class State(models.TextChoices):
        CREATED = "created", _("待发起")
        AWAITING_PAYMENT = "awaiting_payment", _("等待支付")
        CLOSING = "closing", _("关闭中")
        PAID = "paid", _("已支付")
        CLOSED = "closed", _("已关闭")

    class CloseReason(models.TextChoices):
        EXPIRED = "expired", _("超时未付")
        BY_APP = "by_app", _("业务取消")
        BY_CHANNEL = "by_channel", _("渠道已关闭")
        WRONG_AMOUNT = "wrong_amount", _("支付金额不符")

    OPEN = (State.CREATED, State.AWAITING_PAYMENT, State.CLOSING)

    public_id = PublicIdField("pay", verbose_name=_("编号"))
    # Ours, and the channel's key of idempotency: an order is placed again under the same number only.
    number = models.TextField(_("商户订单号"))
    channel = models.TextField(_("支付渠道"))
    # What is paid for: `parking.stay` and the public id of the stay.
    purpose = models.TextField(_("用途"))
    subject = models.TextField(_("业务编号"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("会员")
    )
    # With which WeChat account of the member the order was placed; the channel takes no other one for it.
    payer = models.ForeignKey(
        "members.WechatIdentity",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("付款微信"),
    )
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("商户"),
    )
    description = models.TextField(_("商品描述"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    state = models.TextField(_("状态"), choices=State, default=State.CREATED)
    close_reason = models.TextField(
        _("关闭原因"), choices=CloseReason, db_default="", default="", blank=True
    )
    prepay_reference = models.TextField(_("预支付标识"), db_default="", default="", blank=True)
    prepay_until = models.DateTimeField(_("预支付有效期至"), null=True, blank=True)
    accepted_payment = models.OneToOneField(
        "payments.Payment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("入账支付"),
    )
    created_at = models.DateTimeField(_("下单时间"))
    expires_at = models.DateTimeField(_("支付截止"))
    # When the channel says that it was paid.
    paid_at = models.DateTimeField(_("支付时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("支付订单")
        constraints = [
            models.UniqueConstraint("number", name="order_number_of_one_order"),
            models.CheckConstraint(
                name="order_number_fits_the_channels", condition=Q(number__regex=NUMBER_PATTERN)
            ),
            models.CheckConstraint(
                name="order_of_some_money", condition=is_some_money("amount_fen")
            ),
            models.CheckConstraint(
                name="order_says_what_for",
                condition=~Q(purpose="")
                & ~Q(subject="")
                & ~Q(channel="")
                & Q(description__regex=r"^.{1,127}$"),
            ),
            models.UniqueConstraint(
                fields=["purpose", "subject"],
                name="order_one_open_per_subject",
                condition=Q(state__in=["created", "awaiting_payment", "closing"]),
            ),
            models.CheckConstraint(
                name="order_paid_iff_payment_accepted",
                condition=Q(state="paid", accepted_payment__isnull=False, paid_at__isnull=False)
                | (~Q(state="paid") & Q(accepted_payment=None, paid_at=None)),
            ),
            models.CheckConstraint(
                name="order_closed_for_a_reason",
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(close_reason="")
                | Q(state="closing", closed_at=None) & ~Q(close_reason="")
                | Q(
                    state__in=["created", "awaiting_payment", "paid"],
                    closed_at=None,
                    close_reason="",
                ),
            ),
            models.CheckConstraint(
                name="order_prepared_iff_dated",
                condition=Q(prepay_reference="", prepay_until=None)
                | (~Q(prepay_reference="") & ~Q(state="created") & Q(prepay_until__isnull=False)),
            ),
            models.CheckConstraint(
                name="order_expires_after_it_began", condition=Q(expires_at__gt=F("created_at"))
            ),
            models.CheckConstraint(
                name="order_set_aside_while_open",
                condition=Q(set_aside_at=None) | Q(state__in=["awaiting_payment", "closing"]),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="order_by_member"),
            models.Index(
                "expires_at",
                name="order_to_expire",
                condition=Q(state__in=["created", "awaiting_payment"]),
            ),
            models.Index(
                "next_attempt_at",
                name="order_to_ask_about",
                condition=Q(state__in=["awaiting_payment", "closing"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        """Whether money for it is still taken."""
        return self.state in self.OPEN
