from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from parking.models.stays import Stay

LONGEST_RECEIPT_NO, LONGEST_REASON = 64, 80


class ValidationRule(models.Model):
    """What a merchant gives its guests: from so many fen on a receipt so many minutes in some car parks."""

    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        related_name="validation_rules",
        verbose_name=_("商户"),
    )
    from_fen = models.BigIntegerField(_("消费满（分）"))
    minutes = models.PositiveIntegerField(_("停车分钟"))
    car_parks: "models.ManyToManyField[models.Model, models.Model]" = models.ManyToManyField(
        "parking.CarPark", related_name="validation_rules", verbose_name=_("停车场")
    )
    created_at = models.DateTimeField(_("生效时间"))
    ended_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("停车减免规则")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "from_fen"],
                name="validation_rule_one_from_an_amount",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(
                name="validation_rule_in_bounds",
                condition=Q(from_fen__range=(0, 100_000_000), minutes__range=(1, 1_440)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_fen} → {self.minutes}"


class MinuteValidation(models.Model):
    """Minutes of parking that a merchant gave for a receipt, once for each of its receipts.

    For a plate, whether its car is inside or not, so that giving them says nothing of anybody; or for a stay that its
    member showed. What they saved is booked to the merchant when a fee is settled with them.
    """

    class State(models.TextChoices):
        GRANTED = "granted", _("待使用")
        USED = "used", _("已使用")
        LAPSED = "lapsed", _("未使用")
        REVOKED = "revoked", _("已撤销")

    public_id = PublicIdField("pvl", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        related_name="minute_validations",
        db_index=False,
        verbose_name=_("商户"),
    )
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("门店"),
    )
    rule = models.ForeignKey(
        ValidationRule, models.PROTECT, related_name="+", verbose_name=_("减免规则")
    )
    receipt_no = models.CharField(_("小票号"), max_length=LONGEST_RECEIPT_NO)
    paid_fen = models.BigIntegerField(_("消费金额（分）"))
    minutes = models.PositiveIntegerField(_("停车分钟"))
    plate_hash = models.BinaryField(_("车牌摘要"))
    colour = models.TextField(_("车牌颜色"), blank=True, default="")
    # The stay it was given to or used for.
    stay = models.ForeignKey(
        Stay,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="validations",
        verbose_name=_("停车记录"),
    )
    state = models.TextField(_("状态"), choices=State, default=State.GRANTED)
    saved_fen = models.BigIntegerField(_("减免金额（分）"), default=0)
    actor = models.TextField(_("操作者"))
    granted_at = models.DateTimeField(_("减免时间"))
    valid_until = models.DateTimeField(_("有效至"))
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    reason = models.CharField(_("撤销原因"), max_length=LONGEST_REASON, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("停车减免")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "receipt_no"],
                name="validation_once_per_receipt",
            ),
            models.CheckConstraint(
                name="validation_of_something",
                condition=Q(minutes__gte=1, paid_fen__gte=0) & ~Q(receipt_no=""),
            ),
            models.CheckConstraint(
                name="validation_saves_iff_used",
                condition=Q(state="granted", saved_fen=0, ended_at=None)
                | Q(state="used", saved_fen__gte=1, ended_at__isnull=False, stay__isnull=False)
                | Q(state__in=["lapsed", "revoked"], saved_fen=0, ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="validation_by_merchant"),
            models.Index(
                fields=["plate_hash", "colour"],
                name="validation_waiting",
                condition=Q(state="granted"),
            ),
        ]

    def __str__(self) -> str:
        return self.receipt_no
