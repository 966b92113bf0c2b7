from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class Reconciliation(models.Model):
    """A store's day as its till counted it, beside the same day as we had it at that moment."""

    public_id = PublicIdField("rec", verbose_name=_("对账编号"))
    merchant = models.ForeignKey("merchants.Merchant", models.PROTECT, verbose_name=_("商户"))
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="+", verbose_name=_("门店")
    )
    day = models.DateField(_("营业日"))
    their_receipts = models.BigIntegerField(_("收银小票数"))
    their_paid_fen = models.BigIntegerField(_("收银实付（分）"))
    their_refunds = models.BigIntegerField(_("收银退货数"))
    their_refunded_fen = models.BigIntegerField(_("收银退款（分）"))
    their_spendings = models.BigIntegerField(_("收银抵扣数"))
    their_spent_points = models.BigIntegerField(_("收银抵扣积分"))
    our_receipts = models.BigIntegerField(_("系统小票数"))
    our_paid_fen = models.BigIntegerField(_("系统实付（分）"))
    our_refunds = models.BigIntegerField(_("系统退货数"))
    our_refunded_fen = models.BigIntegerField(_("系统退款（分）"))
    our_spendings = models.BigIntegerField(_("系统抵扣数"))
    our_spent_points = models.BigIntegerField(_("系统抵扣积分"))
    # How many differences the lists showed; null where the till sent none. So many are kept as rows.
    differences = models.BigIntegerField(_("差异数"), null=True, blank=True)
    agrees = models.GeneratedField(
        expression=Q(  # type: ignore[arg-type]  # the stubs forget that a Q is one
            their_receipts=F("our_receipts"),
            their_paid_fen=F("our_paid_fen"),
            their_refunds=F("our_refunds"),
            their_refunded_fen=F("our_refunded_fen"),
            their_spendings=F("our_spendings"),
            their_spent_points=F("our_spent_points"),
        )
        & (Q(differences=None) | Q(differences=0)),
        output_field=models.BooleanField(),
        db_persist=True,
        verbose_name=_("一致"),
    )
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("对账时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("日终对账")
        constraints = [
            models.CheckConstraint(
                name="reconciliation_counts_from_nothing_up",
                condition=Q(
                    **{
                        f"{side}_{what}__gte": 0
                        for side in ("their", "our")
                        for what in (
                            "receipts",
                            "paid_fen",
                            "refunds",
                            "refunded_fen",
                            "spendings",
                            "spent_points",
                        )
                    }
                )
                & (Q(differences=None) | Q(differences__gte=0)),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="reconciliation_by_merchant"),
            models.Index(fields=["store", "day", "-id"], name="reconciliation_of_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.store} {self.day}"


class Difference(models.Model):
    """One number on which till and district do not agree; null is the side that does not know it."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", _("小票")
        REFUND = "refund", _("退货")
        SPENDING = "spending", _("抵扣")

    class What(models.TextChoices):
        MISSING_HERE = "missing_here", _("系统没有")
        MISSING_THERE = "missing_there", _("收银没有")
        OTHER_AMOUNT = "other_amount", _("金额不同")

    reconciliation = models.ForeignKey(
        Reconciliation, models.PROTECT, related_name="found", verbose_name=_("对账")
    )
    kind = models.TextField(_("类型"), choices=Kind)
    what = models.TextField(_("差异"), choices=What)
    number = models.TextField(_("单号"))
    theirs = models.BigIntegerField(_("收银"), null=True, blank=True)
    ours = models.BigIntegerField(_("系统"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("对账差异")
        constraints = [
            models.CheckConstraint(
                name="difference_is_one",
                condition=Q(what="missing_here", theirs__isnull=False, ours=None)
                | Q(what="missing_there", theirs=None, ours__isnull=False)
                | (
                    Q(what="other_amount", theirs__isnull=False, ours__isnull=False)
                    & ~Q(theirs=F("ours"))
                ),
            ),
            models.UniqueConstraint(
                fields=["reconciliation", "kind", "number"], name="difference_once_per_number"
            ),
        ]

    def __str__(self) -> str:
        return self.number
