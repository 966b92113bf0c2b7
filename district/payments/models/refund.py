from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel import four_eyes
from district.kernel.database.ids import PublicIdField
from district.kernel.models.attempts import RetriedWork
from district.payments.models.expressions import NUMBER_PATTERN, is_some_money

MAX_REFUNDS = 50


class RefundProposal(four_eyes.Proposal):
    """A refund above what one person may decide; it reserves its amount until somebody else decides."""

    payment = models.ForeignKey(
        "payments.Payment", models.PROTECT, related_name="proposals", verbose_name=_("收款")
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    reason = models.TextField(_("退款原因"))

    class Meta:
        verbose_name = verbose_name_plural = _("退款复核")
        constraints = [
            *four_eyes.four_eyes_constraints("refund_proposal"),
            models.CheckConstraint(
                name="refund_proposal_of_some_money", condition=is_some_money("amount_fen")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class PaymentRefund(RetriedWork):
    """Money on its way back: wanted (`requested`), taken by the channel (`processing`), then through or not.

    `abnormal` is the channel's word for money that the payer's account does not take: it stays reserved
    until the channel says more. `closed` refunds gave their amount back to be refunded anew. The attempts
    are those of sending (`requested`) or of the query.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", _("待发送")
        PROCESSING = "processing", _("处理中")
        SUCCEEDED = "succeeded", _("已到账")
        ABNORMAL = "abnormal", _("异常")
        CLOSED = "closed", _("未成功")

    class Origin(models.TextChoices):
        SURPLUS = "surplus", _("多收退回")
        APP = "app", _("业务退款")
        PERSON = "person", _("人工退款")

    UNDER_WAY = (State.REQUESTED, State.PROCESSING, State.ABNORMAL)
    # Those that the channel has and will say more of.
    ASKED_ABOUT = (State.PROCESSING, State.ABNORMAL)

    public_id = PublicIdField("prf", verbose_name=_("编号"))
    # Ours, and the channel's key of idempotency: a repetition under another number would refund twice.
    number = models.TextField(_("商户退款单号"))
    payment = models.ForeignKey(
        "payments.Payment", models.PROTECT, related_name="refunds", verbose_name=_("收款")
    )
    sequence = models.IntegerField(_("第几次退款"))
    amount_fen = models.BigIntegerField(_("金额（分）"))
    reason = models.TextField(_("退款原因"))
    origin = models.TextField(_("来源"), choices=Origin)
    # Who asked for it, as the audit line writes it.
    actor = models.TextField(_("操作者"))
    proposal = models.OneToOneField(
        RefundProposal,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="refund",
        verbose_name=_("复核"),
    )
    # What one person could refund of a payment when this one did.
    single_limit_fen = models.BigIntegerField(_("单人限额（分）"), null=True, blank=True)
    state = models.TextField(_("状态"), choices=State, default=State.REQUESTED)
    channel_refund_id = models.TextField(_("渠道退款单号"), db_default="", default="", blank=True)
    note = models.TextField(_("说明"), db_default="", default="", blank=True)
    requested_at = models.DateTimeField(_("申请时间"))
    accepted_at = models.DateTimeField(_("渠道受理时间"), null=True, blank=True)
    succeeded_at = models.DateTimeField(_("到账时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("关闭时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("退款")
        constraints = [
            models.UniqueConstraint("number", name="refund_number_of_one_refund"),
            models.CheckConstraint(
                name="refund_number_fits_the_channels", condition=Q(number__regex=NUMBER_PATTERN)
            ),
            models.CheckConstraint(
                name="refund_of_some_money", condition=is_some_money("amount_fen")
            ),
            models.UniqueConstraint(
                fields=["payment", "sequence"], name="refund_one_of_each_sequence"
            ),
            models.CheckConstraint(
                name="refund_at_most_fifty_per_payment",
                condition=Q(sequence__gte=1, sequence__lte=MAX_REFUNDS),
            ),
            models.CheckConstraint(
                name="refund_reason_fits_the_channels", condition=Q(reason__regex=r"^.{1,80}$")
            ),
            models.CheckConstraint(
                name="refund_above_limit_by_two_people",
                condition=~Q(origin="person")
                | Q(proposal__isnull=False)
                | Q(single_limit_fen__isnull=False, single_limit_fen__gte=F("amount_fen")),
            ),
            models.CheckConstraint(
                name="refund_known_to_the_channel",
                condition=Q(state="requested", accepted_at=None, channel_refund_id="")
                | (
                    Q(state__in=["processing", "abnormal", "succeeded"], accepted_at__isnull=False)
                    & ~Q(channel_refund_id="")
                )
                | Q(state="closed"),
            ),
            models.CheckConstraint(
                name="refund_ended_iff_dated",
                condition=Q(state="succeeded", succeeded_at__isnull=False, closed_at=None)
                | Q(state="closed", succeeded_at=None, closed_at__isnull=False)
                | Q(
                    state__in=["requested", "processing", "abnormal"],
                    succeeded_at=None,
                    closed_at=None,
                ),
            ),
            models.CheckConstraint(
                name="refund_set_aside_while_under_way",
                condition=Q(set_aside_at=None) | Q(succeeded_at=None, closed_at=None),
            ),
        ]
        indexes = [
            models.Index(
                "next_attempt_at",
                name="refund_under_way",
                condition=Q(state__in=["requested", "processing", "abnormal"]),
            ),
            models.Index("accepted_at", name="refund_by_day"),
        ]

    def __str__(self) -> str:
        return self.number
