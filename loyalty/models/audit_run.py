from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AuditRun(models.Model):
    """One nightly look for broken promises, and what it found."""

    started_at = models.DateTimeField(_("开始时间"))
    ended_at = models.DateTimeField(_("结束时间"))
    queries = models.IntegerField(_("检查项"))
    offences = models.IntegerField(_("异常行"))
    # The first offending rows of each query: numbers and instants, nothing personal.
    found = models.JSONField(_("异常"), default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("账目检查")
        constraints = [
            models.CheckConstraint(
                name="audit_run_counts", condition=Q(queries__gt=0, offences__gte=0)
            )
        ]

    def __str__(self) -> str:
        return f"{self.started_at}"


class Rollup(models.Model):
    """A merchant's points of one pocket and kind up to a horizon, so that no chart sums the whole ledger.

    The horizon is a transaction number below which everything had ended when it was taken; numbers
    of rows commit out of order and would lose some.
    """

    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("商户"),
    )
    kind = models.TextField(_("类型"))
    points = models.BigIntegerField(_("积分"))
    count = models.BigIntegerField(_("笔数"))

    class Meta:
        verbose_name = verbose_name_plural = _("汇总")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "kind"],
                name="rollup_once_per_merchant_and_kind",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.kind}"


class RollupHorizon(models.Model):
    """The one row that says how far the rollup has come; its lock is the rollup's."""

    singleton = models.BooleanField(primary_key=True, default=True)
    # xid8 as text of digits would not sort; a bigint holds it for longer than the earth will last.
    xid = models.BigIntegerField(_("事务号"), db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("汇总进度")
        constraints = [
            models.CheckConstraint(name="rollup_horizon_is_one", condition=Q(singleton=True))
        ]

    def __str__(self) -> str:
        return f"{self.xid}"


class ExpiryWarning(models.Model):
    """A member was warned that points end on a day; once for each day."""

    account = models.ForeignKey(
        "loyalty.PointsAccount", models.PROTECT, db_constraint=False, related_name="warnings"
    )
    expires_at = models.DateTimeField(_("失效时间"))
    points = models.BigIntegerField(_("积分"))
    at = models.DateTimeField(_("提醒时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("过期提醒")
        constraints = [
            models.UniqueConstraint(
                fields=["account", "expires_at"], name="expiry_warning_once_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.expires_at}"
