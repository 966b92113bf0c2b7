from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coupons.issuing.job_limits import MOST_ROWS
from district.kernel.database.ids import PublicIdField
from district.kernel.jobs import Job
from district.kernel.jobs.model import at_work


class IssueJob(Job):
    """A version given to many members, one coupon each: who they are is fixed when it is opened."""

    WAITING = "open"

    class Kind(models.TextChoices):
        AUDIENCE = "audience", _("人群")
        LIST = "list", _("名单")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        RUNNING = "running", _("发放中")
        DONE = "done", _("已完成")
        STOPPED = "stopped", _("已停止")

    public_id = PublicIdField("isj", verbose_name=_("任务编号"))
    version = models.ForeignKey(
        "coupons.TemplateVersion", models.PROTECT, related_name="+", verbose_name=_("券模板")
    )
    kind = models.TextField(_("发放对象"), choices=Kind)
    # What was asked for: an operator's tag, a span of joining, a merchant whose buyers.
    audience = models.JSONField(_("人群条件"), default=dict, blank=True)
    name = models.CharField(_("名称"), max_length=60)
    state = models.TextField(_("状态"), choices=State, db_default="open", default=State.OPEN)
    made_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("创建人")
    )
    made_at = models.DateTimeField(_("创建时间"))
    total = models.IntegerField(_("总行数"))
    issued = models.IntegerField(_("已发放"), db_default=0, default=0)
    refused = models.IntegerField(_("已拒绝"), db_default=0, default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("发券任务")
        constraints = [
            models.CheckConstraint(
                name="issue_job_state_has_its_instants",
                condition=Q(state="open", started_at=None, ended_at=None)
                | Q(state="running", started_at__isnull=False, ended_at=None)
                | Q(state__in=["done", "stopped"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="issue_job_answers_each_row_once",
                condition=Q(issued__gte=0, refused__gte=0, total__gte=F("issued") + F("refused"))
                & (~Q(state="done") | Q(total=F("issued") + F("refused"))),
            ),
            models.CheckConstraint(
                name="issue_job_within_its_limits",
                condition=Q(total__gte=1, total__lte=MOST_ROWS) & ~Q(name=""),
            ),
            models.CheckConstraint(
                name="issue_job_audience_said",
                condition=Q(kind="list", audience={}) | Q(kind="audience") & ~Q(audience={}),
            ),
        ]
        indexes = [
            models.Index(
                "next_attempt_at", "id", name="issue_job_to_do", condition=at_work("open")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def row_count(self) -> int:
        return self.total

    @property
    def answered(self) -> int:
        return self.issued + self.refused


class IssueRow(models.Model):
    """One line of a job and what came of it.

    What was written in the line is not kept: a phone number becomes a member, or nobody.
    """

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("等待")
        ISSUED = "issued", _("已发放")
        REFUSED = "refused", _("已拒绝")

    job = models.ForeignKey(
        IssueJob, models.PROTECT, db_index=False, related_name="rows", verbose_name=_("发券任务")
    )
    line = models.IntegerField(_("行号"))
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("会员"),
    )
    outcome = models.TextField(_("结果"), choices=Outcome, db_default="waiting")
    code = models.TextField(_("原因代码"), db_default="", default="", blank=True)
    coupon = models.OneToOneField(
        "coupons.Coupon",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="issue_row",
        verbose_name=_("优惠券"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("发券明细")
        constraints = [
            models.UniqueConstraint(fields=["job", "line"], name="issue_row_once_per_line"),
            # Nobody gets two of one job, whatever its file repeats.
            models.UniqueConstraint(
                fields=["job", "member"],
                name="issue_row_once_per_member",
                condition=~Q(outcome="refused"),
            ),
            models.CheckConstraint(
                name="issue_row_says_what_came_of_it",
                condition=Q(outcome="waiting", member__isnull=False, coupon=None, code="")
                | Q(outcome="issued", member__isnull=False, coupon__isnull=False, code="")
                | Q(outcome="refused", coupon=None) & ~Q(code=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["job", "line"], name="issue_row_waiting", condition=Q(outcome="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}:{self.line}"
