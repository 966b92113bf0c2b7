from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN


class Refund(models.Model):
    """Money a merchant gave back of a receipt, and where the points it no longer earns came from."""

    public_id = PublicIdField("rfd", verbose_name=_("退货编号"))
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        db_constraint=False,
        related_name="refunds",
        verbose_name=_("原小票"),
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
    refund_no = models.TextField(_("退货单号"))
    fen = models.BigIntegerField(_("退款（分）"))
    # Points taken: from the receipt's own lot, from other lots, and what was left owing. What had
    # ended unspent is taken from nobody: it is gone for both sides.
    own = models.BigIntegerField(_("收回本单积分"))
    other = models.BigIntegerField(_("收回其他积分"))
    owed = models.BigIntegerField(_("欠积分"))
    ended = models.BigIntegerField(_("已过期积分"), db_default=0)
    # Whose points were taken (after a merge not the receipt's account) and by which statement lines;
    # none when the last number is below the first.
    account = models.ForeignKey(
        "loyalty.PointsAccount",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("账户"),
    )
    first_seq = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("入账时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("退货")
        constraints = [
            models.UniqueConstraint(fields=["store", "refund_no"], name="refund_once_per_number"),
            models.CheckConstraint(
                name="refund_gives_back_something",
                condition=Q(fen__gt=0, own__gte=0, other__gte=0, owed__gte=0, ended__gte=0),
            ),
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="refund_by_merchant")]

    def __str__(self) -> str:
        return self.refund_no


class Debt(models.Model):
    """Points a member owes since a refund found them spent; the carrier bears the loss until then."""

    account = models.ForeignKey(
        "loyalty.PointsAccount",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="debts",
        verbose_name=_("账户"),
    )
    carrier = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("承担商户"),
    )
    # The line of the statement that shows it; each repayment's line names it, too.
    transfer = models.OneToOneField(
        "loyalty.Transfer",
        models.PROTECT,
        db_constraint=False,
        related_name="+",
        verbose_name=_("欠积分流水"),
    )
    points = models.BigIntegerField(_("积分"))
    repaid = models.BigIntegerField(_("已抵还"), db_default=0)
    # Of which purchase's points: it goes along when accounts are merged. Empty for what was owed
    # before this was kept and moved by a merger since.
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="debts",
        verbose_name=_("原小票"),
    )
    at = models.DateTimeField(_("产生时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("欠积分")
        constraints = [
            models.CheckConstraint(
                name="debt_repaid_at_most_once_over",
                condition=Q(points__gt=0, repaid__gte=0, repaid__lte=F("points")),
            ),
        ]
        indexes = [
            models.Index("account", "id", name="debt_open", condition=Q(repaid__lt=F("points")))
        ]

    def __str__(self) -> str:
        return f"{self.points}"


class ParkedRefund(models.Model):
    """A refund whose receipt we do not know: it waits for the receipt, or for a person to match it."""

    class Reason(models.TextChoices):
        UNKNOWN_RECEIPT = "unknown_receipt", _("没有找到原小票")
        EXCEEDS_PAYMENT = "exceeds_payment", _("超过原小票剩余金额")

    class State(models.TextChoices):
        WAITING = "waiting", _("待处理")
        MATCHED = "matched", _("已匹配")
        DISMISSED = "dismissed", _("已忽略")

    public_id = PublicIdField("prk", verbose_name=_("编号"))
    merchant = models.ForeignKey("merchants.Merchant", models.PROTECT, verbose_name=_("商户"))
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="+", verbose_name=_("门店")
    )
    # Where the purchase was made; with the number it names the receipt that is missing.
    receipt_store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="+", verbose_name=_("购买门店")
    )
    receipt_no = models.TextField(_("原小票号"))
    refund_no = models.TextField(_("退货单号"))
    fen = models.BigIntegerField(_("退款（分）"))
    reason = models.TextField(_("原因"), choices=Reason)
    state = models.TextField(_("状态"), choices=State, db_default="waiting")
    refund = models.OneToOneField(
        "loyalty.Refund",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="parked",
        verbose_name=_("退货"),
    )
    note = models.TextField(_("说明"), db_default="", blank=True)
    actor = models.TextField(_("操作者"))
    decided_by = models.TextField(_("处理人"), db_default="", blank=True)
    at = models.DateTimeField(_("收到时间"))
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("待匹配退货")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "refund_no"], name="parked_refund_once_per_number"
            ),
            models.CheckConstraint(
                name="parked_refund_of_some_money", condition=Q(fen__gt=0, fen__lte=MAX_FEN)
            ),
            models.CheckConstraint(
                name="parked_refund_decided_once",
                condition=Q(state="waiting", refund=None, decided_at=None)
                | Q(state="matched", refund__isnull=False, decided_at__isnull=False)
                | (Q(state="dismissed", refund=None, decided_at__isnull=False) & ~Q(note="")),
            ),
        ]
        indexes = [
            models.Index(
                "receipt_store",
                "receipt_no",
                name="parked_refund_waiting",
                condition=Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return self.refund_no
