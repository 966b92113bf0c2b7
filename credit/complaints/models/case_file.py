from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from credit.complaints.machine.words import (
    CLOSED_STATES,
    OPEN_STATES,
    TIP_OFF_STATES,
)
from credit.complaints.texts import (
    CASE_CATEGORIES,
    CASE_OUTCOMES,
    CASE_SEVERITIES,
    CASE_STATES,
    CASE_WISHES,
    RETALIATION,
)
from district.kernel.database.ids import PublicIdField
from district.kernel.models.attempts import RetriedWork

if TYPE_CHECKING:
    from district.members.models import Member

OPEN_NAMES = sorted(str(state) for state in OPEN_STATES)
CLOSED_NAMES = sorted(str(state) for state in CLOSED_STATES)
TIP_OFF_NAMES = sorted(str(state) for state in TIP_OFF_STATES)
MOST_OPEN_FILINGS = 3


class CaseFile(RetriedWork):
    """A complaint or a tip-off as its events left it. What happened stands in `CaseEventRow`; this row is for
    lists, constraints and the timers, and never says anything else than the events replayed.

    `filing_slot` counts the open filings of a shopper, 1 to 3; a case that was closed and is open again, or came
    from another member who was merged or from WeChat, has none. `next_look_at` is when the timers have something to
    do next, `windows_until` until when a closed case may be acted on, `calendar_version` the calendar by which clocks and
    windows were reckoned, empty where that is not sure. The columns of
    `RetriedWork` are those of the timers: a case on which they fail stops no other one.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("投诉")
        TIP_OFF = "tip_off", _("举报")

    class Channel(models.TextChoices):
        MINI_PROGRAM = "mini_program", _("小程序")
        STAFF = "staff", _("工作人员录入")
        WECHAT_PAY = "wechat_pay", _("微信支付投诉")

    class Anonymity(models.IntegerChoices):
        NAMED = 0, _("向商户实名")
        MASKED = 1, _("对商户隐去姓名")
        HIDDEN = 2, _("对商户完全匿名")

    public_id = PublicIdField("cas", verbose_name=_("编号"))
    kind = models.TextField(_("类型"), choices=Kind)
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("会员"),
    )
    # Of a person who is no member, instead.
    walk_in = models.ForeignKey(
        "complaints.WalkIn",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("非会员"),
    )
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="+", verbose_name=_("门店")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    category = models.TextField(_("类别"), choices=CASE_CATEGORIES)
    wish = models.TextField(_("诉求"), choices=CASE_WISHES, blank=True, default="")
    amount_fen = models.BigIntegerField(_("涉及金额（分）"), default=0)
    paid_fen = models.BigIntegerField(_("实付（分）"), null=True, blank=True)
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("消费小票"),
    )
    receipt_no = models.TextField(_("小票号"), blank=True, default="")
    # An officer saw the paper receipt of somebody whose purchase no account has.
    is_paper_proof = models.BooleanField(_("已核对纸质小票"), default=False)
    anonymity = models.SmallIntegerField(_("匿名级别"), choices=Anonymity)
    channel = models.TextField(_("来源"), choices=Channel)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("录入人"),
    )
    filing_slot = models.SmallIntegerField(_("受理名额"), null=True, blank=True)

    state = models.TextField(_("状态"), choices=CASE_STATES)
    entered_at = models.DateTimeField(_("进入状态时间"))
    seq = models.IntegerField(_("事件数"))
    head = models.TextField(_("末条哈希"))
    last_at = models.DateTimeField(_("最近办理"))
    severity = models.TextField(_("严重程度"), choices=CASE_SEVERITIES)
    outcome = models.TextField(_("结果"), choices=CASE_OUTCOMES, blank=True, default="")
    finding = models.TextField(_("认定"), choices=CASE_OUTCOMES, blank=True, default="")
    refunded_fen = models.BigIntegerField(_("已退（分）"), default=0)
    filed_at = models.DateTimeField(_("提交时间"))
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("结案时间"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_cases",
        verbose_name=_("并入"),
    )
    # The case whose merchant is said to have taken revenge; such a case is a priority, and has no receipt.
    retaliation_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="retaliations",
        verbose_name=_("原案件"),
    )
    next_due_at = models.DateTimeField(_("最近期限"), null=True, blank=True)
    next_look_at = models.DateTimeField(_("下次检查"), null=True, blank=True)
    windows_until = models.DateTimeField(_("可评价、申请复核或重新处理至"), null=True, blank=True)
    calendar_version = models.TextField(_("日历版本"), blank=True, default="")
    looked_for_patterns = models.BooleanField(_("已查找线索"), default=False)

    class Meta:
        verbose_name = verbose_name_plural = _("案件")
        constraints = [
            models.CheckConstraint(
                name="case_states_are_of_its_kind",
                condition=Q(kind="complaint", state__in=[*OPEN_NAMES, *CLOSED_NAMES])
                | Q(kind="tip_off", state__in=TIP_OFF_NAMES),
            ),
            models.CheckConstraint(
                name="case_closed_iff_dated",
                condition=Q(kind="tip_off", closed_at=None)
                | Q(state__in=OPEN_NAMES, closed_at=None)
                | Q(state__in=CLOSED_NAMES, closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_refunds_at_most_what_was_paid",
                condition=Q(amount_fen__gte=0, refunded_fen__gte=0)
                & Q(refunded_fen__lte=Coalesce(F("paid_fen"), F("amount_fen")))
                & (Q(paid_fen=None) | Q(paid_fen__gte=0)),
            ),
            models.CheckConstraint(
                name="case_verified_by_a_receipt",
                condition=Q(is_paper_proof=False, receipt=None, paid_fen=None)
                | Q(is_paper_proof=False, receipt__isnull=False, paid_fen__isnull=False)
                | Q(is_paper_proof=True, receipt=None, paid_fen__isnull=False, channel="staff")
                & ~Q(receipt_no=""),
            ),
            models.CheckConstraint(
                name="case_of_a_member_or_a_walk_in",
                condition=Q(member__isnull=False, walk_in=None)
                | Q(member=None, walk_in__isnull=False, kind="complaint", channel="staff"),
            ),
            models.CheckConstraint(
                name="case_anonymity_known",
                condition=Q(kind="complaint", anonymity__in=[0, 1, 2])
                | Q(kind="tip_off", anonymity=2),
            ),
            models.CheckConstraint(
                name="case_entered_by_staff_or_shopper",
                condition=Q(channel="staff", entered_by__isnull=False)
                | Q(channel__in=["mini_program", "wechat_pay"], entered_by=None),
            ),
            models.CheckConstraint(
                name="case_merged_iff_into_another",
                condition=(Q(state="merged", merged_into__isnull=False) & ~Q(merged_into=F("pk")))
                | (~Q(state="merged") & Q(merged_into=None)),
            ),
            models.CheckConstraint(
                name="case_of_retaliation_iff_after_another",
                condition=Q(
                    category=RETALIATION,
                    kind="complaint",
                    retaliation_of__isnull=False,
                    receipt=None,
                    filing_slot=None,
                )
                | (~Q(category=RETALIATION) & Q(retaliation_of=None)),
            ),
            models.UniqueConstraint(
                fields=["retaliation_of"],
                name="case_one_open_of_retaliation",
                condition=Q(state__in=OPEN_NAMES),
            ),
            models.CheckConstraint(
                name="case_filing_slot_of_three",
                condition=Q(filing_slot=None)
                | Q(kind="complaint", filing_slot__gte=1, filing_slot__lte=MOST_OPEN_FILINGS),
            ),
            models.UniqueConstraint(
                fields=["member", "filing_slot"],
                name="case_filing_slot_of_one_open_case",
                condition=Q(state__in=OPEN_NAMES),
            ),
            models.UniqueConstraint(
                fields=["walk_in", "filing_slot"],
                name="case_filing_slot_of_one_open_walk_in_case",
                condition=Q(state__in=OPEN_NAMES),
            ),
            models.UniqueConstraint(
                fields=["store", "receipt_no"],
                name="case_one_open_per_paper_receipt",
                condition=Q(state__in=OPEN_NAMES, is_paper_proof=True),
            ),
            models.UniqueConstraint(
                fields=["member", "receipt"],
                name="case_one_open_per_purchase",
                condition=Q(state__in=OPEN_NAMES, receipt__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="case_by_member"),
            models.Index(fields=["store", "-id"], name="case_by_store"),
            models.Index(fields=["state", "next_due_at"], name="case_by_deadline"),
            models.Index(
                fields=["next_look_at"],
                name="case_timers_look_at",
                condition=Q(next_look_at__isnull=False),
            ),
            models.Index(
                fields=["windows_until"],
                name="case_by_window",
                condition=Q(windows_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """What people say and write: 投诉 TS00000012, 举报 JB00000012."""
        return f"{'TS' if self.kind == self.Kind.COMPLAINT else 'JB'}{self.pk:08}"

    @property
    def is_priority(self) -> bool:
        """Whether it stands at the top of the officers' queue."""
        return self.retaliation_of_id is not None

    @property
    def shopper(self) -> "Member":
        """The member whose case it is; of a walk-in there is none, and nobody asks."""
        assert self.member is not None, self.number
        return self.member

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_NAMES
