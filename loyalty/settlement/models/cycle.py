from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class Cycle(models.Model):
    """A stretch of Shanghai days whose points are settled together; each begins where the last one ended.

    A movement of points belongs to the first cycle whose horizon and whose end it lies before. What
    is committed late, or posted late for an earlier day, so falls into the next cycle and into no other.
    """

    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        PROPOSED = "proposed", _("待复核")
        CLOSED = "closed", _("已结账")

    public_id = PublicIdField("cyc", verbose_name=_("编号"))
    number = models.IntegerField(_("期号"))
    # The number of the cycle before, none for the first. With it a database key goes from the start
    # to that cycle's end, so there is neither a gap nor an overlap (migration 0002).
    follows = models.IntegerField(_("上一期"), null=True, blank=True)
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束（不含）"))
    # Who wrote the end that it has, where that is not the one it began with.
    end_moved_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("结束日调整人"),
    )
    state = models.TextField(_("状态"), choices=State, db_default="open", default=State.OPEN)
    # A transaction number: whatever lies below it had ended when the closing was proposed.
    horizon = models.BigIntegerField(_("事务号"), null=True, blank=True)
    # What the figures came to when they were proposed; they must come to the same when approved.
    draft_hash = models.BinaryField(_("草稿摘要"), max_length=32, null=True, editable=False)
    proposed_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("提出人"),
    )
    proposed_at = models.DateTimeField(_("提出时间"), null=True, blank=True)
    approved_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("复核人"),
    )
    approved_at = models.DateTimeField(_("结账时间"), null=True, blank=True)
    # Over the hashes of all statements and of the cycle before.
    hash = models.BinaryField(_("摘要"), max_length=32, null=True, editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("结算周期")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="cycle_once_per_number"),
            models.UniqueConstraint(fields=["number", "ends_at"], name="cycle_end_by_number"),
            models.CheckConstraint(
                name="cycle_follows_the_last",
                condition=Q(number=1, follows=None)
                | Q(number__gt=1, follows__isnull=False, number=F("follows") + 1),
            ),
            models.CheckConstraint(name="cycle_has_days", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(
                name="cycle_by_four_eyes",
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="cycle_end_not_moved_by_its_approver",
                condition=Q(approved_by=None)
                | Q(end_moved_by=None)
                | ~Q(approved_by=F("end_moved_by")),
            ),
            models.CheckConstraint(
                name="cycle_says_what_its_state_needs",
                condition=Q(
                    state="open",
                    horizon=None,
                    draft_hash=None,
                    proposed_by=None,
                    proposed_at=None,
                    approved_by=None,
                    approved_at=None,
                    hash=None,
                )
                | Q(
                    state="proposed",
                    horizon__isnull=False,
                    draft_hash__isnull=False,
                    proposed_by__isnull=False,
                    proposed_at__isnull=False,
                    approved_by=None,
                    approved_at=None,
                    hash=None,
                )
                | Q(
                    state="closed",
                    horizon__isnull=False,
                    draft_hash__isnull=False,
                    proposed_by__isnull=False,
                    proposed_at__isnull=False,
                    approved_by__isnull=False,
                    approved_at__isnull=False,
                    hash__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}"
