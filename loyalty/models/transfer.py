from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class Transfer(models.Model):
    """One balanced pair: points that left one pocket for another. Written once, never edited.

    The ledger's rows have no database keys to each other or to merchants (decision 0001): only its
    SQL functions write them, nothing of them is ever deleted, and `audit` looks for orphans.
    """

    class Kind(models.TextChoices):
        EARN = "earn", _("赚取")
        ACTIVATE = "activate", _("生效")
        SPEND = "spend", _("使用")
        HOLD = "hold", _("预占")
        CAPTURE = "capture", _("预占使用")
        RELEASE = "release", _("预占释放")
        GRACE = "grace", _("预占释放（宽限）")
        EXPIRE = "expire", _("过期")
        CLAWBACK = "clawback", _("退货收回")
        OWE = "owe", _("退货欠积分")
        REPAY = "repay", _("抵还欠积分")
        REVERSE_EARN = "reverse_earn", _("冲正赚取")
        REVERSE_SPEND = "reverse_spend", _("冲正使用")
        RETURN_SPEND = "return_spend", _("部分退回使用")
        ADJUST_UP = "adjust_up", _("人工增加")
        ADJUST_DOWN = "adjust_down", _("人工扣减")
        MERGE_OUT = "merge_out", _("合并转出")
        MERGE_IN = "merge_in", _("合并转入")

    class Pocket(models.TextChoices):
        ISSUED = "issued", _("商户发放")
        AVAILABLE = "available", _("会员可用")
        PENDING = "pending", _("会员待生效")
        HELD = "held", _("会员预占")
        OWED = "owed", _("会员欠积分")
        ACCEPTED = "accepted", _("商户收取")
        EXPIRED = "expired", _("过期池")
        MERGED = "merged", _("合并中转")

    public_id = PublicIdField("tr")
    kind = models.TextField(_("类型"), choices=Kind)
    account = models.ForeignKey(
        "loyalty.PointsAccount",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("账户"),
    )
    seq = models.BigIntegerField(_("流水号"))
    source = models.TextField(_("转出"), choices=Pocket)
    target = models.TextField(_("转入"), choices=Pocket)
    points = models.BigIntegerField(_("积分"))
    available_after = models.BigIntegerField(_("可用余额"))
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("商户"),
    )
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        verbose_name=_("门店"),
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="reversals",
        verbose_name=_("冲正自"),
    )
    # The number on paper: of the receipt for an earning, the till's request number for a spending,
    # which stays unique for its merchant also after its idempotency key was purged.
    reference = models.TextField(_("单号"), db_default="", blank=True)
    reason = models.TextField(_("原因"), db_default="", blank=True)
    # Who caused it: `till:12`, `user:3` or `system`; the ledger is its own audit trail.
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("发生时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("积分流水")
        # What goes with a kind, and that points move without an overdraft, is `transfer_fits_its_kind`,
        # set up by migration: one compiled function, since PostgreSQL parses each check at each insert.
        constraints = [
            models.UniqueConstraint(
                fields=["reverses"],
                name="transfer_reversed_once",
                condition=Q(reverses__isnull=False, kind__in=["reverse_earn", "reverse_spend"]),
            ),
            models.UniqueConstraint(
                fields=["account", "seq"], name="transfer_once_per_statement_line"
            ),
            models.UniqueConstraint(
                fields=["merchant", "reference"],
                # A spending and a hold share the till's numbers: the same request is never both.
                name="transfer_once_per_request_number",
                condition=Q(kind__in=["spend", "hold"]),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "id"], name="transfer_by_merchant"),
            models.Index(
                fields=["reverses"], name="transfer_undoing", condition=Q(reverses__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def change(self) -> int:
        """What the line did to the spendable balance: points with their sign, or nothing."""
        if self.target == self.Pocket.AVAILABLE:
            return self.points
        return -self.points if self.source == self.Pocket.AVAILABLE else 0

    @property
    def debt_change(self) -> int:
        """What the line did to what the member owes: points with their sign, or nothing."""
        if self.source == self.Pocket.OWED:
            return self.points
        return -self.points if self.target == self.Pocket.OWED else 0
