from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.wechat_complaints.models.words import PAY_STATES, PROBLEM_TYPES
from district.kernel.models.attempts import RetriedWork
from district.kernel.text.money import MAX_FEN


class WechatComplaint(RetriedWork):
    """A complaint at WeChat, as it was last read there, and the case that it is here.

    A notice says only that something happened: it raises `asked_version`. The complaint is read until
    `fetched_version` has come up to it; the attempts are those of reading. `pay_state` is WeChat's state, `state`
    ours. What the payer wrote stands here until the case has it; the payer's phone number is never stored.
    """

    class State(models.TextChoices):
        UNREAD = "unread", _("待读取")
        NEEDS_STORE = "needs_store", _("待指定门店")
        NEEDS_CASE = "needs_case", _("待关联案件")
        IN_CASE = "in_case", _("已转案件")
        OVER = "over", _("微信侧已完结")

    WAITING = (State.NEEDS_STORE, State.NEEDS_CASE)

    complaint_id = models.TextField(_("微信投诉单号"))
    state = models.TextField(_("办理状态"), choices=State, default=State.UNREAD)
    asked_version = models.IntegerField(_("通知次数"), default=1)
    fetched_version = models.IntegerField(_("已读取到"), default=0)

    pay_state = models.TextField(_("微信状态"), choices=PAY_STATES, blank=True, default="")
    complained_at = models.DateTimeField(_("投诉时间"), null=True, blank=True)
    description = models.TextField(_("投诉内容"), null=True, blank=True)
    problem_type = models.TextField(_("问题类型"), choices=PROBLEM_TYPES, blank=True, default="")
    apply_refund_fen = models.BigIntegerField(_("申请退款（分）"), default=0)
    amount_fen = models.BigIntegerField(_("支付金额（分）"), default=0)
    transaction_id = models.TextField(_("微信支付订单号"), blank=True, default="")
    out_trade_no = models.TextField(_("商户订单号"), blank=True, default="")
    complaint_times = models.IntegerField(_("该用户投诉次数"), default=0)
    is_fully_refunded = models.BooleanField(_("已全额退款"), default=False)
    has_unread_words = models.BooleanField(_("用户有新留言"), default=False)
    user_tags = models.JSONField(_("用户标签"), default=list, blank=True)
    # Addresses at WeChat, fetched with our signature when a person opens one.
    picture_urls = models.JSONField(_("图片地址"), default=list, blank=True)
    known_items = models.IntegerField(_("协商记录数"), default=0)

    payer = models.ForeignKey(
        "wechat_complaints.WechatPayer",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="complaints",
        verbose_name=_("投诉人"),
    )
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("门店"),
    )
    case = models.ForeignKey(
        "complaints.CaseFile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="wechat_complaints",
        verbose_name=_("案件"),
    )
    # Up to which event of the case replies are written.
    noted_seq = models.IntegerField(_("已转告到"), default=0)
    received_at = models.DateTimeField(_("得知时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("微信投诉")
        constraints = [
            models.UniqueConstraint("complaint_id", name="wechat_complaint_once"),
            models.CheckConstraint(name="wechat_complaint_numbered", condition=~Q(complaint_id="")),
            models.CheckConstraint(
                name="wechat_complaint_read_as_often_as_asked",
                condition=Q(fetched_version__gte=0, fetched_version__lte=F("asked_version")),
            ),
            models.CheckConstraint(
                name="wechat_complaint_read_iff_dated",
                condition=Q(state="unread", fetched_version=0, complained_at=None)
                | (
                    Q(fetched_version__gt=0, complained_at__isnull=False)
                    & ~Q(state="unread")
                    & ~Q(pay_state="")
                ),
            ),
            models.CheckConstraint(
                name="wechat_complaint_in_a_case_or_not",
                condition=Q(state="in_case", case__isnull=False, description=None)
                | (Q(case=None, noted_seq=0) & ~Q(state="in_case")),
            ),
            models.CheckConstraint(
                name="wechat_complaint_sums_valid",
                condition=Q(
                    amount_fen__gte=0,
                    amount_fen__lte=MAX_FEN,
                    apply_refund_fen__gte=0,
                    apply_refund_fen__lte=MAX_FEN,
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                name="wechat_complaint_to_read",
                condition=Q(fetched_version__lt=F("asked_version"), set_aside_at=None),
            ),
            models.Index(
                fields=["transaction_id"],
                name="wechat_complaint_by_payment",
                condition=~Q(transaction_id=""),
            ),
        ]

    def __str__(self) -> str:
        return self.complaint_id
