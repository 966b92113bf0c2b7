from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class RedemptionRequest(models.Model):
    """What a till or clerk asked for at once: coupons on one bill, once per merchant and number."""

    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("商户"),
    )
    request_no = models.TextField(_("请求号"))
    bill = models.ForeignKey(
        "coupons.CouponBill",
        models.PROTECT,
        db_constraint=False,
        related_name="requests",
        verbose_name=_("用券账单"),
    )
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("核销时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("核销请求")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "request_no"], name="redemption_once_per_request_number"
            ),
            models.CheckConstraint(name="redemption_request_named", condition=~Q(request_no="")),
        ]

    def __str__(self) -> str:
        return self.request_no


class Redemption(models.Model):
    """A coupon used at a counter. It may be reversed once, and then counts for nothing any more.

    `discount_fen` came off the bill; `cost_fen` is what its payers owe the merchant for it (of a gift,
    which takes nothing off, its value); `returned_fen` of the cost came back with goods.
    """

    public_id = PublicIdField("rdm", verbose_name=_("核销号"))
    request = models.ForeignKey(
        RedemptionRequest,
        models.PROTECT,
        db_constraint=False,
        related_name="redemptions",
        verbose_name=_("核销请求"),
    )
    # Repeated from request and bill for the counters' lists and the constraints.
    bill = models.ForeignKey(
        "coupons.CouponBill",
        models.PROTECT,
        db_constraint=False,
        related_name="redemptions",
        verbose_name=_("用券账单"),
    )
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="redemptions",
        verbose_name=_("商户"),
    )
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="redemptions",
        verbose_name=_("门店"),
    )
    coupon = models.ForeignKey(
        "coupons.Coupon",
        models.PROTECT,
        db_constraint=False,
        related_name="redemptions",
        verbose_name=_("优惠券"),
    )
    version = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="redemptions",
        verbose_name=_("券模板"),
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("会员"),
    )
    single_use = models.BooleanField(_("单次券"))
    eligible_fen = models.BigIntegerField(_("适用金额（分）"))
    discount_fen = models.BigIntegerField(_("减免金额（分）"))
    cost_fen = models.BigIntegerField(_("成本（分）"))
    # What of the eligible goods came back, and what of the cost with them.
    # In which turn the fen go that its payers cannot share (engine.funding); none before there were any.
    turn = models.BigIntegerField(_("分摊轮次"), null=True, editable=False)
    refunded_fen = models.BigIntegerField(_("已退适用商品（分）"), db_default=0)
    returned_fen = models.BigIntegerField(_("随退货收回（分）"), db_default=0)
    # Of a coupon that is used up in parts: what of the discount is value of it again, and what was given
    # as value of another coupon because this one had ended.
    restored_fen = models.BigIntegerField(_("退回券内金额（分）"), db_default=0)
    replaced_fen = models.BigIntegerField(_("补发金额（分）"), db_default=0)
    offline = models.BooleanField(_("离线核销"), db_default=False)
    # When the open pass it was shown by was made, in whole seconds: with the coupon it names the pass.
    pass_made_at = models.DateTimeField(_("离线码时间"), null=True, blank=True)
    at = models.DateTimeField(_("核销时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())
    reversed_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    reversed_by = models.TextField(_("撤销人"), db_default="", blank=True)
    reason = models.TextField(_("撤销原因"), db_default="", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("核销记录")
        constraints = [
            models.UniqueConstraint(fields=["request", "coupon"], name="redemption_of_a_request"),
            models.UniqueConstraint(
                fields=["coupon"],
                name="coupon_redeemed_once",
                condition=Q(reversed_at=None, single_use=True),
            ),
            models.UniqueConstraint(
                fields=["coupon", "pass_made_at"],
                name="open_pass_redeemed_once",
                condition=Q(reversed_at=None, pass_made_at__isnull=False),
            ),
            models.CheckConstraint(
                name="redemption_costs_what_it_takes_off",
                condition=Q(
                    discount_fen__gte=0,
                    cost_fen__gte=F("discount_fen"),
                    returned_fen__gte=0,
                    returned_fen__lte=F("cost_fen"),
                    eligible_fen__gte=F("discount_fen"),
                    refunded_fen__gte=0,
                    refunded_fen__lte=F("eligible_fen"),
                ),
            ),
            models.CheckConstraint(
                name="redemption_value_given_back_once",
                condition=Q(
                    restored_fen__gte=0,
                    replaced_fen__gte=0,
                    discount_fen__gte=F("restored_fen") + F("replaced_fen"),
                )
                & (
                    Q(reversed_at__isnull=False)
                    | Q(returned_fen__gte=F("restored_fen") + F("replaced_fen"))
                ),
            ),
            models.CheckConstraint(
                name="redemption_reversed_for_a_reason",
                condition=Q(reversed_at=None, reversed_by="", reason="")
                | (Q(reversed_at__isnull=False) & ~Q(reversed_by="") & ~Q(reason="")),
            ),
        ]
        indexes = [
            BrinIndex("at", name="redemption_by_instant"),
            models.Index(fields=["merchant", "-id"], name="redemption_by_merchant"),
            models.Index(fields=["member", "-id"], name="redemption_by_member"),
            models.Index(fields=["version", "-id"], name="redemption_of_version"),
        ]

    def __str__(self) -> str:
        return self.public_id


class FundingPart(models.Model):
    """What one party bears of a redemption, in fen; what came back is a part below zero. Append-only.

    `reference` names what wrote it: the redemption, its reversal or a refund of the bill.
    """

    redemption = models.ForeignKey(
        Redemption, models.PROTECT, db_constraint=False, db_index=False, related_name="parts"
    )
    party = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("承担方"),
    )
    reference = models.TextField(_("凭据"))
    fen = models.BigIntegerField(_("金额（分）"))
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("成本分摊明细")
        constraints = [
            models.UniqueConstraint(
                fields=["redemption", "party", "reference"], name="funding_part_told_once"
            ),
            models.CheckConstraint(
                name="funding_part_is_something", condition=~Q(fen=0) & ~Q(reference="")
            ),
        ]
        indexes = [models.Index(fields=["party", "at"], name="funding_part_by_party")]

    def __str__(self) -> str:
        return f"{self.redemption_id}: {self.party_id} {self.fen}"
