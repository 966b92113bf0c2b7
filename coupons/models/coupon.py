from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class Coupon(models.Model):
    """A coupon in a member's wallet.

    Limits count by who claimed it: a friend it was given to has all of the own limit left.
    """

    class State(models.TextChoices):
        LIVE = "live", _("可用")
        USED = "used", _("已使用")
        EXPIRED = "expired", _("已过期")
        VOID = "void", _("已作废")

    class Source(models.TextChoices):
        CLAIM = "claim", _("领取")
        ISSUE = "issue", _("发放")
        EXCHANGE = "exchange", _("积分兑换")
        RECEIPT = "receipt", _("消费赠送")
        COUNTER = "counter", _("店员发放")
        IMPORT = "import", _("券码导入")
        REPLACEMENT = "replacement", _("补发")

    public_id = PublicIdField("cpn", verbose_name=_("券号"))
    # No database keys: a rush would lock the version's row once for each claim (decision 0021).
    version = models.ForeignKey(
        "coupons.TemplateVersion",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="coupons",
        verbose_name=_("券模板"),
    )
    # Limits count over all versions of a template.
    template = models.ForeignKey(
        "coupons.CouponTemplate",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        editable=False,
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="coupons",
        verbose_name=_("会员"),
    )
    claimer = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("领取人"),
    )
    # Without numbers is what no limit counts: taken back unused, or granted instead of another.
    nth = models.IntegerField(_("第几张"), null=True, blank=True)
    claim_day = models.DateField(_("领取日"))
    nth_of_day = models.IntegerField(_("当日第几张"), null=True, blank=True)
    # Where what it was taken from goes back to.
    stock_slot = models.IntegerField(_("库存槽"), null=True, blank=True, editable=False)
    day_slot = models.IntegerField(_("当日库存槽"), null=True, blank=True, editable=False)
    budget_slot = models.IntegerField(_("预算槽"), null=True, blank=True, editable=False)
    source = models.TextField(_("来源"), choices=Source)
    state = models.TextField(_("状态"), choices=State, db_default="live", default=State.LIVE)
    valid_from = models.DateTimeField(_("有效期起"))
    valid_until = models.DateTimeField(_("有效期止"))
    uses_left = models.IntegerField(_("剩余次数"), default=1)
    value_left_fen = models.BigIntegerField(_("剩余金额（分）"), null=True, blank=True)
    # What of the budget is kept for its next uses.
    reserved_fen = models.BigIntegerField(_("占用预算（分）"), db_default=0)
    leased_to = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name=_("锁定门店"),
    )
    leased_at = models.DateTimeField(_("锁定时间"), null=True, blank=True)
    leased_until = models.DateTimeField(_("锁定至"), null=True, blank=True)
    # Set aside for something that its member is about to pay, such as a quoted stay; ended by whoever set it aside.
    held_for = models.TextField(_("占用单号"), db_default="", default="", blank=True)
    held_until = models.DateTimeField(_("占用至"), null=True, blank=True)
    given_at = models.DateTimeField(_("转赠时间"), null=True, blank=True)
    replaces = models.ForeignKey(
        "coupons.Redemption",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="replacements",
        verbose_name=_("补发自"),
    )
    # The refund of a part of the bill whose value it is, where not the whole redemption was undone.
    replaces_refund = models.ForeignKey(
        "coupons.BillRefund",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("补发自退货"),
    )
    claimed_at = models.DateTimeField(_("领取时间"))
    warned_at = models.DateTimeField(_("到期提醒时间"), null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("优惠券")
        constraints = [
            # These enforce the limits: a lost race for the n-th counts again.
            models.UniqueConstraint(
                fields=["template", "claimer", "nth"], name="coupon_nth_of_its_member_once"
            ),
            models.UniqueConstraint(
                fields=["template", "claimer", "claim_day", "nth_of_day"],
                name="coupon_nth_of_a_day_once",
            ),
            models.CheckConstraint(
                name="coupon_counted_from_one",
                condition=(
                    Q(nth=None, nth_of_day=None) & (Q(state="void") | Q(source="replacement"))
                )
                # Said of both, because a check of nothing passes.
                | Q(nth__isnull=False, nth_of_day__isnull=False, nth__gte=1, nth_of_day__gte=1)
                & ~Q(source="replacement"),
            ),
            models.CheckConstraint(
                name="coupon_valid_some_time", condition=Q(valid_until__gt=F("valid_from"))
            ),
            models.CheckConstraint(
                name="coupon_never_overused",
                condition=Q(uses_left__gte=0, reserved_fen__gte=0)
                & (Q(value_left_fen=None) | Q(value_left_fen__gte=0)),
            ),
            models.CheckConstraint(
                name="coupon_live_while_something_is_left",
                condition=Q(state="live", ended_at=None, uses_left__gte=1)
                | (~Q(state="live") & Q(ended_at__isnull=False)),
            ),
            models.UniqueConstraint(
                fields=["replaces", "replaces_refund"],
                name="coupon_replaced_once",
                nulls_distinct=False,
                condition=Q(replaces__isnull=False),
            ),
            models.CheckConstraint(
                name="coupon_of_the_claimer_until_given",
                condition=Q(member=F("claimer"), given_at=None)
                | (~Q(member=F("claimer")) & Q(given_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="coupon_reserves_only_while_live",
                condition=Q(reserved_fen=0) | Q(state="live", budget_slot__isnull=False),
            ),
            models.CheckConstraint(
                name="coupon_leased_for_a_while",
                condition=Q(leased_to=None, leased_at=None, leased_until=None)
                # Said of all, because a check of nothing passes.
                | Q(
                    leased_to__isnull=False,
                    leased_at__isnull=False,
                    leased_until__isnull=False,
                    leased_until__gt=F("leased_at"),
                ),
            ),
            models.CheckConstraint(
                name="coupon_held_for_something",
                condition=Q(held_for="", held_until=None)
                | (~Q(held_for="") & Q(held_until__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "state", "valid_until"], name="coupon_wallet"),
            BrinIndex("claim_day", name="coupon_by_claim_day"),
            models.Index("valid_until", name="coupon_falls_due", condition=Q(state="live")),
            models.Index(fields=["version", "-id"], name="coupon_of_version"),
        ]

    def __str__(self) -> str:
        return self.public_id
