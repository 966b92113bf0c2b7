from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from loyalty.models.terms import Int8Range

MOST_POINTS = 10**15


class MerchantCeilings(models.Model):
    """Tighter ceilings on earning that hold at one merchant during a period, in points; empty: the alliance's.

    They never loosen anything: of two ceilings the lower one holds.
    """

    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="ceilings", verbose_name=_("商户")
    )
    valid = DateTimeRangeField(_("有效期"))
    receipt_points = models.BigIntegerField(_("单张小票积分上限"), null=True, blank=True)
    member_day_points = models.BigIntegerField(_("每会员每日积分上限"), null=True, blank=True)
    key_day_points = models.BigIntegerField(_("每密钥每日积分上限"), null=True, blank=True)
    merchant_day_points = models.BigIntegerField(_("商户每日积分上限"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("商户积分上限")
        constraints = [
            ExclusionConstraint(
                name="merchant_ceilings_one_at_a_time",
                expressions=[
                    (Int8Range("merchant_id"), RangeOperators.OVERLAPS),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("该商户在此时段已有积分上限"),
            ),
            models.CheckConstraint(
                name="merchant_ceilings_valid_some_time", condition=Q(valid__isempty=False)
            ),
            models.CheckConstraint(
                name="merchant_ceilings_in_bounds",
                condition=Q(
                    *(
                        Q(**{name: None}) | Q(**{f"{name}__gte": 0, f"{name}__lte": MOST_POINTS})
                        for name in (
                            "receipt_points",
                            "member_day_points",
                            "key_day_points",
                            "merchant_day_points",
                        )
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant} {self.valid}"


class EarningCounter(models.Model):
    """Points granted without a person's approval on a Shanghai day, by one key or at one merchant.

    In slots, so that many tills do not wait for one row. `ceiling_points` is the ceiling by which the
    slot's share was last reckoned; points granted are never taken out again, whatever is refunded.
    """

    # `key <actor>` or `merchant <number>`.
    subject = models.TextField()
    day = models.DateField()
    slot = models.IntegerField()
    points = models.BigIntegerField(db_default=0)
    ceiling_points = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "day", "slot"], name="earning_counter_once"),
            models.CheckConstraint(
                name="earning_counter_is_not_negative", condition=Q(points__gte=0, slot__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.day} {self.slot}"


class EarningReview(models.Model):
    """A receipt whose points are above a ceiling: they wait, not spendable, until a person has decided."""

    class State(models.TextChoices):
        WAITING = "waiting", _("待复核")
        APPROVED = "approved", _("已通过")
        REFUSED = "refused", _("已拒绝")
        # The whole purchase was given back before anybody decided.
        WITHDRAWN = "withdrawn", _("已退货")

    class Ceiling(models.TextChoices):
        RECEIPT = "receipt", _("单张小票")
        MEMBER_DAY = "member_day", _("会员当日")
        KEY_DAY = "key_day", _("密钥当日")
        MERCHANT_DAY = "merchant_day", _("商户当日")

    public_id = PublicIdField("erv", verbose_name=_("编号"))
    receipt = models.OneToOneField(
        "loyalty.Receipt",
        models.PROTECT,
        db_constraint=False,
        related_name="review",
        verbose_name=_("小票"),
    )
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        verbose_name=_("商户"),
    )
    points = models.BigIntegerField(_("积分"))
    # The ceilings the receipt is above, and each of them in points, in the same order.
    exceeds = ArrayField(models.TextField(choices=Ceiling), verbose_name=_("超出的上限"))
    ceilings_points = ArrayField(models.BigIntegerField(), verbose_name=_("上限积分"))
    # So many points that the approval of one person is not enough.
    needs_two = models.BooleanField(_("需两人通过"))
    state = models.TextField(_("状态"), choices=State, db_default="waiting")
    first_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("初审人"),
    )
    first_at = models.DateTimeField(_("初审时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("复核人"),
    )
    decided_at = models.DateTimeField(_("复核时间"), null=True, blank=True)
    note = models.TextField(_("复核意见"), db_default="", blank=True)
    # What a refusal gave back to the issuer: all that no refund had taken before.
    returned_points = models.BigIntegerField(_("退回发放方积分"), db_default=0)
    at = models.DateTimeField(_("入账时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("小票复核")
        constraints = [
            models.CheckConstraint(
                name="review_of_points_above_a_ceiling",
                condition=Q(points__gt=0, exceeds__len__gt=0)
                & Q(ceilings_points__len=F("exceeds__len")),
            ),
            models.CheckConstraint(
                name="review_decided_by_a_person",
                condition=Q(state="waiting", decided_by=None, decided_at=None)
                | Q(state="withdrawn", decided_by=None, decided_at__isnull=False)
                | Q(
                    state__in=["approved", "refused"],
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="review_of_large_sums_by_four_eyes",
                condition=~Q(state="approved", needs_two=True)
                | Q(first_by__isnull=False, decided_by__isnull=False)
                & ~Q(first_by=F("decided_by")),
            ),
            models.CheckConstraint(
                name="review_returns_what_it_refused",
                condition=Q(returned_points=0)
                | Q(state="refused", returned_points__gt=0, returned_points__lte=F("points")),
            ),
            models.CheckConstraint(
                name="review_refused_for_a_reason", condition=~Q(state="refused", note="")
            ),
        ]
        indexes = [
            models.Index("at", name="review_waiting", condition=Q(state="waiting")),
            models.Index(fields=["merchant", "-id"], name="review_by_merchant"),
        ]

    def __str__(self) -> str:
        return self.public_id
