from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints


class Adjustment(Proposal):
    """A correction by hand: one person proposes it, another one decides."""

    public_id = PublicIdField("adj", verbose_name=_("编号"))
    member = models.ForeignKey("members.Member", models.PROTECT, verbose_name=_("会员"))
    # Who pays for points that are added, and who is paid for those taken away.
    merchant = models.ForeignKey("merchants.Merchant", models.PROTECT, verbose_name=_("承担商户"))
    points = models.BigIntegerField(_("积分"), help_text=_("负数为扣减"))
    reason = models.TextField(_("原因"))
    evidence = models.TextField(_("依据"), db_default="", blank=True)
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
            *four_eyes_constraints(
                "adjustment", approved=Q(transfer__isnull=False), otherwise=Q(transfer=None)
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
