from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class AlliancePolicy(models.Model):
    """What holds for everybody's points during a period; two periods never overlap.

    Published as they stand: the breakage rule says who keeps what nobody spent.
    """

    valid = DateTimeRangeField(_("有效期"))
    # Expired points fall to this party; empty: back to the merchant that issued them.
    breakage_to = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("过期积分归属"),
    )
    # Together with `breakage_to` a foreign key: no merchant earns from what others' members forget.
    breakage_kind = models.TextField(null=True, editable=False)
    hold_minutes = models.IntegerField(_("预占最长分钟数"), default=120)
    grace_days = models.IntegerField(_("预占释放宽限天数"), default=7)
    # From this many points on the member confirms a spending on the phone; empty: never.
    confirm_from = models.BigIntegerField(
        _("需会员确认的积分"), null=True, blank=True, default=20_000
    )
    confirm_minutes = models.IntegerField(_("会员确认时限（分钟）"), default=5)
    # What a receipt earns at the alliance's expense when the merchant's prefund has run out.
    fallback_points = models.IntegerField(_("兜底每单位发放积分"), default=1)
    fallback_per_fen = models.IntegerField(_("兜底单位金额（分）"), default=200)
    fallback_price_milli_fen = models.BigIntegerField(_("兜底积分单价（毫分）"), default=1000)
    # What a till takes off a bill for a point, in thousandths of a fen.
    point_value_milli_fen = models.BigIntegerField(
        _("积分抵扣价值（毫分）"), default=1000, db_default=1000
    )
    warn_days = models.IntegerField(_("过期提醒提前天数"), default=30)
    adjust_limit = models.BigIntegerField(_("单笔人工调整上限"), default=10_000)
    adjust_day_limit = models.BigIntegerField(_("每人每日人工调整上限"), default=50_000)
    # A receipt above one of these waits for a person; a day is Shanghai's, empty: no ceiling. They hold
    # by the instant of posting, also as they were when none were written (loyalty/sql/ceilings.sql).
    receipt_ceiling_points = models.BigIntegerField(
        _("单张小票积分上限"), null=True, blank=True, db_default=50_000, default=50_000
    )
    member_day_ceiling_points = models.BigIntegerField(
        _("每会员每日积分上限"), null=True, blank=True, db_default=200_000, default=200_000
    )
    key_day_ceiling_points = models.BigIntegerField(
        _("每密钥每日积分上限"), null=True, blank=True, db_default=1_000_000, default=1_000_000
    )
    merchant_day_ceiling_points = models.BigIntegerField(
        _("每商户每日积分上限"), null=True, blank=True, db_default=3_000_000, default=3_000_000
    )
    review_by_two_from_points = models.BigIntegerField(
        _("须两人复核的积分"), db_default=500_000, default=500_000
    )

    class Meta:
        verbose_name = verbose_name_plural = _("联盟规则")
        constraints = [
            ExclusionConstraint(
                name="alliance_policy_one_at_a_time",
                expressions=[("valid", RangeOperators.OVERLAPS)],
                violation_error_message=_("此时段已有联盟规则"),
            ),
            models.CheckConstraint(
                name="alliance_policy_valid_some_time", condition=Q(valid__isempty=False)
            ),
            models.CheckConstraint(
                name="alliance_policy_breakage_to_no_merchant",
                condition=Q(breakage_to=None, breakage_kind=None)
                | Q(
                    breakage_to__isnull=False,
                    breakage_kind__isnull=False,
                    breakage_kind__in=["alliance", "fund"],
                ),
            ),
            models.CheckConstraint(
                name="alliance_policy_times_in_bounds",
                condition=Q(
                    hold_minutes__gte=1,
                    hold_minutes__lte=7 * 24 * 60,
                    grace_days__gte=1,
                    grace_days__lte=90,
                    confirm_minutes__gte=1,
                    confirm_minutes__lte=60,
                    warn_days__gte=1,
                    warn_days__lte=365,
                ),
            ),
            models.CheckConstraint(
                name="alliance_policy_point_value_in_bounds",
                condition=Q(point_value_milli_fen__gte=1, point_value_milli_fen__lte=100_000),
            ),
            models.CheckConstraint(
                name="alliance_policy_amounts_in_bounds",
                condition=Q(
                    fallback_points__gte=0,
                    fallback_points__lte=10_000,
                    fallback_per_fen__gte=1,
                    fallback_per_fen__lte=1_000_000,
                    fallback_price_milli_fen__gte=0,
                    fallback_price_milli_fen__lte=100_000,
                    adjust_limit__gte=1,
                    adjust_day_limit__gte=F("adjust_limit"),
                )
                & (Q(confirm_from=None) | Q(confirm_from__gte=1)),
            ),
            models.CheckConstraint(
                name="alliance_policy_ceilings_in_bounds",
                condition=Q(
                    *(
                        Q(**{name: None}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 10**15})
                        for name in (
                            "receipt_ceiling_points",
                            "member_day_ceiling_points",
                            "key_day_ceiling_points",
                            "merchant_day_ceiling_points",
                        )
                    ),
                    review_by_two_from_points__gte=1,
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.valid)
