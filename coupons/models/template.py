from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.engine.benefits import KINDS
from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN, MAX_POINTS


def _kinds() -> type[models.TextChoices]:
    """The kinds of benefit, as the engine's registry has them."""
    choices: Any = models.TextChoices
    members = [(kind.upper(), (kind, benefit.label)) for kind, benefit in KINDS.items()]
    kinds: type[models.TextChoices] = choices("Kind", members)
    return kinds


def _benefit_of_its_kind() -> Q:
    """Each kind fills in what it requires, of each group one column, and nothing that is not its own."""
    columns = dict.fromkeys(
        column for benefit in KINDS.values() for column in benefit.columns.values()
    )
    empty: dict[str, Any] = dict.fromkeys(columns, 0) | {"gift": "", "partial": False}
    condition = Q()
    for kind, benefit in KINDS.items():
        others = [column for column in columns if column not in benefit.columns.values()]
        of_kind = Q(kind=kind, **{column: empty[column] for column in others})
        for group in benefit.required:
            one_of_group = Q()
            for filled in group:
                rest = {column: empty[column] for column in group if column != filled}
                one_of_group |= Q(**{f"{filled}__gt": empty[filled]}, **rest)
            of_kind &= one_of_group
        condition |= of_kind
    return condition


class CouponTemplate(models.Model):
    """A kind of coupon over time: a merchant's, or without one the operator's."""

    public_id = PublicIdField("ctp", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="coupon_templates",
        verbose_name=_("商户"),
        help_text=_("留空为平台券"),
    )
    name = models.CharField(_("名称"), max_length=40)
    created_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("创建人")
    )
    created_at = models.DateTimeField(_("创建时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("券模板")
        constraints = [
            models.CheckConstraint(
                name="template_named",
                violation_error_message=_("请填写名称。"),
                condition=~Q(name=""),
            )
        ]

    def __str__(self) -> str:
        return self.name


class TemplateVersion(models.Model):
    """What a template says at one time: a draft may change, what was once
    submitted never does but for its state.

    Amounts are fen, shares basis points, `times` and `scope` documents of `coupons.engine`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("草稿")
        SUBMITTED = "submitted", _("待审批")
        PUBLISHED = "published", _("已发布")
        STOPPED = "stopped", _("已停发")
        REJECTED = "rejected", _("已驳回")

    Kind = _kinds()

    class Stack(models.TextChoices):
        ALONE = "alone", _("不可叠加")
        ONE_PER_KIND = "one_per_kind", _("每种类型一张")
        ONE_PER_LEVEL = "one_per_level", _("平台券与商户券各一张")
        FREE = "free", _("可叠加")

    class Offline(models.TextChoices):
        NONE = "none", _("不允许")
        LEASED = "leased", _("锁定门店后允许")
        ALLOWANCE = "allowance", _("在终端额度内允许")

    public_id = PublicIdField("ctv", verbose_name=_("编号"))
    template = models.ForeignKey(
        CouponTemplate, models.PROTECT, related_name="versions", verbose_name=_("券模板")
    )
    number = models.IntegerField(_("版本"))
    state = models.TextField(_("状态"), choices=State, db_default="draft", default=State.DRAFT)

    kind = models.TextField(_("类型"), choices=Kind)
    face_fen = models.BigIntegerField(_("面额（分）"), default=0)
    off_bp = models.IntegerField(_("减免比例（万分比）"), default=0, help_text=_("1500 即八五折"))
    cap_fen = models.BigIntegerField(_("最高减免（分）"), default=0)
    threshold_fen = models.BigIntegerField(_("使用门槛（分）"), default=0)
    gift = models.CharField(_("兑换内容"), max_length=80, blank=True, default="")
    parking_minutes = models.IntegerField(_("停车时长（分钟）"), default=0)
    partial = models.BooleanField(_("余额可多次使用"), default=False)
    uses = models.IntegerField(_("可用次数"), default=1)

    # From the claim: fixed instants, or so many days from the start of the n-th day after it.
    claim_from = models.DateTimeField(_("开始领取"))
    claim_until = models.DateTimeField(_("停止领取"), help_text=_("不含"))
    valid_from = models.DateTimeField(_("有效期起"), null=True, blank=True)
    valid_until = models.DateTimeField(_("有效期止"), null=True, blank=True, help_text=_("不含"))
    days_from = models.IntegerField(_("领取后第几天生效"), null=True, blank=True)
    days = models.IntegerField(_("有效天数"), null=True, blank=True)
    times = models.JSONField(_("可用时段"), default=dict, blank=True)
    scope = models.JSONField(_("适用范围"), default=dict, blank=True)
    stacking = models.TextField(_("叠加规则"), choices=Stack, default="alone")

    per_member = models.IntegerField(_("每人限领"), default=1)
    per_member_day = models.IntegerField(_("每人每日限领"), null=True, blank=True)
    stock = models.BigIntegerField(_("总库存"), null=True, blank=True)
    stock_per_day = models.BigIntegerField(_("每日库存"), null=True, blank=True)
    budget_fen = models.BigIntegerField(_("预算（分）"), null=True, blank=True)
    # Below this share of the budget somebody is notified; 0 notifies nobody.
    budget_warn_percent = models.IntegerField(
        _("预算提醒线（%）"), default=20, db_default=20, help_text=_("0 为不提醒")
    )
    slots = models.IntegerField(_("分槽数"), default=16)

    # What a shopper should know and no rule can say (使用须知), and what it shows.
    instructions = models.TextField(_("使用须知"), max_length=1000, blank=True, default="")
    picture = models.ForeignKey(
        "coupons.CouponPicture",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="versions",
        verbose_name=_("图片"),
    )

    # The ways to get one; issued by the operator or replaced it may always be.
    claimable = models.BooleanField(_("可自助领取"), default=True)
    points_price = models.BigIntegerField(_("积分兑换价"), null=True, blank=True)
    # For how long the member may undo an exchange, while the coupon is unused.
    exchange_undo_minutes = models.IntegerField(_("兑换可退分钟数"), null=True, blank=True)
    gift_from_fen = models.BigIntegerField(_("消费满额赠（分）"), null=True, blank=True)
    at_counter = models.BooleanField(_("店员可发放"), default=False)
    transferable = models.BooleanField(_("可转赠一次"), default=False)
    audience = models.JSONField(_("领取条件"), default=dict, blank=True)
    # How far a till may go without the network.
    offline = models.TextField(_("离线核销"), choices=Offline, default="none")
    # A reversal after the end gives another one for so many days; 0 gives none.
    replacement_days = models.IntegerField(_("过期补发天数"), default=0)

    drafted_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("起草人")
    )
    decided_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审批人"),
    )
    submitted_at = models.DateTimeField(_("提交时间"), null=True, blank=True)
    decided_at = models.DateTimeField(_("审批时间"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("停发时间"), null=True, blank=True)
    note = models.CharField(_("审批意见"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("券模板版本")
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="version_numbered_once"),
            models.UniqueConstraint(
                fields=["template"],
                name="version_one_published_at_a_time",
                condition=Q(state="published"),
            ),
            models.CheckConstraint(
                name="version_benefit_of_its_kind",
                violation_error_message=_(
                    "优惠内容与类型不符：满减填面额，折扣填比例与最高减免，兑换填内容，停车填时长或金额之一。"
                ),
                condition=_benefit_of_its_kind(),
            ),
            models.CheckConstraint(
                name="version_amounts_in_bounds",
                violation_error_message=_("金额或时长超出范围。"),
                condition=Q(
                    face_fen__gte=0,
                    face_fen__lte=MAX_FEN,
                    off_bp__lt=10_000,
                    cap_fen__lte=MAX_FEN,
                    threshold_fen__gte=0,
                    threshold_fen__lte=MAX_FEN,
                    parking_minutes__lte=100_000,
                ),
            ),
            models.CheckConstraint(
                name="version_used_once_or_in_parts",
                violation_error_message=_("可用次数为 1 至 100；余额可多次使用的券只能有一次。"),
                condition=Q(uses=1) | Q(uses__gt=1, uses__lte=100, partial=False),
            ),
            models.CheckConstraint(
                name="version_valid_one_way",
                violation_error_message=_("有效期请在固定起止与领取后天数中填写一种，止须晚于起。"),
                condition=Q(
                    valid_from__isnull=False,
                    valid_until__isnull=False,
                    valid_until__gt=F("valid_from"),
                    days_from=None,
                    days=None,
                )
                | Q(
                    valid_from=None,
                    valid_until=None,
                    # Said of both, because a check of nothing passes.
                    days_from__isnull=False,
                    days__isnull=False,
                    days_from__gte=0,
                    days_from__lte=365,
                    days__gte=1,
                    days__lte=1095,
                ),
            ),
            models.CheckConstraint(
                name="version_claimable_some_time",
                violation_error_message=_("停止领取须晚于开始领取。"),
                condition=Q(claim_until__gt=F("claim_from")),
            ),
            models.CheckConstraint(
                name="version_limits_in_bounds",
                violation_error_message=_(
                    "限领、库存、预算或兑换价超出范围；每日限领不能多于每人限领。"
                ),
                condition=Q(per_member__gte=1, per_member__lte=100, slots__gte=1, slots__lte=64)
                & (
                    Q(per_member_day=None)
                    | Q(per_member_day__gte=1, per_member_day__lte=F("per_member"))
                )
                & (Q(stock=None) | Q(stock__gte=1))
                & (Q(stock_per_day=None) | Q(stock_per_day__gte=1))
                & (Q(budget_fen=None) | Q(budget_fen__gte=1, budget_fen__lte=MAX_FEN))
                & (Q(points_price=None) | Q(points_price__gte=1, points_price__lte=MAX_POINTS))
                & (Q(gift_from_fen=None) | Q(gift_from_fen__gte=1, gift_from_fen__lte=MAX_FEN))
                & Q(replacement_days__gte=0, replacement_days__lte=365),
            ),
            models.CheckConstraint(
                name="version_exchange_undone_for_a_while",
                violation_error_message=_("兑换可退分钟数为 1 至 43200，且须填写积分兑换价。"),
                condition=Q(exchange_undo_minutes=None)
                | Q(points_price__isnull=False, exchange_undo_minutes__range=(1, 43_200)),
            ),
            models.CheckConstraint(
                name="version_warns_below_a_share",
                violation_error_message=_("预算提醒线为 0 至 99。"),
                condition=Q(budget_warn_percent__gte=0, budget_warn_percent__lte=99),
            ),
            models.CheckConstraint(
                name="version_approved_by_four_eyes",
                condition=Q(decided_by=None) | ~Q(decided_by=F("drafted_by")),
            ),
            models.CheckConstraint(
                name="version_state_has_its_instants",
                condition=Q(state="draft", submitted_at=None, decided_at=None, stopped_at=None)
                | Q(state="submitted", submitted_at__isnull=False, decided_at=None, stopped_at=None)
                | Q(
                    state__in=["published", "rejected"],
                    submitted_at__isnull=False,
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                    stopped_at=None,
                )
                | Q(state="stopped", decided_at__isnull=False, stopped_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.template} v{self.number}"
