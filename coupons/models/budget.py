from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints
from district.kernel.text.money import MAX_FEN


class BudgetChange(Proposal):
    """A published version's budget made larger or smaller: proposed by one person, decided by another.

    Amounts are fen. The latest approved one says what the budget is; without any, the version does.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("待审批")
        APPROVED = "approved", _("已批准")
        REJECTED = "rejected", _("已驳回")

    public_id = PublicIdField("cbc", verbose_name=_("编号"))
    version = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        related_name="budget_changes",
        verbose_name=_("券模板版本"),
    )
    from_fen = models.BigIntegerField(_("原预算（分）"))
    to_fen = models.BigIntegerField(_("改为（分）"))
    reason = models.CharField(_("原因"), max_length=200)
    state = models.TextField(_("状态"), choices=State, db_default="proposed", default="proposed")

    class Meta:
        verbose_name = verbose_name_plural = _("预算调整")
        constraints = [
            models.CheckConstraint(
                name="budget_change_moves_for_a_reason",
                condition=Q(to_fen__gte=1, to_fen__lte=MAX_FEN)
                & ~Q(to_fen=F("from_fen"))
                & ~Q(reason=""),
            ),
            *four_eyes_constraints("budget_change"),
            models.UniqueConstraint(
                fields=["version"],
                name="budget_change_one_open_at_a_time",
                condition=Q(state="proposed"),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class BudgetWarning(models.Model):
    """A version's budget ran low, or was used up: said once for each refill, append-only.

    `refill` is the number of the approved change that made it larger last, 0 before any.
    """

    class Level(models.TextChoices):
        LOW = "low", _("不足")
        USED_UP = "used_up", _("已用完")

    version = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        related_name="budget_warnings",
        verbose_name=_("券模板版本"),
    )
    refill = models.BigIntegerField(_("第几次增加预算"))
    level = models.TextField(_("程度"), choices=Level)
    left_fen = models.BigIntegerField(_("剩余（分）"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("预算提醒")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "refill", "level"], name="budget_warned_of_once_per_refill"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}: {self.level}"
