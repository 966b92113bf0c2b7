"""What is kept beside a case's history: pressure that was felt, consent to mediation, files that were handed out."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from credit.complaints.models.case_file import CaseFile
from credit.complaints.texts import CASE_ACTORS
from district.kernel.database.ids import PublicIdField

STORY_DELAY = timedelta(days=30)


class WithdrawalCheck(models.Model):
    """A shopper gave a case up after the merchant had been in touch: an officer asks whether there was pressure."""

    class State(models.TextChoices):
        OPEN = "open", _("待核实")
        FREE = "free", _("自愿撤回")
        PRESSURE = "pressure", _("受到压力")

    case = models.ForeignKey(
        CaseFile, models.PROTECT, related_name="withdrawal_checks", verbose_name=_("案件")
    )
    # The number of the withdrawal among the events of the case.
    seq = models.IntegerField(_("事件序号"))
    opened_at = models.DateTimeField(_("提出时间"))
    state = models.TextField(_("结论"), choices=State, default=State.OPEN)
    note = models.TextField(_("核实情况"), blank=True, default="")
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("核实人"),
    )
    checked_at = models.DateTimeField(_("核实时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("撤回核实")
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="withdrawal_checked_once"),
            models.CheckConstraint(
                name="withdrawal_checked_by_a_person",
                condition=Q(state="open", checked_by=None, checked_at=None)
                | (
                    Q(state__in=["free", "pressure"])
                    & Q(checked_by__isnull=False, checked_at__isnull=False)
                    & ~Q(note="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} #{self.seq}"


class MediationConsent(models.Model):
    """Whether a side takes part in mediation, as it said once in a case; a refusal is for the officer to act on."""

    case = models.ForeignKey(
        CaseFile, models.PROTECT, db_index=False, related_name="consents", verbose_name=_("案件")
    )
    side = models.TextField(_("一方"), choices=CASE_ACTORS[:2])
    agrees = models.BooleanField(_("同意调解"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("表态人"),
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
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("调解意愿")
        constraints = [
            models.UniqueConstraint(fields=["case", "side"], name="mediation_consent_once"),
            models.CheckConstraint(
                name="mediation_consent_of_a_side",
                condition=Q(side="shopper", by__isnull=False, till=None)
                | Q(side="merchant", by__isnull=False, till=None)
                | Q(side="merchant", by=None, till__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.get_side_display()}"


class CaseBundle(models.Model):
    """The file of a case that was made for somebody: with `made_at` and what the case had then it can be made again.

    `sha256` is that of the zip; a note that was erased since makes another one.
    """

    class Purpose(models.TextChoices):
        SHOPPER = "shopper", _("消费者下载")
        OFFICER = "officer", _("工作人员导出")
        TRANSFER = "transfer", _("移送")

    public_id = PublicIdField("bdl", verbose_name=_("编号"))
    case = models.ForeignKey(
        CaseFile, models.PROTECT, related_name="bundles", verbose_name=_("案件")
    )
    purpose = models.TextField(_("用途"), choices=Purpose)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("导出人")
    )
    made_at = models.DateTimeField(_("制作时间"))
    seq = models.IntegerField(_("事件数"))
    head = models.TextField(_("末条哈希"))
    sha256 = models.TextField(_("文件摘要"))
    size_bytes = models.IntegerField(_("字节数"))

    class Meta:
        verbose_name = verbose_name_plural = _("案卷导出")
        constraints = [
            models.CheckConstraint(
                name="case_bundle_has_a_digest",
                condition=Q(sha256__regex="^[0-9a-f]{64}$", size_bytes__gte=1, seq__gte=1),
            ),
            models.UniqueConstraint(
                fields=["case"],
                name="case_bundle_one_for_the_transfer",
                condition=Q(purpose="transfer"),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class CaseStory(models.Model):
    """What may be read in public of a closed case: with the shopper's consent, thirty days after the end, written by
    an officer without names. `closed_at` is the end it is about; a case that is open again has no story."""

    case = models.OneToOneField(
        CaseFile, models.PROTECT, related_name="story", verbose_name=_("案件")
    )
    public_id = PublicIdField("sto", verbose_name=_("编号"))
    agreed_at = models.DateTimeField(_("同意时间"))
    revoked_at = models.DateTimeField(_("收回同意时间"), null=True, blank=True)
    title = models.TextField(_("标题"), blank=True, default="")
    text = models.TextField(_("内容"), blank=True, default="")
    closed_at = models.DateTimeField(_("结案时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("审核人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("维权故事")
        constraints = [
            models.CheckConstraint(
                name="case_story_public_thirty_days_after_the_end",
                condition=Q(published_at=None, published_by=None, closed_at=None)
                | Q(
                    published_by__isnull=False,
                    published_at__isnull=False,
                    closed_at__isnull=False,
                    published_at__gte=F("closed_at") + STORY_DELAY,
                ),
            ),
            models.CheckConstraint(
                name="case_story_public_with_consent_and_words",
                condition=Q(published_at=None) | (Q(revoked_at=None) & ~Q(text="") & ~Q(title="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.public_id
