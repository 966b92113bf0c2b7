from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.models.attempts import RetriedWork


class PointsSync(RetriedWork):
    """What WeChat is told of a payment's points: frozen when it was decided, sent until WeChat has it.

    Due for every payment: without it WeChat reports none of its refunds.
    """

    payment = models.ForeignKey(
        "business_circle.MallPayment",
        models.PROTECT,
        db_index=False,
        related_name="syncs",
        verbose_name=_("商圈支付"),
    )
    is_earned = models.BooleanField(_("是否积分"))
    increased_points = models.BigIntegerField(_("增加积分"))
    # The member's balance behind it; none where there is no member.
    total_points = models.BigIntegerField(_("积分余额"), null=True, blank=True)
    remarks = models.TextField(_("不积分说明"), db_default="", default="", blank=True)
    decided_at = models.DateTimeField(_("积分时间"))
    synced_at = models.DateTimeField(_("同步时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("积分同步")
        constraints = [
            models.UniqueConstraint(fields=["payment"], name="points_sync_once_per_payment"),
            models.CheckConstraint(
                name="points_sync_says_why_there_are_none",
                condition=Q(is_earned=True, increased_points__gt=0, remarks="")
                | (Q(is_earned=False, increased_points=0) & Q(remarks__regex=r"^.{1,128}$")),
            ),
            models.CheckConstraint(
                name="points_sync_balance_not_negative",
                condition=Q(total_points=None) | Q(total_points__gte=0),
            ),
            models.CheckConstraint(
                name="points_sync_synced_or_set_aside",
                condition=Q(synced_at=None) | Q(set_aside_at=None),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="points_sync_due",
                condition=Q(synced_at=None, set_aside_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment_id}"
