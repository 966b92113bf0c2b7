from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints
from parking.models.stays import Stay


class Arrears(models.Model):
    """What was left unpaid of a stay whose car has left (欠费). No car is ever kept in for it.

    It is a member's, or, while nobody is known for the plate, the plate's.
    """

    class Cause(models.TextChoices):
        LEFT_UNPAID = "left_unpaid", _("未付离场")
        CHARGE_FAILED = "charge_failed", _("微信扣款失败")

    class State(models.TextChoices):
        OPEN = "open", _("未付")
        PAID = "paid", _("已付")
        WRITTEN_OFF = "written_off", _("已核销")
        # The stay owes nothing after all: its times changed, or it was another one's.
        WITHDRAWN = "withdrawn", _("已撤销")

    public_id = PublicIdField("arr", verbose_name=_("编号"))
    stay = models.OneToOneField(
        Stay, models.PROTECT, related_name="arrears", verbose_name=_("停车记录")
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parking_arrears",
        verbose_name=_("会员"),
    )
    cause = models.TextField(_("原因"), choices=Cause)
    amount_fen = models.BigIntegerField(_("欠费（分）"))
    state = models.TextField(_("状态"), choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("产生时间"))
    # Until then it is paid in time, and stands in nobody's way.
    due_at = models.DateTimeField(_("应付时间"))
    closed_at = models.DateTimeField(_("结清时间"), null=True, blank=True)
    # The member's order of it: the one that is to be paid, or was.
    order = models.ForeignKey(
        "payments.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("支付订单"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("停车欠费")
        constraints = [
            models.CheckConstraint(name="arrears_of_some_money", condition=Q(amount_fen__gt=0)),
            models.CheckConstraint(
                name="arrears_closed_iff_not_open",
                condition=Q(state="open", closed_at=None)
                | Q(state__in=["paid", "written_off", "withdrawn"], closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "state"], name="arrears_by_member"),
            models.Index(fields=["due_at"], name="arrears_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def reminder_times(self) -> list[datetime]:
        """When its member was reminded, the first time first."""
        return sorted(reminder.reminded_at for reminder in self.reminders.all())


class ArrearsReminder(models.Model):
    """A day on which a member was reminded; each reminder of arrears stands here once."""

    arrears = models.ForeignKey(
        Arrears, models.PROTECT, related_name="reminders", verbose_name=_("欠费")
    )
    number = models.PositiveSmallIntegerField(_("第几次"))
    reminded_at = models.DateTimeField(_("提醒时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("欠费提醒")
        constraints = [
            models.UniqueConstraint(fields=["arrears", "number"], name="arrears_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.arrears} {self.number}"


class ArrearsWriteOff(Proposal):
    """Arrears that one person wants to write off, and another one does."""

    arrears = models.ForeignKey(
        Arrears, models.PROTECT, related_name="write_offs", verbose_name=_("欠费")
    )
    reason = models.CharField(_("核销原因"), max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = _("欠费核销申请")
        constraints = [
            *four_eyes_constraints("arrears_write_off"),
            models.UniqueConstraint(
                fields=["arrears"],
                name="arrears_write_off_one_proposed",
                condition=Q(state="proposed"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.arrears)
