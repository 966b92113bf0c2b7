from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class StockSlot(models.Model):
    """A part of a version's stock, of all of it or of one Shanghai day's: the only hot rows of a claim.

    No database key to the version, which every claim reads (decision 12 of the design).
    """

    version = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="stock_slots",
    )
    # Null: the stock of all days.
    day = models.DateField(_("日期"), null=True, blank=True)
    slot = models.IntegerField(_("槽"))
    capacity = models.BigIntegerField(_("容量"))
    remaining = models.BigIntegerField(_("剩余"))

    class Meta:
        verbose_name = verbose_name_plural = _("库存槽")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "day", "slot"], name="stock_slot_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="stock_never_oversold",
                condition=Q(remaining__gte=0, remaining__lte=F("capacity")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.day or '*'}/{self.slot}"


class BudgetSlot(models.Model):
    """A part of what a version's discounts may cost in all, in fen: reserved when a coupon is claimed."""

    version = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="budget_slots",
    )
    slot = models.IntegerField(_("槽"))
    capacity_fen = models.BigIntegerField(_("额度（分）"))
    remaining_fen = models.BigIntegerField(_("剩余（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("预算槽")
        constraints = [
            models.UniqueConstraint(fields=["version", "slot"], name="budget_slot_of_version_once"),
            models.CheckConstraint(
                name="coupon_budget_never_overdrawn",
                condition=Q(remaining_fen__gte=0, remaining_fen__lte=F("capacity_fen")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.slot}"
