from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints
from parking.models.fees import FeeTender
from parking.models.stays import Stay

LONGEST_REASON = 80


class FeeRefund(models.Model):
    """What was given back of a stay's fee as one act: `waived_fen` of it the stay need not pay, the rest was paid
    too much. Of what was asked for, what could not be given back (a part of a coupon) is left out."""

    public_id = PublicIdField("prf", verbose_name=_("编号"))
    stay = models.ForeignKey(
        Stay, models.PROTECT, related_name="fee_refunds", verbose_name=_("停车记录")
    )
    asked_fen = models.BigIntegerField(_("申请金额（分）"))
    amount_fen = models.BigIntegerField(_("退还金额（分）"))
    waived_fen = models.BigIntegerField(_("免收金额（分）"), default=0)
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON)
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("时间"))
    # What one person may give back of a stay alone, where a person did.
    single_limit_fen = models.BigIntegerField(_("单人限额（分）"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("停车费退款")
        constraints = [
            models.CheckConstraint(
                name="fee_refund_of_something",
                condition=Q(
                    amount_fen__gte=1,
                    asked_fen__gte=F("amount_fen"),
                    waived_fen__gte=0,
                    waived_fen__lte=F("amount_fen"),
                )
                & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="fee_refund_above_limit_by_two_people",
                condition=Q(single_limit_fen=None) | Q(amount_fen__lte=F("single_limit_fen")),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class FeeRefundPart(models.Model):
    """What of a refund went back to which tender."""

    refund = models.ForeignKey(
        FeeRefund,
        models.PROTECT,
        related_name="parts",
        db_index=False,
        verbose_name=_("停车费退款"),
    )
    tender = models.ForeignKey(
        FeeTender, models.PROTECT, related_name="refund_parts", verbose_name=_("停车费抵扣")
    )
    amount_fen = models.BigIntegerField(_("金额（分）"))
    points = models.BigIntegerField(_("积分"), default=0)
    # Money of an order goes back by a refund of its payment.
    payment_refund = models.ForeignKey(
        "payments.PaymentRefund",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("退款"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("停车费退款明细")
        constraints = [
            models.UniqueConstraint(
                fields=["refund", "tender"], name="fee_refund_part_once_per_tender"
            ),
            models.CheckConstraint(
                name="fee_refund_part_of_something",
                condition=Q(amount_fen__gte=1, points__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.amount_fen}"


class FeeRefundProposal(Proposal):
    """A refund above what one person may give back alone, which another person decides."""

    stay = models.ForeignKey(
        Stay, models.PROTECT, related_name="fee_refund_proposals", verbose_name=_("停车记录")
    )
    amount_fen = models.BigIntegerField(_("退款金额（分）"))
    reason = models.CharField(_("原因"), max_length=LONGEST_REASON)
    refund = models.OneToOneField(
        FeeRefund,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=_("停车费退款"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("停车费退款申请")
        constraints = [
            models.CheckConstraint(
                name="fee_refund_proposal_of_something",
                condition=Q(amount_fen__gte=1) & ~Q(reason=""),
            ),
            *four_eyes_constraints(
                "fee_refund_proposal",
                approved=Q(refund__isnull=False),
                otherwise=Q(refund=None),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="fee_refund_proposal_by_state")]

    def __str__(self) -> str:
        return str(self.stay)
