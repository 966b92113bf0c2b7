from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.models.attempts import RetriedWork
from parking.models.stays import Stay
from parking.models.vehicles import Vehicle


class WechatPlate(RetriedWork):
    """Whether WeChat charges for a plate after it left (微信支付分停车), as WeChat said when it was asked last."""

    class State(models.TextChoices):
        UNASKED = "unasked", _("未查询")
        NORMAL = "normal", _("已开通")
        PAUSED = "paused", _("已暂停")
        NOT_OPENED = "not_opened", _("未开通")
        # Of a colour that the service does not know, or of nobody with a WeChat account here.
        UNSERVED = "unserved", _("不支持")

    vehicle = models.OneToOneField(
        Vehicle,
        models.PROTECT,
        primary_key=True,
        related_name="wechat_plate",
        verbose_name=_("车辆"),
    )
    state = models.TextField(_("微信停车服务"), choices=State, default=State.UNASKED)
    opened_at = models.DateTimeField(_("开通时间"), null=True, blank=True)
    asked_at = models.DateTimeField(_("查询时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("微信停车车牌")
        constraints = [
            models.CheckConstraint(
                name="wechat_plate_asked_iff_known",
                condition=Q(state="unasked", asked_at=None)
                | (~Q(state="unasked") & Q(asked_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(fields=["next_attempt_at"], name="wechat_plate_to_ask")]

    def __str__(self) -> str:
        return self.vehicle.public_id


class WechatEntry(RetriedWork):
    """A stay whose car WeChat was told of, so that it may charge for it; what was told stands as it was told.

    Its number at WeChat is the stay's. Newer notices count more than older ones, whatever order they come in.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待上报")
        NORMAL = "normal", _("可扣费")
        BLOCKED = "blocked", _("受限")
        CHARGED = "charged", _("已发起扣费")
        ENDED = "ended", _("已结束")
        # Refused by WeChat, or the car left before WeChat had it.
        GIVEN_UP = "given_up", _("未上报")
        # The car is inside elsewhere: WeChat takes a second entry, so we refuse it.
        SECOND = "second", _("重复入场")

    class BlockReason(models.TextChoices):
        PAUSE = "pause", _("服务已暂停")
        OVERDUE = "overdue", _("有未付停车费")
        OUT_SERVICE = "out_service", _("未开通服务")
        EVALUATION_FAILED = "evaluation_failed", _("支付分不足")
        OTHER = "other", _("其他原因")

    INSIDE = (State.WAITING, State.NORMAL, State.BLOCKED)

    stay = models.OneToOneField(
        Stay,
        models.PROTECT,
        primary_key=True,
        related_name="wechat_entry",
        verbose_name=_("停车记录"),
    )
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, related_name="wechat_entries", verbose_name=_("车辆")
    )
    parking_name = models.CharField(_("停车场名称"), max_length=128)
    started_at = models.DateTimeField(_("入场时间"))
    free_seconds = models.IntegerField(_("免费时长（秒）"))
    state = models.TextField(_("状态"), choices=State, default=State.WAITING)
    block_reason = models.TextField(
        _("受限原因"), choices=BlockReason, db_default="", default="", blank=True
    )
    parking_id = models.TextField(_("微信停车编号"), db_default="", default="", blank=True)
    # When the state changed, as WeChat's newest notice says; none came yet.
    changed_at = models.DateTimeField(_("状态变更时间"), null=True, blank=True)
    reported_at = models.DateTimeField(_("上报时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("微信停车入场")
        constraints = [
            models.UniqueConstraint(
                fields=["vehicle"],
                name="wechat_entry_one_inside_per_vehicle",
                condition=Q(state__in=["waiting", "normal", "blocked"]),
            ),
            models.CheckConstraint(
                name="wechat_entry_known_iff_reported",
                condition=Q(parking_id="", reported_at=None)
                | (~Q(parking_id="") & Q(reported_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="wechat_entry_charged_once_reported",
                condition=~Q(state__in=["normal", "blocked", "charged"]) | ~Q(parking_id=""),
            ),
            models.CheckConstraint(
                name="wechat_entry_blocked_for_a_reason",
                condition=~Q(state="blocked") | ~Q(block_reason=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="wechat_entry_to_report",
                condition=Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return self.stay.public_id


class WechatCharge(RetriedWork):
    """What WeChat is asked to charge for a stay, once. ACCEPTED lets the car out; the money comes later or not at all."""

    class State(models.TextChoices):
        WANTED = "wanted", _("待扣费")
        ACCEPTED = "accepted", _("已受理")
        PAID = "paid", _("已到账")
        FAILED = "failed", _("扣款失败")
        REFUSED = "refused", _("未受理")

    UNDER_WAY = (State.WANTED, State.ACCEPTED)

    public_id = PublicIdField("wpc", verbose_name=_("编号"))
    entry = models.OneToOneField(
        WechatEntry, models.PROTECT, related_name="charge", verbose_name=_("入场")
    )
    # Ours, and WeChat's key of idempotency.
    number = models.TextField(_("商户订单号"), unique=True)
    amount_fen = models.BigIntegerField(_("金额（分）"))
    ended_at = models.DateTimeField(_("停车至"))
    device = models.CharField(_("出口车道"), max_length=32)
    state = models.TextField(_("状态"), choices=State, default=State.WANTED)
    wanted_at = models.DateTimeField(_("发起时间"))
    # When it was sent first: from then on WeChat may have it, and is asked before it is sent again.
    sent_at = models.DateTimeField(_("发送时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    settled_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    transaction_id = models.TextField(_("微信订单号"), db_default="", default="", blank=True)
    # WeChat advanced the money (BPA); then whether the person has paid it back.
    is_advanced = models.BooleanField(_("微信垫付"), default=False)
    is_repaid = models.BooleanField(_("用户已还款"), null=True, blank=True)
    failure = models.CharField(_("失败原因"), max_length=100, db_default="", default="", blank=True)
    payment = models.OneToOneField(
        "payments.Payment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("收款"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("微信停车扣费")
        constraints = [
            models.CheckConstraint(
                name="wechat_charge_of_some_money", condition=Q(amount_fen__gt=0)
            ),
            models.CheckConstraint(
                name="wechat_charge_paid_iff_money_came",
                condition=Q(state="paid", payment__isnull=False)
                | (~Q(state="paid") & Q(payment=None)),
            ),
            models.CheckConstraint(
                name="wechat_charge_settled_iff_over",
                condition=Q(state__in=["wanted", "accepted"], settled_at=None)
                | Q(state__in=["paid", "failed", "refused"], settled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="wechat_charge_accepted_after_it_was_sent",
                condition=~Q(state="accepted")
                | Q(sent_at__isnull=False, accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="wechat_charge_repaid_only_if_advanced",
                condition=Q(is_repaid=None) | Q(is_advanced=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="wechat_charge_to_follow",
                condition=Q(state__in=["wanted", "accepted"]),
            )
        ]

    def __str__(self) -> str:
        return self.number


class WechatExchange(models.Model):
    """A call to WeChat's parking service or a notice of it, and how it ended: a diary without personal data."""

    class Kind(models.TextChoices):
        FIND = "find", _("查询车牌")
        ENTER = "enter", _("上报入场")
        CHARGE = "charge", _("发起扣费")
        QUERY = "query", _("查询扣费")
        ENTRANCE_NOTICE = "entrance_notice", _("入场状态通知")
        CHARGE_NOTICE = "charge_notice", _("扣费通知")

    class Outcome(models.TextChoices):
        COMPLETED = "completed", _("成功")
        REFUSED = "refused", _("被拒绝")
        UNAVAILABLE = "unavailable", _("未连通")
        UNREADABLE = "unreadable", _("应答无法采信")
        # A notice that was older than what is known, or that said nothing new.
        NOTHING_NEW = "nothing_new", _("无变化")

    at = models.DateTimeField(_("时间"))
    kind = models.TextField(_("类型"), choices=Kind)
    outcome = models.TextField(_("结果"), choices=Outcome)
    vehicle = models.ForeignKey(
        Vehicle, models.PROTECT, related_name="wechat_exchanges", verbose_name=_("车辆")
    )
    entry = models.ForeignKey(
        WechatEntry,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="exchanges",
        verbose_name=_("入场"),
    )
    # What WeChat said, as its own word: a state, or the code of a refusal.
    code = models.CharField(_("微信返回"), max_length=64, db_default="", default="", blank=True)
    request_id = models.CharField(
        _("微信请求号"), max_length=128, db_default="", default="", blank=True
    )
    duration_ms = models.IntegerField(_("耗时（毫秒）"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("微信停车往来")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
