from django.db import models
from django.db.models import F, Q
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
    # Not later than the first instant at which something happens by itself: a lot ends or becomes
    # active, a hold runs out. Until then a posting need not look. Without an index, or each change
    # would touch all of the row's indexes; the sweep reads the whole table every ten minutes.
    next_due = models.DateTimeField(_("下次到期时间"), null=True, blank=True)
    # Points granted without a person's approval on the last Shanghai day with any (see ceilings.sql).
    earned_on = models.DateField(_("最近积分日"), null=True, editable=False)
    earned_points = models.BigIntegerField(_("当日已积积分"), db_default=0, editable=False)
    frozen_at = models.DateTimeField(_("冻结时间"), null=True, blank=True)
    frozen_reason = models.TextField(_("冻结原因"), db_default="", blank=True)
    # Where the points went when two accounts of one person became one.
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("并入账户"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("积分账户")
        constraints = [
            models.CheckConstraint(
                name="account_not_overdrawn",
                condition=Q(available__gte=0, held__gte=0, pending__gte=0, debt__gte=0)
                # Whoever owes repays before saving.
                & (Q(debt=0) | Q(available=0)),
            ),
            models.CheckConstraint(
                name="account_frozen_for_a_reason",
                condition=Q(frozen_at=None, frozen_reason="")
                | (Q(frozen_at__isnull=False) & ~Q(frozen_reason="")),
            ),
            models.CheckConstraint(
                name="account_merged_is_empty",
                condition=Q(merged_into=None)
                | (Q(available=0, held=0, pending=0, debt=0) & ~Q(merged_into=F("member"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}"
