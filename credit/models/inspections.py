"""Rounds in which people check what stores promised."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField

MOST_CHECKS = 1000


class InspectionRound(models.Model):
    """A named round, such as the one of a quarter."""

    name = models.CharField(_("名称"), max_length=60, unique=True)
    started_on = models.DateField(_("开始日期"))

    class Meta:
        verbose_name = verbose_name_plural = _("巡查轮次")
        constraints = [models.CheckConstraint(name="round_named", condition=~Q(name=""))]

    def __str__(self) -> str:
        return self.name


class Inspection(models.Model):
    """What was found at a store in a round: checks passed and failed; append-only, an upheld correction voids it."""

    public_id = PublicIdField("ins", verbose_name=_("编号"))
    round = models.ForeignKey(
        InspectionRound, models.PROTECT, related_name="inspections", verbose_name=_("轮次")
    )
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="inspections", verbose_name=_("门店")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="inspections", verbose_name=_("商户")
    )
    inspected_on = models.DateField(_("巡查日期"))
    passed = models.PositiveSmallIntegerField(_("合格项"))
    failed = models.PositiveSmallIntegerField(_("不合格项"))
    note = models.CharField(_("说明"), max_length=500, blank=True, default="")
    inspected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("巡查人"),
    )
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("巡查结果")
        constraints = [
            models.UniqueConstraint(fields=["round", "store"], name="inspection_once_a_round"),
            models.CheckConstraint(
                name="inspection_checked_something",
                condition=(Q(passed__gte=1) | Q(failed__gte=1))
                & Q(passed__lte=MOST_CHECKS, failed__lte=MOST_CHECKS),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
