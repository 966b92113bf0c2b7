from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.models.case_file import CaseFile
from credit.complaints.texts import CASE_WISHES, FILING_CATEGORIES
from district.kernel.database.ids import PublicIdField

MOST_DRAFTS = 5


class ComplaintDraft(models.Model):
    """A complaint that a shopper is still writing: anything may be missing. Filed once, it keeps the case alone.

    `slot` counts the drafts of a shopper, 1 to 5; one that came from a member who was merged has none.
    """

    public_id = PublicIdField("dft", verbose_name=_("编号"))
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("会员")
    )
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("门店"),
    )
    category = models.TextField(_("类别"), choices=FILING_CATEGORIES, blank=True, default="")
    wish = models.TextField(_("诉求"), choices=CASE_WISHES, blank=True, default="")
    amount_fen = models.BigIntegerField(_("涉及金额（分）"), default=0)
    receipt_no = models.TextField(_("小票号"), blank=True, default="")
    anonymity = models.SmallIntegerField(
        _("匿名级别"), choices=CaseFile.Anonymity, default=CaseFile.Anonymity.NAMED
    )
    description = models.TextField(_("内容"), blank=True, default="")
    evidence = models.JSONField(_("证据"), default=list)
    slot = models.SmallIntegerField(_("名额"), null=True, blank=True)
    saved_at = models.DateTimeField(_("保存时间"))
    expires_at = models.DateTimeField(_("到期时间"))
    case = models.OneToOneField(
        CaseFile,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="draft",
        verbose_name=_("案件"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("投诉草稿")
        constraints = [
            models.CheckConstraint(
                name="draft_slot_of_five",
                condition=Q(slot=None) | Q(slot__gte=1, slot__lte=MOST_DRAFTS),
            ),
            models.UniqueConstraint(
                fields=["member", "slot"], name="draft_slot_of_one_draft", condition=Q(case=None)
            ),
            models.CheckConstraint(
                name="draft_filed_keeps_no_text",
                condition=Q(case=None) | Q(description="", receipt_no="", evidence=[], slot=None),
            ),
            models.CheckConstraint(
                name="draft_amount_and_end_valid",
                condition=Q(
                    amount_fen__gte=0, anonymity__in=[0, 1, 2], expires_at__gt=F("saved_at")
                ),
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="draft_by_end")]

    def __str__(self) -> str:
        return self.public_id
