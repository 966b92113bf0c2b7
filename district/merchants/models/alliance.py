from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.merchants.models.expressions import id_range


class AllianceMembership(models.Model):
    """A stretch of time in which a merchant's stores give and take the alliance's points."""

    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="memberships", verbose_name=_("商户")
    )
    period = DateTimeRangeField(_("有效期"), help_text=_("含开始时刻，不含结束时刻"))

    class Meta:
        verbose_name = verbose_name_plural = _("联盟成员期")
        constraints = [
            models.CheckConstraint(
                name="alliance_period_has_a_beginning_and_excludes_its_end",
                # An empty range and one without a beginning do not include their lower bound.
                condition=Q(period__lower_inc=True, period__upper_inc=False),
            ),
            ExclusionConstraint(
                name="alliance_one_membership_at_a_time",
                expressions=[
                    (id_range("merchant"), RangeOperators.OVERLAPS),
                    ("period", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("该商户在此期间已是联盟成员"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.period}"
