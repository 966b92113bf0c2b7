"""Promises to shoppers that merchants join, such as 放心消费 and 七日无理由退货."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Promise(models.Model):
    """A promise of the district's register."""

    code = models.SlugField(_("代码"), max_length=40, unique=True)
    name = models.CharField(_("名称"), max_length=40)
    description = models.CharField(_("内容"), max_length=500)
    is_open = models.BooleanField(_("可加入"), default=True, db_default=True)

    class Meta:
        verbose_name = verbose_name_plural = _("承诺")
        constraints = [
            models.CheckConstraint(
                name="promise_says_something", condition=~Q(name="") & ~Q(description="")
            )
        ]

    def __str__(self) -> str:
        return self.name


class PromiseAdoption(models.Model):
    """A merchant's promise, from the day it joined to the day it left."""

    promise = models.ForeignKey(
        Promise, models.PROTECT, related_name="adoptions", verbose_name=_("承诺")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="promises", verbose_name=_("商户")
    )
    joined_at = models.DateTimeField(_("加入时间"))
    left_at = models.DateTimeField(_("退出时间"), null=True, blank=True)
    leave_reason = models.CharField(_("退出原因"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("已加入的承诺")
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "merchant"],
                name="promise_joined_once_at_a_time",
                condition=Q(left_at=None),
            ),
            models.CheckConstraint(
                name="promise_left_with_a_reason",
                condition=Q(left_at=None, leave_reason="")
                | Q(left_at__isnull=False, left_at__gte=F("joined_at")) & ~Q(leave_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.promise_id}"
