from typing import Any

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints
from district.kernel.jobs import Job
from district.kernel.jobs.model import at_work

LONGEST_RERATING_REASON = 60
_NO_REFUND: dict[str, Any] = {"refund": None, "refunded_fen": 0}


class Rerating(Proposal):
    """A published version was wrong: stays that entered in a period are to be priced by other rules.

    Planned as a dry run: `planned_*` are what it would come to. Approved, a correction of the version has these rules,
    and a job goes through the stays.
    """

    public_id = PublicIdField("rrt", verbose_name=_("编号"))
    version = models.ForeignKey(
        "parking.TariffVersion",
        models.PROTECT,
        related_name="reratings",
        verbose_name=_("有误的版本"),
    )
    document = models.TextField(_("规则"))
    sha256 = models.CharField(_("摘要"), max_length=64)
    entered = DateTimeRangeField(_("入场时段"))
    reason = models.CharField(_("原因"), max_length=LONGEST_RERATING_REASON)
    planned_stays = models.PositiveIntegerField(_("停车记录数"))
    planned_refunds = models.PositiveIntegerField(_("预计退款数"))
    planned_refund_fen = models.BigIntegerField(_("预计退款金额"))
    # Who paid too little is not charged afterwards.
    planned_dearer = models.PositiveIntegerField(_("少收的停车记录数"))
    correction = models.OneToOneField(
        "parking.TariffVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="corrected_by",
        verbose_name=_("更正版本"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("重新计费")
        constraints = [
            *four_eyes_constraints(
                "rerating", approved=Q(correction__isnull=False), otherwise=Q(correction=None)
            ),
            models.CheckConstraint(
                name="rerating_of_some_stays_for_a_reason",
                condition=Q(planned_stays__gte=1, planned_refund_fen__gte=0, entered__isempty=False)
                & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def has_results(self) -> bool:
        """Whether its stays can be read: from the plan on."""
        return True


class ReratedStay(models.Model):
    """A stay of a re-rating: fees as they were planned, then as they were when its turn came, and what came of it.

    Fees are those with the minutes that were credited; what coupons and points were worth counts as paid.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("待处理")
        # Until the car has left, or what is being paid was paid.
        DEFERRED = "deferred", _("待离场结清")
        REFUNDED = "refunded", _("已退款")
        # Cheaper, and nothing was paid too much.
        REPRICED = "repriced", _("已改价")
        # Not cheaper.
        UNCHANGED = "unchanged", _("维持原价")
        # Merged, or priced by another version by now.
        OUTDATED = "outdated", _("已不适用")
        REFUSED = "refused", _("未能退款")

    rerating = models.ForeignKey(
        Rerating,
        models.PROTECT,
        db_index=False,
        related_name="rows",
        verbose_name=_("重新计费"),
    )
    stay = models.ForeignKey(
        "parking.Stay", models.PROTECT, related_name="reratings", verbose_name=_("停车记录")
    )
    # None where nothing priced it yet.
    before_fen = models.BigIntegerField(_("原费用"), null=True, blank=True)
    after_fen = models.BigIntegerField(_("更正后费用"), null=True, blank=True)
    paid_fen = models.BigIntegerField(_("已付"), default=0)
    planned_fen = models.BigIntegerField(_("预计退款"), default=0)
    outcome = models.TextField(_("结果"), choices=Outcome, default=Outcome.WAITING)
    refunded_fen = models.BigIntegerField(_("退款"), default=0)
    refund = models.OneToOneField(
        "parking.FeeRefund",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rerated_stay",
        verbose_name=_("停车费退款"),
    )
    code = models.TextField(_("原因代码"), blank=True, default="")
    answered_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("重新计费的停车")
        constraints = [
            models.UniqueConstraint(
                fields=["rerating", "stay"], name="rerated_stay_once_in_a_rerating"
            ),
            models.CheckConstraint(
                name="rerated_stay_outcome_says_what_came_of_it",
                condition=Q(outcome="waiting", answered_at=None, code="", **_NO_REFUND)
                | Q(
                    outcome__in=["deferred", "repriced", "unchanged", "outdated"],
                    answered_at__isnull=False,
                    code="",
                    **_NO_REFUND,
                )
                | Q(
                    outcome="refunded",
                    answered_at__isnull=False,
                    code="",
                    refund__isnull=False,
                    refunded_fen__gte=1,
                )
                | Q(outcome="refused", answered_at__isnull=False, **_NO_REFUND) & ~Q(code=""),
            ),
            models.CheckConstraint(
                name="rerated_stay_gives_back_what_was_too_much",
                condition=Q(refunded_fen=0)
                | Q(
                    refunded_fen__lte=F("before_fen") - F("after_fen"),
                    paid_fen__gte=F("refunded_fen"),
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["rerating", "id"],
                name="rerated_stay_waiting",
                condition=Q(outcome="waiting"),
            ),
            models.Index(
                fields=["stay"], name="rerated_stay_deferred", condition=Q(outcome="deferred")
            ),
        ]

    def __str__(self) -> str:
        return str(self.stay_id)


class ReratingJob(Job):
    """Going through the stays of an approved re-rating, each of them once."""

    WAITING = "open"

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        RUNNING = "running", _("处理中")
        DONE = "done", _("已完成")
        STOPPED = "stopped", _("已停止")

    # The job and the re-rating have one number.
    rerating = models.OneToOneField(
        Rerating,
        models.PROTECT,
        primary_key=True,
        related_name="job",
        verbose_name=_("重新计费"),
    )
    state = models.TextField(_("状态"), choices=State, db_default="open", default=State.OPEN)
    total = models.IntegerField(_("停车记录数"))
    answered_rows = models.IntegerField(_("已处理"), db_default=0, default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("重新计费任务")
        constraints = [
            models.CheckConstraint(
                name="rerating_job_state_has_its_instants",
                condition=Q(state="open", started_at=None, ended_at=None)
                | Q(state="running", started_at__isnull=False, ended_at=None)
                | Q(state__in=["done", "stopped"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="rerating_job_answers_each_row_once",
                condition=Q(answered_rows__gte=0, answered_rows__lte=F("total"))
                & (~Q(state="done") | Q(answered_rows=F("total"))),
            ),
        ]
        indexes = [
            models.Index("next_attempt_at", name="rerating_job_to_do", condition=at_work("open")),
        ]

    def __str__(self) -> str:
        return str(self.rerating)

    @property
    def row_count(self) -> int:
        return self.total

    @property
    def answered(self) -> int:
        return self.answered_rows
