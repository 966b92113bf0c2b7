from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _


class Int8Range(Func):
    """`int8range(id, id, '[]')`: a bigint as a one-element range, for GiST without btree_gist."""

    function = "int8range"

    def __init__(self, field: str) -> None:
        super().__init__(F(field), F(field), Value("[]"))


class MerchantTerms(models.Model):
    """What a merchant grants and owes for points during a period; two periods never overlap."""

    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="terms", verbose_name=_("商户")
    )
    valid = DateTimeRangeField(_("有效期"))
    # points = floor(paid_fen × earn_points / earn_per_fen): whole numbers, so 1 per 100 fen is exact.
    earn_points = models.IntegerField(_("每单位发放积分"), default=1)
    earn_per_fen = models.IntegerField(_("单位金额（分）"), default=100)
    price_milli_fen = models.BigIntegerField(_("积分单价（毫分）"), default=1000)
    validity_months = models.IntegerField(_("积分有效月数"), default=24)
    # The start of the Shanghai day so many days after the posting; 0: spendable at once.
    pending_days = models.IntegerField(_("待生效天数"), db_default=0, default=0)
    # What the alliance keeps of each settled fen this merchant receives, in hundredths of a percent.
    redeem_fee_bp = models.IntegerField(_("收取手续费（万分之）"), db_default=0, default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("商户条款")
        constraints = [
            ExclusionConstraint(
                name="terms_one_at_a_time",
                expressions=[
                    (Int8Range("merchant_id"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("该商户在此时段已有条款"),
            ),
            models.CheckConstraint(
                name="terms_rate_in_bounds",
                condition=Q(
                    earn_points__gte=0,
                    earn_points__lte=10_000,
                    earn_per_fen__gte=1,
                    earn_per_fen__lte=1_000_000,
                ),
            ),
            models.CheckConstraint(
                name="terms_price_in_bounds",
                condition=Q(price_milli_fen__gte=0, price_milli_fen__lte=100_000),
            ),
            models.CheckConstraint(
                name="terms_validity_in_bounds",
                condition=Q(validity_months__gte=1, validity_months__lte=120),
            ),
            models.CheckConstraint(name="terms_valid_some_time", condition=Q(valid__isempty=False)),
            models.CheckConstraint(
                name="terms_pending_in_bounds",
                # Points must not end before they begin.
                condition=Q(
                    pending_days__gte=0,
                    pending_days__lte=60,
                    pending_days__lt=F("validity_months") * 28,
                ),
            ),
            models.CheckConstraint(
                name="terms_fee_in_bounds",
                condition=Q(redeem_fee_bp__gte=0, redeem_fee_bp__lte=2_000),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant} {self.earn_points}/{self.earn_per_fen}"
