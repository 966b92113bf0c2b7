"""Public and charter records: what an authority or the alliance has determined, and what became of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.score.values import PenaltyLevel
from district.kernel.database.ids import PublicIdField
from district.kernel.four_eyes import Proposal, four_eyes_constraints


class RecordLevel(models.TextChoices):
    MINOR = PenaltyLevel.MINOR.value, _("轻微")
    GENERAL = PenaltyLevel.GENERAL.value, _("一般")
    SERIOUS = PenaltyLevel.SERIOUS.value, _("严重")


class CreditRecord(models.Model):
    """A record by the number of its document; what it says stands in its versions."""

    class Source(models.TextChoices):
        PUBLIC = "public", _("行政公示")
        CHARTER = "charter", _("联盟公约")

    public_id = PublicIdField("rec", verbose_name=_("编号"))
    source = models.TextField(_("来源"), choices=Source)
    number = models.CharField(_("文号"), max_length=80)
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="credit_records", verbose_name=_("商户")
    )
    recorded_at = models.DateTimeField(_("登记时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("失信记录")
        constraints = [
            models.UniqueConstraint(fields=["source", "number"], name="record_once_per_number"),
            models.CheckConstraint(
                name="record_of_a_known_source",
                condition=Q(source__in=["public", "charter"]) & ~Q(number=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class RecordVersion(models.Model):
    """A record as it was known from `recorded_at` on; append-only, the highest number counts.

    A repaired record costs nothing and is not shown; one that its authority withdrew neither.
    """

    class State(models.TextChoices):
        DISPLAYED = "displayed", _("公示中")
        REPAIRED = "repaired", _("已修复")
        WITHDRAWN = "withdrawn", _("已停止公示")

    record = models.ForeignKey(
        CreditRecord, models.PROTECT, related_name="versions", verbose_name=_("记录")
    )
    number = models.PositiveIntegerField(_("版本"))
    level = models.TextField(_("等级"), choices=RecordLevel)
    determined_on = models.DateField(_("认定日期"))
    authority = models.CharField(_("认定机关"), max_length=80)
    title = models.CharField(_("事由"), max_length=200)
    state = models.TextField(_("状态"), choices=State)
    repaired_on = models.DateField(_("修复日期"), null=True, blank=True)
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("失信记录版本")
        constraints = [
            models.UniqueConstraint(fields=["record", "number"], name="record_version_once"),
            models.CheckConstraint(
                name="record_version_numbered_from_one", condition=Q(number__gte=1)
            ),
            models.CheckConstraint(
                name="record_of_a_known_level",
                condition=Q(level__in=["minor", "general", "serious"]),
            ),
            models.CheckConstraint(
                name="record_repaired_iff_dated",
                condition=Q(state__in=["displayed", "withdrawn"], repaired_on=None)
                | Q(
                    state="repaired",
                    repaired_on__isnull=False,
                    repaired_on__gt=models.F("determined_on"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} · {self.number}"


class RecordImport(models.Model):
    """A file of public records that was read, and what became of its rows.

    `problems` lists the rows that were not taken: `[{"line", "number", "problem"}]`, line from 1.
    """

    digest = models.BinaryField(_("文件摘要"))
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("导入人"),
    )
    imported_at = models.DateTimeField(_("导入时间"))
    created = models.PositiveIntegerField(_("新增"))
    updated = models.PositiveIntegerField(_("更新"))
    unchanged = models.PositiveIntegerField(_("未变"))
    refused = models.PositiveIntegerField(_("未导入"))
    problems = models.JSONField(_("问题"), default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("公示记录导入")

    def __str__(self) -> str:
        return str(self.pk)


class CharterRecordProposal(Proposal):
    """A breach of the alliance's charter that one person proposes to record, and another one decides."""

    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    level = models.TextField(_("等级"), choices=RecordLevel)
    determined_on = models.DateField(_("认定日期"))
    title = models.CharField(_("事由与公约条款"), max_length=200)
    record = models.OneToOneField(
        CreditRecord,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="proposal",
        verbose_name=_("记录"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("公约记录申请")
        constraints = [
            *four_eyes_constraints(
                "charter_record", approved=Q(record__isnull=False), otherwise=Q(record=None)
            )
        ]

    def __str__(self) -> str:
        return self.title


class RecordRepair(Proposal):
    """A merchant asks that a charter record be repaired: what was put right, and its pledge."""

    record = models.ForeignKey(
        CreditRecord, models.PROTECT, related_name="repairs", verbose_name=_("记录")
    )
    remedy = models.CharField(_("整改情况"), max_length=500)
    pledge = models.CharField(_("信用承诺"), max_length=500)
    due_at = models.DateTimeField(_("应于此前办结"))

    class Meta:
        verbose_name = verbose_name_plural = _("信用修复申请")
        constraints = [
            *four_eyes_constraints("record_repair"),
            models.UniqueConstraint(
                fields=["record"],
                name="record_repair_one_open_or_granted",
                condition=Q(state__in=["proposed", "approved"]),
            ),
            models.CheckConstraint(
                name="record_repair_with_remedy_and_pledge",
                condition=~Q(remedy="") & ~Q(pledge=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.record)
