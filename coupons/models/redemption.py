from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.ids import PublicIdField
from district.kernel.money import MAX_FEN


class Redemption(models.Model):
    """A coupon used at a counter on one bill; it may be reversed once, and then never counts again."""

    public_id = PublicIdField("rdm", verbose_name=_("核销号"))
    coupon = models.ForeignKey(
        "coupons.Coupon", models.PROTECT, related_name="redemptions", verbose_name=_("优惠券")
    )
    # Repeated from the version, so that the wall below can ask for it.
    single_use = models.BooleanField(_("单次券"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, db_index=False, related_name="+", verbose_name=_("会员")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="redemptions", verbose_name=_("商户")
    )
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="redemptions", verbose_name=_("门店")
    )
    request_no = models.TextField(_("请求号"))
    bill_no = models.TextField(_("小票号"), db_default="", blank=True)
    bill_fen = models.BigIntegerField(_("账单金额（分）"))
    discount_fen = models.BigIntegerField(_("减免金额（分）"))
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("核销时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())
    reversed_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    reversed_by = models.TextField(_("撤销人"), db_default="", blank=True)
    reason = models.TextField(_("撤销原因"), db_default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("核销")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "request_no", "coupon"],
                name="redemption_once_per_request_number",
            ),
            models.UniqueConstraint(
                fields=["coupon"],
                name="coupon_redeemed_once",
                condition=Q(reversed_at=None, single_use=True),
            ),
            models.CheckConstraint(
                name="redemption_within_its_bill",
                condition=Q(
                    bill_fen__gte=0,
                    bill_fen__lte=MAX_FEN,
                    discount_fen__gte=0,
                    discount_fen__lte=F("bill_fen"),
                )
                & ~Q(request_no=""),
            ),
            models.CheckConstraint(
                name="redemption_reversed_for_a_reason",
                condition=Q(reversed_at=None, reversed_by="", reason="")
                | (Q(reversed_at__isnull=False) & ~Q(reversed_by="") & ~Q(reason="")),
            ),
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="redemption_by_merchant")]

    def __str__(self) -> str:
        return self.public_id


class FundingPart(models.Model):
    """What one party pays of a redemption, in fen; written once, and taken back by a part below zero."""

    redemption = models.ForeignKey(Redemption, models.PROTECT, related_name="parts")
    party = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("承担方")
    )
    fen = models.BigIntegerField(_("金额（分）"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("成本分摊")
        constraints = [
            models.UniqueConstraint(
                "redemption",
                "party",
                models.Case(
                    models.When(fen__lt=0, then=1), default=0, output_field=models.IntegerField()
                ),
                name="funding_part_once_each_way",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.redemption_id}: {self.party_id} {self.fen}"
