from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.models.case_file import CaseFile
from credit.complaints.texts import (
    BREACH_TEXTS,
    CASE_ACTORS,
    CASE_CLOCKS,
    NOTICE_AUDIENCES,
    notice_text,
)
from district.kernel.database.ids import PublicIdField


class CaseClockRow(models.Model):
    """A clock of a case as its events left it, the `round`th of its name. `due_at` is exclusive."""

    case = models.ForeignKey(
        CaseFile, models.PROTECT, db_index=False, related_name="clocks", verbose_name=_("案件")
    )
    name = models.TextField(_("期限"), choices=CASE_CLOCKS)
    round = models.SmallIntegerField(_("次序"))
    # Empty where either side may act.
    party = models.TextField(_("应办方"), choices=CASE_ACTORS, blank=True, default="")
    trigger_at = models.DateTimeField(_("起算时间"))
    due_at = models.DateTimeField(_("到期时间"))
    paused_at = models.DateTimeField(_("暂停时间"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    # The due date rests on a year whose holidays nobody has published yet.
    is_provisional = models.BooleanField(_("暂定"), default=False)
    policy_version = models.TextField(_("规则版本"))
    calendar_version = models.TextField(_("日历版本"))

    class Meta:
        verbose_name = verbose_name_plural = _("办理期限")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "name", "round"], name="case_clock_once_per_round"
            ),
            models.UniqueConstraint(
                fields=["case", "name"],
                name="case_clock_one_running_of_a_name",
                condition=Q(stopped_at=None),
            ),
            models.CheckConstraint(
                name="case_clock_ends_after_its_trigger",
                condition=Q(round__gte=1, due_at__gt=F("trigger_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_name_display()}"


class CaseBreach(models.Model):
    """A clock that ran out before its party acted: once for a clock, a round and a kind, at the instant it was due."""

    case = models.ForeignKey(
        CaseFile, models.PROTECT, db_index=False, related_name="breaches", verbose_name=_("案件")
    )
    clock = models.TextField(_("期限"), choices=CASE_CLOCKS)
    round = models.SmallIntegerField(_("次序"))
    kind = models.TextField(_("超时"))
    party = models.TextField(_("责任方"), choices=CASE_ACTORS, blank=True, default="")
    at = models.DateTimeField(_("到期时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("超时记录")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "clock", "round", "kind"], name="case_breach_once"
            )
        ]
        indexes = [models.Index(fields=["-at"], name="case_breach_by_time")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind_text}"

    @property
    def kind_text(self) -> str:
        return str(BREACH_TEXTS.get(self.kind, self.kind))


class CaseNotice(models.Model):
    """What a side hears of a case, once by its key: an event, a reminder before an end, a breach.

    `code` is an action, a clock with a kind of reminder such as `first_answer:before_24h`, a kind of breach, or what
    became of a message.
    """

    class Kind(models.TextChoices):
        EVENT = "event", _("办理进展")
        REMINDER = "reminder", _("到期提醒")
        BREACH = "breach", _("超时")
        MESSAGE = "message", _("留言")

    case = models.ForeignKey(
        CaseFile, models.PROTECT, db_index=False, related_name="notices", verbose_name=_("案件")
    )
    public_id = PublicIdField("ntc", verbose_name=_("编号"))
    audience = models.TextField(_("通知对象"), choices=NOTICE_AUDIENCES)
    key = models.TextField(_("键"))
    kind = models.TextField(_("类型"), choices=Kind)
    code = models.TextField(_("内容"))
    at = models.DateTimeField(_("时间"))
    due_at = models.DateTimeField(_("期限"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("案件通知")
        constraints = [
            models.UniqueConstraint(fields=["case", "audience", "key"], name="case_notice_once"),
            models.CheckConstraint(
                name="case_notice_to_a_known_audience",
                condition=Q(audience__in=["shopper", "merchant", "officer"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_audience_display()} {self.content}"

    @property
    def content(self) -> str:
        """What it tells, in words."""
        return notice_text(self.kind, self.code)
