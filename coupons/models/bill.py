from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN


class CouponBill(models.Model):
    """A bill on which coupons were used, once per store and number: its row lock guards what they take
    off together and what of it comes back when goods do."""

    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("门店"),
    )
    bill_no = models.TextField(_("账单号"))
    bill_fen = models.BigIntegerField(_("账单金额（分）"))
    # Counts every change of what lies on it, so that nobody decides on what is no longer so.
    seq = models.IntegerField(_("版本"), db_default=0)
    discount_fen = models.BigIntegerField(_("减免合计（分）"), db_default=0)
    refunded_fen = models.BigIntegerField(_("已退商品金额（分）"), db_default=0)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("用券账单")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "bill_no"], name="coupon_bill_once_per_number"
            ),
            models.CheckConstraint(
                name="coupon_bill_bears_its_discounts_and_refunds",
                condition=Q(
                    bill_fen__gte=0,
                    bill_fen__lte=MAX_FEN,
                    discount_fen__gte=0,
                    discount_fen__lte=F("bill_fen"),
                    refunded_fen__gte=0,
                    refunded_fen__lte=F("bill_fen"),
                )
                & ~Q(bill_no=""),
            ),
        ]

    def __str__(self) -> str:
        return self.bill_no


class WholeBillRefund(models.Model):
    """What came back of a bill as one act: money, points spent on it and earned by it, coupons, gifts.

    Amounts are fen and points; `answer` holds what became of each coupon, gift and spending.
    """

    public_id = PublicIdField("wbr", verbose_name=_("编号"))
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("门店"),
    )
    bill_no = models.TextField(_("账单号"))
    refund_no = models.TextField(_("退货单号"))
    goods_fen = models.BigIntegerField(_("退货商品金额（分）"))
    discount_fen = models.BigIntegerField(_("收回减免（分）"))
    points_worth_fen = models.BigIntegerField(_("退回积分抵扣（分）"))
    pay_back_fen = models.BigIntegerField(_("退款（分）"))
    points_returned = models.BigIntegerField(_("退回积分"))
    points_taken = models.BigIntegerField(_("收回积分"))
    points_owed = models.BigIntegerField(_("欠积分"))
    answer = models.JSONField(_("结果明细"))
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("整单退货")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "refund_no"], name="whole_refund_once_per_number"
            ),
            models.CheckConstraint(
                name="whole_refund_gives_back_something",
                condition=Q(
                    goods_fen__gte=0,
                    discount_fen__gte=0,
                    discount_fen__lte=F("goods_fen"),
                    points_worth_fen__gte=0,
                    pay_back_fen__gte=0,
                    points_returned__gte=0,
                    points_taken__gte=0,
                    points_owed__gte=0,
                    points_owed__lte=F("points_taken"),
                )
                & ~Q(bill_no="")
                & ~Q(refund_no=""),
            ),
        ]
        indexes = [models.Index(fields=["store", "bill_no"], name="whole_refund_of_bill")]

    def __str__(self) -> str:
        return self.public_id


class BillRefund(models.Model):
    """Goods of a bill that came back: their value in fen, and what of the discounts goes with them."""

    public_id = PublicIdField("crf", verbose_name=_("编号"))
    bill = models.ForeignKey(
        CouponBill,
        models.PROTECT,
        db_constraint=False,
        related_name="refunds",
        verbose_name=_("用券账单"),
    )
    refund_no = models.TextField(_("退货单号"))
    goods_fen = models.BigIntegerField(_("退货商品金额（分）"))
    discount_fen = models.BigIntegerField(_("收回减免（分）"))
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("用券账单退货")
        constraints = [
            models.UniqueConstraint(
                fields=["bill", "refund_no"], name="coupon_refund_once_per_number"
            ),
            models.CheckConstraint(
                name="coupon_refund_gives_back_what_was_paid",
                condition=Q(goods_fen__gte=1, discount_fen__gte=0, discount_fen__lte=F("goods_fen"))
                & ~Q(refund_no=""),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
