"""What is published of complaints for the district, its venues and its trades, day by day."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DistrictStatistics(models.Model):
    """The figures of the twelve months that end with a Shanghai day, as they were known at its end; append-only.

    Of the whole district where neither venue nor trade is named. Those of a merchant stand in its `CreditSnapshot`.
    """

    as_of = models.DateField(_("截至"))
    venue = models.ForeignKey(
        "merchants.Venue",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("场所"),
    )
    trade = models.ForeignKey(
        "merchants.Trade",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("业态"),
    )
    statistics = models.JSONField(_("投诉公示数据"))
    taken_at = models.DateTimeField(_("计算时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("商圈投诉公示")
        constraints = [
            models.UniqueConstraint(
                fields=["as_of", "venue", "trade"],
                name="district_statistics_once_a_day",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="district_statistics_of_a_venue_or_a_trade",
                condition=Q(venue=None) | Q(trade=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"
