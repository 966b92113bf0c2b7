from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class Hold(models.Model):
    """Points set aside for one merchant until they are captured, voided or run out, once only.

    What it sets aside stands in its parts and not in draws: only what was captured is drawn, so the
    settlement never sees points that might still come back.
    """

    class State(models.TextChoices):
        OPEN = "open", _("预占中")
        CAPTURED = "captured", _("已使用")
        VOIDED = "voided", _("已取消")
        TIMED_OUT = "timed_out", _("已超时")

    class Purpose(models.TextChoices):
        TILL = "till", _("收银台预占")
        CONFIRM = "confirm", _("等待会员确认")

    public_id = PublicIdField("hld", verbose_name=_("预占编号"))
    account = models.ForeignKey(
        "loyalty.PointsAccount",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="holds",
        verbose_name=_("账户"),
    )
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("商户"),
    )
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("门店"),
    )
    request_no = models.TextField(_("请求号"))
    points = models.BigIntegerField(_("预占积分"))
    captured = models.BigIntegerField(_("使用积分"), db_default=0)
    purpose = models.TextField(_("用途"), choices=Purpose)
    state = models.TextField(_("状态"), choices=State, db_default="open")
    # A release that comes after a lot's last day gives its points so many days of grace.
    grace_days = models.IntegerField(_("宽限天数"))
    expires_at = models.DateTimeField(_("超时时间"))
    placing_transfer = models.ForeignKey(
        "loyalty.Transfer",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("预占流水"),
    )
    # The spending it became.
    spent = models.ForeignKey(
        "loyalty.Transfer",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("使用流水"),
    )
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("预占时间"))
    resolved_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("积分预占")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "request_no"], name="hold_once_per_request_number"
            ),
            models.CheckConstraint(
                name="hold_captures_at_most_its_points",
                condition=Q(points__gt=0, captured__gte=0, captured__lte=F("points")),
            ),
            models.CheckConstraint(
                name="hold_ends_once",
                condition=Q(state="open", captured=0, spent=None, resolved_at=None)
                | Q(
                    state="captured",
                    captured__gt=0,
                    spent__isnull=False,
                    resolved_at__isnull=False,
                )
                | Q(
                    state__in=["voided", "timed_out"],
                    captured=0,
                    spent=None,
                    resolved_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="hold_lasts_a_while",
                condition=Q(expires_at__gt=F("at"), grace_days__gte=1, grace_days__lte=90),
            ),
        ]
        indexes = [
            models.Index("account", "expires_at", name="hold_open", condition=Q(state="open")),
            models.Index(fields=["merchant", "-id"], name="hold_by_merchant"),
        ]

    def __str__(self) -> str:
        return self.public_id


class HoldPart(models.Model):
    """Points of one lot that a hold sets aside; once the hold has ended it is history."""

    hold = models.ForeignKey(
        "loyalty.Hold", models.PROTECT, db_constraint=False, related_name="parts"
    )
    lot = models.ForeignKey(
        "loyalty.Lot", models.PROTECT, db_constraint=False, related_name="held_parts"
    )
    points = models.BigIntegerField(_("积分"))

    class Meta:
        verbose_name = verbose_name_plural = _("预占批次")
        constraints = [
            models.CheckConstraint(name="hold_part_holds_something", condition=Q(points__gt=0)),
            models.UniqueConstraint(fields=["hold", "lot"], name="hold_part_once_per_lot"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
