from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# As clock.py has it: what lies outside is a slip of the finger.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
LONGEST_NAME = 40


class CalendarDay(models.Model):
    """A day that has a name of its own: a holiday, or a weekend day on which people work.

    Every day without a row follows the week: Monday to Friday are workdays.
    """

    class Source(models.TextChoices):
        LAW = "law", _("国务院安排")
        HAND = "hand", _("手工设置")

    day = models.DateField(_("日期"), primary_key=True)
    is_workday = models.BooleanField(_("上班"))
    name = models.TextField(_("名称"))
    source = models.TextField(_("来源"), choices=Source.choices)

    class Meta:
        verbose_name = verbose_name_plural = _("工作日历")
        constraints = [
            models.CheckConstraint(
                name="calendarday_source_known", condition=Q(source__in=["law", "hand"])
            ),
            models.CheckConstraint(
                name="calendarday_name_short",
                # 40 characters, the first and the last of them visible.
                condition=Q(name__regex=r"^\S(.{0,38}\S)?$"),
            ),
            models.CheckConstraint(
                name="calendarday_in_our_centuries",
                condition=Q(day__gte=FIRST_DAY, day__lte=LAST_DAY),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
