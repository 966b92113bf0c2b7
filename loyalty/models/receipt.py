from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.text.money import MAX_FEN


class Receipt(models.Model):
    """A reported purchase, and what it earned: once per store and number for ever, but for a
    bill that was reported for the wrong member, taken back whole and reported once more."""

    class Source(models.TextChoices):
        TILL = "till", _("收银接口")
        BATCH = "batch", _("批量上传")
        PHOTO = "photo", _("拍照上传")
        WECHAT = "wechat", _("微信商圈支付")

    account = models.ForeignKey(
        "loyalty.PointsAccount",
        models.PROTECT,
        db_constraint=False,
        related_name="receipts",
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
    receipt_no = models.TextField(_("小票号"))
    paid_fen = models.BigIntegerField(_("实付（分）"))
    refunded_fen = models.BigIntegerField(_("已退（分）"), db_default=0)
    granted = models.BigIntegerField(_("发放积分"))
    clawed = models.BigIntegerField(_("收回积分"), db_default=0)
    # Its earning was undone whole, so that the bill's number may be reported again: once in all.
    freed = models.BooleanField(_("单号已释放"), db_default=False)
    # What of the points repaid an older debt at once.
    repaid = models.BigIntegerField(_("抵还欠积分"), db_default=0)
    terms = models.ForeignKey(
        "loyalty.MerchantTerms",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("适用条款"),
    )
    # Frozen when posted: what a refund leaves due is reckoned by the same rate, for ever.
    rate_points = models.IntegerField(_("每单位发放积分"))
    rate_per_fen = models.IntegerField(_("单位金额（分）"))
    # Who pays for the points: the merchant, or the alliance when the merchant's prefund had run out.
    issuer = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("发放商户"),
    )
    # The same purchase has the same one, whichever way it reached us (arithmetic.purchase_fingerprint).
    fingerprint = models.BinaryField(_("账单指纹"), max_length=32, null=True, editable=False)
    transfer = models.ForeignKey(
        "loyalty.Transfer",
        models.PROTECT,
        null=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("赚取流水"),
    )
    source = models.TextField(_("来源"), choices=Source)
    actor = models.TextField(_("操作者"))
    paid_at = models.DateTimeField(_("支付时间"))
    at = models.DateTimeField(_("入账时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("消费小票")
        constraints = [
            # One that stands, and one that was taken back whole: a number is freed once.
            models.UniqueConstraint(
                fields=["store", "receipt_no", "freed"], name="receipt_once_per_number"
            ),
            models.UniqueConstraint(
                fields=["fingerprint"],
                name="receipt_once_per_purchase",
                condition=Q(fingerprint__isnull=False, freed=False),
            ),
            models.CheckConstraint(
                name="receipt_rate_in_bounds",
                condition=Q(
                    rate_points__gte=0,
                    rate_points__lte=10_000,
                    rate_per_fen__gte=1,
                    rate_per_fen__lte=1_000_000,
                ),
            ),
            models.CheckConstraint(
                name="receipt_freed_when_taken_back_whole",
                condition=Q(freed=False) | Q(refunded_fen=F("paid_fen"), clawed=F("granted")),
            ),
            models.CheckConstraint(
                name="receipt_gives_back_at_most_what_it_took",
                condition=Q(
                    paid_fen__lte=MAX_FEN,
                    refunded_fen__gte=0,
                    refunded_fen__lte=F("paid_fen"),
                    clawed__gte=0,
                    clawed__lte=F("granted"),
                    repaid__gte=0,
                    repaid__lte=F("granted"),
                )
                & (Q(granted=0, transfer=None) | Q(granted__gt=0, transfer__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_no
