from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.wechat_complaints.models.words import OPERATE_TYPES


class WechatItem(models.Model):
    """A line of a complaint's history at WeChat, and what came of it here: an act of the case, nothing, or work for a
    person. `operate_type` is WeChat's word, also one that nobody knows.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("待转入案件")
        ACTED = "acted", _("已转为案件操作")
        NOTED = "noted", _("无须处理")
        FOR_PERSON = "for_person", _("待人工处理")
        SETTLED = "settled", _("已人工处理")

    complaint = models.ForeignKey(
        "wechat_complaints.WechatComplaint",
        models.PROTECT,
        db_index=False,
        related_name="items",
        verbose_name=_("微信投诉"),
    )
    log_id = models.TextField(_("微信记录号"))
    # In the order in which WeChat says that things happened.
    position = models.IntegerField(_("序号"))
    operator = models.TextField(_("操作人"), blank=True)
    operate_type = models.TextField(_("操作类型"), choices=OPERATE_TYPES)
    operated_at = models.DateTimeField(_("操作时间"))
    words = models.TextField(_("内容"), blank=True)
    picture_urls = models.JSONField(_("图片地址"), default=list, blank=True)
    state = models.TextField(_("处理"), choices=State, default=State.WAITING)
    case_seq = models.IntegerField(_("案件事件"), null=True, blank=True)
    # Why the case did not take it: the code of a refusal.
    problem = models.TextField(_("原因"), blank=True, default="")
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )
    settled_at = models.DateTimeField(_("处理时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("微信协商记录")
        constraints = [
            models.UniqueConstraint(fields=["complaint", "log_id"], name="wechat_item_once"),
            models.CheckConstraint(
                name="wechat_item_acted_iff_event",
                condition=Q(state="acted", case_seq__isnull=False)
                | (~Q(state="acted") & Q(case_seq=None)),
            ),
            models.CheckConstraint(
                name="wechat_item_settled_by_somebody",
                condition=Q(state="settled", settled_by__isnull=False, settled_at__isnull=False)
                | (~Q(state="settled") & Q(settled_by=None, settled_at=None)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["state"],
                name="wechat_item_for_person",
                condition=Q(state__in=["waiting", "for_person"]),
            )
        ]

    def __str__(self) -> str:
        return self.log_id
