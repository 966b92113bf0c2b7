from django.db import models
from django.utils.translation import gettext_lazy as _


class ReceiptReward(models.Model):
    """The coupon that a purchase brought, at most one of a template and for ever: it goes back with the
    purchase's goods, and no repeated event brings a second one. Append-only."""

    # No database key: the ledger's receipts are written by its SQL functions alone.
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("小票"),
    )
    template = models.ForeignKey(
        "coupons.CouponTemplate",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("券模板"),
    )
    coupon = models.OneToOneField(
        "coupons.Coupon", models.PROTECT, related_name="reward", verbose_name=_("优惠券")
    )
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("消费赠券")
        constraints = [
            models.UniqueConstraint(
                fields=["receipt", "template"], name="receipt_rewarded_once_per_template"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.receipt_id}: {self.coupon_id}"
