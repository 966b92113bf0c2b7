from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.models.case_file import CaseFile
from credit.complaints.models.clocks import CaseNotice
from credit.complaints.texts import CASE_ACTORS
from district.kernel.database.ids import PublicIdField
from district.kernel.models.attempts import RetriedWork

MOST_MESSAGES_A_DAY = 20


class CaseMessage(RetriedWork):
    """What one side of a case writes to the other through the district, with contact data masked.

    What was masked is kept nowhere. `number` counts what a side wrote in the case on a day of Shanghai. A message is
    read by the other side once it is sent; `checking` waits for WeChat's word on it (the columns of `RetriedWork`),
    `held` for a person's.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("检测中")
        HELD = "held", _("待审核")
        SENT = "sent", _("已送达")
        REFUSED = "refused", _("未通过")

    public_id = PublicIdField("msg", verbose_name=_("编号"))
    case = models.ForeignKey(
        CaseFile, models.PROTECT, db_index=False, related_name="messages", verbose_name=_("案件")
    )
    sender = models.TextField(_("发送方"), choices=CASE_ACTORS[:2])
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("发送人"),
    )
    # Where the merchant's own system spoke: the key it has.
    till = models.ForeignKey(
        "merchants.TillKey",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("收银密钥"),
    )
    day = models.DateField(_("日期"))
    number = models.SmallIntegerField(_("当日序号"))
    text = models.TextField(_("内容"))
    is_masked = models.BooleanField(_("已隐去联系方式"), default=False)
    state = models.TextField(_("状态"), choices=State)
    written_at = models.DateTimeField(_("提交时间"))
    sent_at = models.DateTimeField(_("送达时间"), null=True, blank=True)
    read_at = models.DateTimeField(_("已读时间"), null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审核人"),
    )
    reviewed_at = models.DateTimeField(_("审核时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("案件留言")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "sender", "day", "number"], name="case_message_numbered_once"
            ),
            models.CheckConstraint(
                name="case_message_twenty_a_day",
                condition=Q(number__gte=1, number__lte=MOST_MESSAGES_A_DAY),
            ),
            models.CheckConstraint(
                name="case_message_from_a_side_with_words",
                condition=Q(sender__in=["shopper", "merchant"]) & ~Q(text=""),
            ),
            models.CheckConstraint(
                name="case_message_by_a_person_or_a_till",
                condition=Q(by__isnull=False, till=None)
                | Q(sender="merchant", by=None, till__isnull=False),
            ),
            models.CheckConstraint(
                name="case_message_sent_iff_dated",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at=None, read_at=None)),
            ),
            models.CheckConstraint(
                name="case_message_refused_by_a_person",
                condition=(~Q(state="refused") | Q(reviewed_by__isnull=False))
                & (
                    Q(reviewed_by=None, reviewed_at=None)
                    | Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["case", "id"], name="case_message_by_case"),
            models.Index(
                fields=["next_attempt_at"],
                name="case_message_to_check",
                condition=Q(state="checking"),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class CaseNoticeReading(models.Model):
    """A shopper has seen a notice: once."""

    notice = models.OneToOneField(
        CaseNotice, models.PROTECT, related_name="reading", verbose_name=_("案件通知")
    )
    at = models.DateTimeField(_("已读时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("通知已读")

    def __str__(self) -> str:
        return str(self.notice_id)
