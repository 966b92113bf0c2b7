from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from parking.models.stays import Stay
from parking.models.validations import MinuteValidation

LONGEST_REFERENCE = 64
_COUPONS = ["minutes_coupon", "amount_coupon"]


class ParkingQuote(models.Model):
    """A part of what a stay costs, and what it is settled with: so far quoted, or paid.

    `gross_fen` is what the whole stay cost at `as_of` by `lines`, all minutes credited; `settles_fen` is what the
    tenders of the quote come to together, of which `money_fen` is left to be paid with money. At most one quote of a
    stay is open, and its coupons and points are set aside until it has ended.
    """

    class State(models.TextChoices):
        QUOTED = "quoted", _("待支付")
        PAID = "paid", _("已支付")
        EXPIRED = "expired", _("已过期")
        WITHDRAWN = "withdrawn", _("已撤回")

    public_id = PublicIdField("pqt", verbose_name=_("编号"))
    stay = models.ForeignKey(
        Stay, models.PROTECT, related_name="quotes", db_index=False, verbose_name=_("停车记录")
    )
    # Nobody for money that came from elsewhere.
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="parking_quotes",
        verbose_name=_("会员"),
    )
    as_of = models.DateTimeField(_("计费时间"))
    valid_until = models.DateTimeField(_("有效至"))
    tariff_version = models.ForeignKey(
        "parking.TariffVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("收费标准版本"),
    )
    gross_fen = models.BigIntegerField(_("停车费（分）"))
    lines = models.JSONField(_("收费明细"), default=list)
    credited_minutes = models.IntegerField(_("减免分钟"), default=0)
    settles_fen = models.BigIntegerField(_("结算金额（分）"))
    money_fen = models.BigIntegerField(_("应付金额（分）"))
    state = models.TextField(_("状态"), choices=State, default=State.QUOTED)
    order = models.ForeignKey(
        "payments.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("支付订单"),
    )
    paid_at = models.DateTimeField(_("支付时间"), null=True, blank=True)
    # Until when the car may leave with nothing more to pay; none where something was still due.
    exit_until = models.DateTimeField(_("免费离场至"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("停车费支付")
        constraints = [
            models.UniqueConstraint(
                fields=["stay"], name="quote_one_open_per_stay", condition=Q(state="quoted")
            ),
            models.CheckConstraint(
                name="quote_amounts_not_negative",
                condition=Q(
                    gross_fen__gte=0,
                    settles_fen__gte=F("money_fen"),
                    money_fen__gte=0,
                    credited_minutes__gte=0,
                    valid_until__gte=F("as_of"),
                ),
            ),
            models.CheckConstraint(
                name="quote_ended_iff_dated",
                condition=Q(state="quoted", paid_at=None, ended_at=None, exit_until=None)
                | Q(state="paid", paid_at__isnull=False, ended_at__isnull=False)
                | Q(
                    state__in=["expired", "withdrawn"],
                    paid_at=None,
                    ended_at__isnull=False,
                    exit_until=None,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["stay", "-id"], name="quote_by_stay"),
            models.Index("valid_until", name="quote_falls_due", condition=Q(state="quoted")),
        ]

    def __str__(self) -> str:
        return self.public_id


class FeeTender(models.Model):
    """What a quote is settled with; together its tenders are what it settles.

    In the published order: minutes of validations, minutes of coupons, amounts of coupons, points, money. Minutes are
    worth what they saved. `returned_fen` and `returned_points` of it went back.
    """

    class Kind(models.TextChoices):
        VALIDATION = "validation", _("商户减免")
        MINUTES_COUPON = "minutes_coupon", _("停车时长券")
        AMOUNT_COUPON = "amount_coupon", _("停车金额券")
        POINTS = "points", _("积分")
        MONEY = "money", _("支付")

    quote = models.ForeignKey(
        ParkingQuote,
        models.PROTECT,
        related_name="tenders",
        db_index=False,
        verbose_name=_("停车费支付"),
    )
    place = models.PositiveSmallIntegerField(_("次序"))
    kind = models.TextField(_("方式"), choices=Kind)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    minutes = models.IntegerField(_("分钟"), default=0)
    points = models.BigIntegerField(_("积分"), default=0)
    validation = models.ForeignKey(
        MinuteValidation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="tenders",
        verbose_name=_("停车减免"),
    )
    coupon = models.ForeignKey(
        "coupons.Coupon",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("优惠券"),
    )
    redemption = models.ForeignKey(
        "coupons.Redemption",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("核销记录"),
    )
    hold = models.ForeignKey(
        "loyalty.Hold",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("积分预占"),
    )
    # How the money came, and what it is called there: of an order its public id.
    channel = models.TextField(_("渠道"), blank=True, default="")
    reference = models.CharField(_("凭据"), max_length=LONGEST_REFERENCE, blank=True, default="")
    returned_fen = models.BigIntegerField(_("已退金额（分）"), default=0)
    returned_points = models.BigIntegerField(_("已退积分"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("停车费抵扣")
        ordering = ["quote", "place"]
        constraints = [
            models.UniqueConstraint(fields=["quote", "place"], name="tender_one_at_its_place"),
            # Money that came is counted once.
            models.UniqueConstraint(
                fields=["channel", "reference"],
                name="tender_money_counted_once",
                condition=~Q(reference=""),
            ),
            models.CheckConstraint(
                name="tender_of_its_kind",
                condition=Q(
                    kind="validation", validation__isnull=False, coupon=None, hold=None, points=0
                )
                | Q(kind__in=_COUPONS, coupon__isnull=False, validation=None, hold=None, points=0)
                | Q(kind="points", hold__isnull=False, validation=None, coupon=None, points__gte=1)
                | Q(kind="money", validation=None, coupon=None, hold=None, points=0),
            ),
            models.CheckConstraint(
                name="tender_gives_back_what_it_gave",
                condition=Q(
                    amount_fen__gte=0,
                    minutes__gte=0,
                    returned_fen__gte=0,
                    returned_fen__lte=F("amount_fen"),
                    returned_points__gte=0,
                    returned_points__lte=F("points"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
