from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN
from loyalty.models import Receipt


class ReceiptConflict(models.Model):
    """A bill that came after a receipt and seems to be the same purchase; a person decides, once."""

    class Reason(models.TextChoices):
        SAME_PURCHASE = "same_purchase", _("同一张小票")
        SIMILAR = "similar", _("门店和金额相同，时间相近")

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        EARLIER = "earlier", _("保留先入账的")
        BOTH = "both", _("确认是两笔消费")
        LATER = "later", _("改记后到的")

    public_id = PublicIdField("bcf", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, db_index=False, verbose_name=_("商户")
    )
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, db_index=False, verbose_name=_("门店")
    )
    reason = models.TextField(_("原因"), choices=Reason)
    # What was there.
    earlier = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        db_constraint=False,
        related_name="conflicts",
        verbose_name=_("先入账的小票"),
    )
    # What came later: for whom, which bill, by which way. `later` once it is posted.
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=_("后到会员"),
    )
    receipt_no = models.TextField(_("后到小票号"))
    paid_fen = models.BigIntegerField(_("后到实付（分）"))
    paid_at = models.DateTimeField(_("后到支付时间"))
    source = models.TextField(_("后到来源"), choices=Receipt.Source)
    photo = models.OneToOneField(
        "bills.ReceiptPhoto",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="conflict",
        verbose_name=_("拍照小票"),
    )
    later = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("后入账的小票"),
    )
    actor = models.TextField(_("后到操作者"))
    state = models.TextField(_("状态"), choices=State, default=State.OPEN)
    note = models.TextField(_("处理说明"), db_default="", default="", blank=True)
    decided_by = models.TextField(_("处理人"), db_default="", default="", blank=True)
    reported_at = models.DateTimeField(_("后到时间"))
    at = models.DateTimeField(_("发现时间"))
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("小票冲突")
        constraints = [
            models.CheckConstraint(
                name="conflict_of_some_money", condition=Q(paid_fen__gte=0, paid_fen__lte=MAX_FEN)
            ),
            models.CheckConstraint(
                name="conflict_decided_once",
                condition=Q(state="open", note="", decided_by="", decided_at=None)
                | (Q(decided_at__isnull=False) & ~Q(note="") & ~Q(decided_by=""))
                & (Q(state="earlier") | Q(state__in=["both", "later"], later__isnull=False)),
            ),
            models.CheckConstraint(
                name="conflict_of_two_receipts", condition=Q(later=None) | ~Q(later=F("earlier"))
            ),
            models.UniqueConstraint(
                fields=["earlier", "receipt_no", "member"],
                name="conflict_once_per_refused_purchase",
                condition=Q(photo=None),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="conflict_by_merchant"),
            models.Index("later", name="conflict_by_later", condition=Q(later__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.public_id
