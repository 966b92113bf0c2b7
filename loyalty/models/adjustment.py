from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class Adjustment(models.Model):
    """A correction by hand: one person proposes it, another one decides."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待复核")
        APPROVED = "approved", _("已通过")
        REJECTED = "rejected", _("已拒绝")

    public_id = PublicIdField("adj", verbose_name=_("编号"))
    member = models.ForeignKey("members.Member", models.PROTECT, verbose_name=_("会员"))
    # Who pays for points that are added, and who is paid for those taken away.
    merchant = models.ForeignKey("merchants.Merchant", models.PROTECT, verbose_name=_("承担商户"))
    points = models.BigIntegerField(_("积分"), help_text=_("负数为扣减"))
    reason = models.TextField(_("原因"))
    evidence = models.TextField(_("依据"), db_default="", blank=True)
    state = models.TextField(_("状态"), choices=State, db_default="proposed")
    proposed_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("提出人")
    )
    proposed_at = models.DateTimeField(_("提出时间"))
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复核人"),
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    decision = models.TextField(_("复核意见"), db_default="", blank=True)
    transfer = models.OneToOneField(
        "loyalty.Transfer",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("流水"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("人工调整")
        constraints = [
            models.CheckConstraint(
                name="adjustment_moves_points_for_a_reason",
                condition=~Q(points=0) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="adjustment_by_four_eyes",
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="adjustment_decided_once",
                condition=Q(state="proposed", decided_by=None, decided_at=None, transfer=None)
                | Q(
                    state="approved",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    transfer__isnull=False,
                )
                | Q(
                    state="rejected",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    transfer=None,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
