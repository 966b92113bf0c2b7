from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.merchants.models.expressions import id_range, minutes_of_the_week

DAY = 24 * 60


class OpeningHours(models.Model):
    """One stretch of a weekday in which a store is open; it may run past midnight."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("星期一")
        TUESDAY = 1, _("星期二")
        WEDNESDAY = 2, _("星期三")
        THURSDAY = 3, _("星期四")
        FRIDAY = 4, _("星期五")
        SATURDAY = 5, _("星期六")
        SUNDAY = 6, _("星期日")

    store = models.ForeignKey(
        "merchants.Store", models.CASCADE, related_name="hours", verbose_name=_("门店")
    )
    weekday = models.PositiveSmallIntegerField(_("星期"), choices=Weekday)
    opens_minute = models.PositiveSmallIntegerField(_("开门（零点起的分钟）"))
    closes_minute = models.PositiveSmallIntegerField(
        _("关门（零点起的分钟）"), help_text=_("过零点则大于 1440")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("营业时间")
        ordering = ["weekday", "opens_minute"]
        constraints = [
            models.CheckConstraint(name="hours_on_a_weekday", condition=Q(weekday__range=(0, 6))),
            models.CheckConstraint(
                name="hours_open_on_their_day_and_close_by_the_next",
                condition=Q(
                    opens_minute__range=(0, DAY - 1),
                    closes_minute__gt=F("opens_minute"),
                    closes_minute__lte=2 * DAY,
                ),
            ),
            ExclusionConstraint(
                name="hours_never_overlap_in_a_store",
                expressions=[
                    (id_range("store"), RangeOperators.OVERLAPS),
                    (minutes_of_the_week(), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("营业时间互相重叠"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_minute}–{self.closes_minute}"
