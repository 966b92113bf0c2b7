from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Lot(models.Model):
    """Points earned together and expiring together, with their issuer and the price they cost it."""

    account = models.ForeignKey(
        "loyalty.PointsAccount",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("账户"),
    )
    issuer = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("发放商户"),
    )
    # A lot is born with one transfer and shares its number.
    transfer = models.OneToOneField(
        "loyalty.Transfer",
        models.PROTECT,
        primary_key=True,
        db_constraint=False,
        verbose_name=_("赚取流水"),
    )
    granted = models.BigIntegerField(_("发放积分"))
    remaining = models.BigIntegerField(_("剩余积分"))
    # Frozen when issued, so that a later price changes nothing that was already promised.
    price_milli_fen = models.BigIntegerField(_("单价（毫分）"))
    active_from = models.DateTimeField(_("生效时间"))
    expires_at = models.DateTimeField(_("失效时间"))
    # Still in the pending pocket: granted, and not yet spendable.
    pending = models.BooleanField(_("待生效"), db_default=False)
    # Above a ceiling: pending until a person has decided, whatever the dates say.
    in_review = models.BooleanField(_("待复核"), db_default=False)
    # The issuer's prefund paid for it, so its cost stands in the issue budget.
    budgeted = models.BooleanField(_("占用预存"), db_default=False)
    # Of a lot that goes on with the points of another (after a merge or a late release): the first.
    origin = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("原批次"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("积分批次")
        constraints = [
            models.CheckConstraint(
                name="lot_never_overdrawn",
                condition=Q(
                    granted__gt=0,
                    remaining__gte=0,
                    remaining__lte=F("granted"),
                    price_milli_fen__gte=0,
                    active_from__lt=F("expires_at"),
                ),
            ),
            models.CheckConstraint(
                name="lot_in_review_is_pending", condition=Q(in_review=False) | Q(pending=True)
            ),
        ]
        indexes = [
            models.Index(
                fields=["account", "expires_at", "transfer"],
                name="lot_live",
                condition=Q(remaining__gt=0),
            ),
            models.Index("account", "active_from", name="lot_pending", condition=Q(pending=True)),
            models.Index("origin", name="lot_of_origin", condition=Q(origin__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Draw(models.Model):
    """Points a transfer took from one lot, and the merchant they were taken for."""

    transfer = models.ForeignKey(
        "loyalty.Transfer",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="draws",
        verbose_name=_("流水"),
    )
    lot = models.ForeignKey(
        "loyalty.Lot",
        models.PROTECT,
        db_constraint=False,
        related_name="draws",
        verbose_name=_("批次"),
    )
    redeemer = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("收取商户"),
    )
    points = models.BigIntegerField(_("积分"))

    class Meta:
        verbose_name = verbose_name_plural = _("批次支取")
        constraints = [
            models.CheckConstraint(name="draw_takes_something", condition=Q(points__gt=0)),
            models.UniqueConstraint(
                fields=["transfer", "lot"], name="draw_once_per_lot_and_transfer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Restore(models.Model):
    """Points of a draw that a reversal gave back to their lot; together never more than it took."""

    draw = models.ForeignKey(
        "loyalty.Draw",
        models.PROTECT,
        db_constraint=False,
        related_name="restores",
        verbose_name=_("支取"),
    )
    transfer = models.ForeignKey(
        "loyalty.Transfer",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="restores",
        verbose_name=_("流水"),
    )
    points = models.BigIntegerField(_("积分"))
    # What the draw took, and how much of it earlier restores gave back: of two that happen at once
    # and know nothing of each other, the number lets only one stand.
    drawn = models.BigIntegerField(_("支取积分"))
    before = models.BigIntegerField(_("此前已退"), db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("批次退回")
        constraints = [
            models.CheckConstraint(
                name="restore_gives_back_at_most_what_was_drawn",
                condition=Q(points__gt=0, before__gte=0, drawn__gte=F("before") + F("points")),
            ),
            models.UniqueConstraint(fields=["draw", "before"], name="restore_one_after_another"),
            models.UniqueConstraint(
                fields=["transfer", "draw"], name="restore_once_per_draw_and_transfer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
