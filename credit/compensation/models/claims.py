from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints


class FundClaim(models.Model):
    """What a merchant owes the fund for one payment.

    `charged_fen` is what stands booked in the settlement, `recovered_fen` what came of it, `lost_fen` what the fund
    bears: all that did not come, once it was written off by two people, or the case ended so that the merchant owes
    nothing (`is_waived`). `debt_version` counts what the merchant's credit was told of it.
    """

    class State(models.TextChoices):
        CLAIMED = "claimed", _("已垫付")
        NOTICED = "noticed", _("已计入结算")
        PARTLY_RECOVERED = "partly_recovered", _("部分收回")
        RECOVERED = "recovered", _("已收回")
        WRITTEN_OFF = "written_off", _("已核销")
        WAIVED = "waived", _("商户免责")

    public_id = PublicIdField("fcl", verbose_name=_("编号"))
    payment = models.OneToOneField(
        "compensation.FundPayment",
        models.PROTECT,
        related_name="claim",
        verbose_name=_("先行赔付"),
    )
    case = models.ForeignKey(
        "complaints.CaseFile", models.PROTECT, related_name="+", verbose_name=_("案件")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    amount_fen = models.BigIntegerField(_("垫付金额（分）"))
    charged_fen = models.BigIntegerField(_("已计入结算（分）"), default=0)
    recovered_fen = models.BigIntegerField(_("已收回（分）"), default=0)
    lost_fen = models.BigIntegerField(_("基金承担（分）"), default=0)
    is_waived = models.BooleanField(_("商户免责"), default=False)
    is_written_off = models.BooleanField(_("已核销"), default=False)
    state = models.TextField(_("状态"), choices=State, default=State.CLAIMED)
    claimed_at = models.DateTimeField(_("垫付时间"))
    changes = models.IntegerField(_("变动次数"), default=0)
    debt_version = models.IntegerField(_("信用版本"), default=0)
    is_debt = models.BooleanField(_("计入未履行"), default=False)

    dispute_reason = models.TextField(_("异议理由"), blank=True, default="")
    disputed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("异议人"),
    )
    disputed_at = models.DateTimeField(_("异议时间"), null=True, blank=True)
    dispute_upheld = models.BooleanField(_("异议成立"), null=True, blank=True)
    dispute_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("异议处理人"),
    )
    dispute_decided_at = models.DateTimeField(_("异议处理时间"), null=True, blank=True)
    dispute_decision = models.TextField(_("异议处理意见"), blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("赔付追偿")
        constraints = [
            models.CheckConstraint(
                name="fund_claim_within_its_amount",
                condition=Q(
                    amount_fen__gt=0,
                    charged_fen__gte=0,
                    charged_fen__lte=F("amount_fen"),
                    recovered_fen__gte=0,
                    lost_fen__gte=0,
                )
                & Q(amount_fen__gte=F("recovered_fen") + F("lost_fen")),
            ),
            models.CheckConstraint(
                name="fund_claim_lost_iff_given_up",
                condition=Q(is_waived=False, is_written_off=False, lost_fen=0)
                | (
                    (Q(is_waived=True) | Q(is_written_off=True))
                    & Q(lost_fen=F("amount_fen") - F("recovered_fen"))
                ),
            ),
            models.CheckConstraint(
                name="fund_claim_in_the_state_of_its_sums",
                condition=Q(state="waived", is_waived=True)
                | Q(is_waived=False)
                & (
                    Q(state="recovered", recovered_fen=F("amount_fen"))
                    | (
                        Q(recovered_fen__lt=F("amount_fen"))
                        & (
                            Q(state="written_off", is_written_off=True)
                            | Q(is_written_off=False)
                            & (
                                Q(state="partly_recovered", recovered_fen__gt=0)
                                | Q(state="noticed", recovered_fen=0, charged_fen__gt=0)
                                | Q(state="claimed", recovered_fen=0, charged_fen=0)
                            )
                        )
                    )
                ),
            ),
            models.CheckConstraint(
                name="fund_claim_disputed_and_decided_by_two",
                condition=Q(
                    disputed_by=None,
                    disputed_at=None,
                    dispute_reason="",
                    dispute_upheld=None,
                    dispute_decided_by=None,
                )
                | Q(disputed_by__isnull=False, disputed_at__isnull=False)
                & ~Q(dispute_reason="")
                & (
                    Q(dispute_upheld=None, dispute_decided_by=None, dispute_decided_at=None)
                    | Q(
                        dispute_upheld__isnull=False,
                        dispute_decided_by__isnull=False,
                        dispute_decided_at__isnull=False,
                    )
                    & ~Q(dispute_decided_by=F("disputed_by"))
                    & ~Q(dispute_decision="")
                ),
            ),
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="fund_claim_of_merchant")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def open_fen(self) -> int:
        """What the merchant still owes."""
        return self.amount_fen - self.recovered_fen - self.lost_fen

    @property
    def is_disputed(self) -> bool:
        """Whether an objection waits for its decision."""
        return self.disputed_at is not None and self.dispute_upheld is None


class ClaimCharge(models.Model):
    """A booking in the settlement for a claim; negative when it takes back. `statement` is where it was settled."""

    claim = models.ForeignKey(
        FundClaim, models.PROTECT, related_name="charges", verbose_name=_("追偿")
    )
    number = models.IntegerField(_("序号"))
    reference = models.TextField(_("记账单号"), unique=True)
    fen = models.BigIntegerField(_("金额（分）"))
    at = models.DateTimeField(_("记账时间"))
    statement = models.ForeignKey(
        "settlement.Statement",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("结算单"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("追偿记账")
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="fund_charge_numbered"),
            models.CheckConstraint(name="fund_charge_of_some_fen", condition=~Q(fen=0)),
        ]

    def __str__(self) -> str:
        return self.reference


class ClaimWriteOff(Proposal):
    """One person says that nothing more will come of a claim, another one agrees; then the fund bears it."""

    claim = models.ForeignKey(
        FundClaim, models.PROTECT, related_name="write_offs", verbose_name=_("追偿")
    )
    reason = models.TextField(_("核销原因"))

    class Meta:
        verbose_name = verbose_name_plural = _("追偿核销")
        constraints = [
            models.UniqueConstraint(
                fields=["claim"],
                name="fund_write_off_one_open",
                condition=Q(state__in=["proposed", "approved"]),
            ),
            models.CheckConstraint(name="fund_write_off_for_a_reason", condition=~Q(reason="")),
            *four_eyes_constraints("fund_write_off"),
        ]

    def __str__(self) -> str:
        return str(self.claim)
