from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN


class MallPayment(models.Model):
    """A payment in a member store that WeChat reports: once, and once only what became of it.

    It earns as a receipt whose number is the transaction's. Who paid is known by the openid's hash; the
    openid itself stands here, sealed by a master key, until WeChat has our answer.
    """

    class State(models.TextChoices):
        WAITING_FOR_STORE = "waiting_for_store", _("待对应门店")
        WAITING_FOR_MEMBER = "waiting_for_member", _("待入会")
        CREDITED = "credited", _("已积分")
        WITHOUT_POINTS = "without_points", _("不积分")

    class Reason(models.TextChoices):
        """Why it earns nothing: the person reads it in WeChat."""

        ALREADY_EARNED = "already_earned", _("这笔消费已通过小票积分")
        NO_MEMBER = "no_member", _("未在规定时间内入会")
        MEMBER_CLOSED = "member_closed", _("会员已注销")
        UNKNOWN_STORE = "unknown_store", _("门店未参加本商圈积分")
        STORE_CLOSED = "store_closed", _("门店已停业")
        NOT_IN_ALLIANCE = "not_in_alliance", _("门店未参加联盟积分")
        MERCHANT_SUSPENDED = "merchant_suspended", _("商户暂停积分")
        NO_TERMS = "no_terms", _("商户暂无积分规则")
        TOO_OLD = "too_old", _("超过积分期限")

    WAITING = (State.WAITING_FOR_STORE, State.WAITING_FOR_MEMBER)

    public_id = PublicIdField("mpy", verbose_name=_("编号"))
    transaction_id = models.TextField(_("微信支付订单号"))
    openid_hash = models.BinaryField(_("openid 摘要"), editable=False)
    openid_sealed = models.BinaryField(_("openid 密文"), null=True, editable=False)
    master_version = models.SmallIntegerField(_("主密钥版本"), null=True, editable=False)
    # As typed when the shop was entered at WeChat: may be wrong or empty.
    shop_number = models.TextField(_("门店编号"), blank=True)
    shop_name = models.TextField(_("门店名称"), blank=True)
    amount_fen = models.BigIntegerField(_("实付（分）"))
    paid_at = models.DateTimeField(_("支付时间"))
    # The person asked for the points by hand.
    is_requested = models.BooleanField(_("手动申请"))
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("门店"),
    )
    state = models.TextField(_("状态"), choices=State)
    reason = models.TextField(_("原因"), choices=Reason, db_default="", default="", blank=True)
    # What it was posted as, or the receipt by which this purchase had earned already.
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        related_name="mall_payments",
        verbose_name=_("入账小票"),
    )
    received_at = models.DateTimeField(_("收到时间"))
    waits_until = models.DateTimeField(_("等待截止"))
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())

    class Meta:
        verbose_name = verbose_name_plural = _("商圈支付")
        constraints = [
            models.UniqueConstraint("transaction_id", name="mall_payment_once_per_transaction"),
            models.CheckConstraint(name="mall_payment_numbered", condition=~Q(transaction_id="")),
            models.CheckConstraint(
                name="mall_payment_of_some_money",
                condition=Q(amount_fen__gt=0, amount_fen__lte=MAX_FEN),
            ),
            models.CheckConstraint(
                name="mall_payment_decided_once",
                condition=Q(
                    state="waiting_for_store", store=None, receipt=None, reason="", decided_at=None
                )
                | Q(
                    state="waiting_for_member",
                    store__isnull=False,
                    receipt=None,
                    reason="",
                    decided_at=None,
                )
                | Q(
                    state="credited",
                    store__isnull=False,
                    receipt__isnull=False,
                    reason="",
                    decided_at__isnull=False,
                )
                | Q(
                    state="without_points",
                    reason="already_earned",
                    receipt__isnull=False,
                    decided_at__isnull=False,
                )
                | (
                    Q(state="without_points", receipt=None, decided_at__isnull=False)
                    & ~Q(reason__in=["", "already_earned"])
                ),
            ),
            # Two cups of tea are two receipts and two payments.
            models.UniqueConstraint(fields=["receipt"], name="mall_payment_one_per_receipt"),
            models.CheckConstraint(
                name="mall_payment_openid_sealed_by_a_master_key",
                condition=Q(openid_sealed=None, master_version=None, decided_at__isnull=False)
                | Q(openid_sealed__isnull=False, master_version__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["waits_until"],
                name="mall_payment_waiting",
                condition=Q(state__in=["waiting_for_store", "waiting_for_member"]),
            ),
            models.Index(
                fields=["openid_hash"],
                name="mall_payment_wants_member",
                condition=Q(state="waiting_for_member"),
            ),
            models.Index(
                fields=["shop_number"],
                name="mall_payment_wants_store",
                condition=Q(state="waiting_for_store"),
            ),
            models.Index(
                fields=["master_version"],
                name="mall_payment_by_master",
                condition=Q(openid_sealed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.transaction_id

    @property
    def is_waiting(self) -> bool:
        return self.state in self.WAITING
