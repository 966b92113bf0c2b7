from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PointsAccount(models.Model):
    """A member's points; the row is the lock for all of the member's lots."""

    member = models.OneToOneField(
        "members.Member",
        models.PROTECT,
        primary_key=True,
        related_name="points_account",
        verbose_name=_("会员"),
    )
    available = models.BigIntegerField(_("可用积分"), db_default=0)
    held = models.BigIntegerField(_("冻结积分"), db_default=0)
    pending = models.BigIntegerField(_("待生效积分"), db_default=0)
    debt = models.BigIntegerField(_("待抵还积分"), db_default=0)
    # The number of the last transfer: the member's statement has no gaps.
    seq = models.BigIntegerField(_("流水号"), db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("积分账户")
        constraints = [
            models.CheckConstraint(
                name="account_not_overdrawn",
                condition=Q(available__gte=0, held__gte=0, pending__gte=0, debt__gte=0)
                # Whoever owes repays before saving.
                & (Q(debt=0) | Q(available=0)),
            )
        ]

    def __str__(self) -> str:
        return f"{self.member}"
