from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.models.attempts import RetriedWork


class WechatReply(RetriedWork):
    """What WeChat and the payer are to hear of an event of the case: frozen when it is written, sent once.

    `found` says that it stood at WeChat already, because an answer was lost; `moot` that the complaint was over there;
    `skipped` that a person let it be. Of a complaint one after the other.
    """

    class Kind(models.TextChoices):
        RESPONSE = "response", _("回复用户")
        APPROVE_REFUND = "approve_refund", _("同意退款")
        REJECT_REFUND = "reject_refund", _("拒绝退款")
        COMPLETE = "complete", _("反馈处理完成")

    class State(models.TextChoices):
        WAITING = "waiting", _("待发送")
        SENT = "sent", _("已发送")
        FOUND = "found", _("微信已有")
        MOOT = "moot", _("微信侧已完结")
        SKIPPED = "skipped", _("已取消")

    REFUND_DECISIONS = (Kind.APPROVE_REFUND, Kind.REJECT_REFUND)
    WITH_WORDS = (Kind.RESPONSE, Kind.REJECT_REFUND)

    complaint = models.ForeignKey(
        "wechat_complaints.WechatComplaint",
        models.PROTECT,
        db_index=False,
        related_name="replies",
        verbose_name=_("微信投诉"),
    )
    # A complaint whose case was merged hears of the events of two.
    case = models.ForeignKey(
        "complaints.CaseFile",
        models.PROTECT,
        db_index=False,
        related_name="+",
        verbose_name=_("案件"),
    )
    case_seq = models.IntegerField(_("案件事件"))
    kind = models.TextField(_("事项"), choices=Kind)
    words = models.TextField(_("内容"), blank=True, default="")
    # Not before WeChat says that the money has come back whole.
    awaits_money = models.BooleanField(_("退款到账后发送"), default=False)
    state = models.TextField(_("状态"), choices=State, default=State.WAITING)
    created_at = models.DateTimeField(_("生成时间"))
    done_at = models.DateTimeField(_("完成时间"), null=True, blank=True)
    skipped_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("取消人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("微信投诉回复")
        constraints = [
            models.UniqueConstraint(
                fields=["complaint", "case", "case_seq", "kind"],
                name="wechat_reply_once_per_event",
            ),
            models.UniqueConstraint(
                fields=["complaint"],
                name="wechat_reply_one_refund_decision",
                condition=Q(kind__in=["approve_refund", "reject_refund"]),
            ),
            models.CheckConstraint(
                name="wechat_reply_has_words_that_fit",
                condition=Q(kind__in=["response", "reject_refund"], words__regex=r"^(.|\n){1,200}$")
                | Q(kind__in=["approve_refund", "complete"], words=""),
            ),
            models.CheckConstraint(
                name="wechat_reply_done_iff_dated",
                condition=Q(state="waiting", done_at=None)
                | (~Q(state="waiting") & Q(done_at__isnull=False, set_aside_at=None)),
            ),
            models.CheckConstraint(
                name="wechat_reply_skipped_by_somebody",
                condition=Q(state="skipped", skipped_by__isnull=False)
                | (~Q(state="skipped") & Q(skipped_by=None)),
            ),
            models.CheckConstraint(
                name="wechat_reply_only_the_end_awaits_money",
                condition=Q(awaits_money=False) | Q(kind="complete"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["complaint"],
                name="wechat_reply_waiting",
                condition=Q(state="waiting"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} #{self.case_seq} {self.get_kind_display()}"
