from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.merchants.models.expressions import id_range, minutes_of_the_week

DAY = 24 * 60


class WeeklyHours(models.Model):
    """One stretch of a weekday in which something is open; it may run past midnight."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("星期一")
        TUESDAY = 1, _("星期二")
        WEDNESDAY = 2, _("星期三")
        THURSDAY = 3, _("星期四")
        FRIDAY = 4, _("星期五")
        SATURDAY = 5, _("星期六")
        SUNDAY = 6, _("星期日")

    weekday = models.PositiveSmallIntegerField(_("星期"), choices=Weekday)
    opens_minute = models.PositiveSmallIntegerField(_("开门（零点起的分钟）"))
    closes_minute = models.PositiveSmallIntegerField(
        _("关门（零点起的分钟）"), help_text=_("过零点则大于 1440")
    )

    class Meta:
        abstract = True
        ordering = ["weekday", "opens_minute"]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_minute}–{self.closes_minute}"


def weekly_hours_constraints(owner: str, prefix: str) -> list[models.BaseConstraint]:
    """What holds for the hours of each `owner`, a foreign key; the names begin with `prefix`."""
    return [
        models.CheckConstraint(name=f"{prefix}_on_a_weekday", condition=Q(weekday__range=(0, 6))),
        models.CheckConstraint(
            name=f"{prefix}_open_on_their_day_and_close_by_the_next",
            condition=Q(
                opens_minute__range=(0, DAY - 1),
                closes_minute__gt=F("opens_minute"),
                closes_minute__lte=2 * DAY,
            ),
        ),
        ExclusionConstraint(
            name=f"{prefix}_never_overlap_in_a_{owner}",
            expressions=[
                (id_range(owner), RangeOperators.OVERLAPS),
                (minutes_of_the_week(), RangeOperators.OVERLAPS),
            ],
            violation_error_message=_("营业时间互相重叠"),
        ),
    ]


class OpeningHours(WeeklyHours):
    """When a store is open."""

    store = models.ForeignKey(
        "merchants.Store", models.CASCADE, related_name="hours", verbose_name=_("门店")
    )

    class Meta(WeeklyHours.Meta):
        abstract = False
        verbose_name = verbose_name_plural = _("营业时间")
        constraints = weekly_hours_constraints("store", "hours")
