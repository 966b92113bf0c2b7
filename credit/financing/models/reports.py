"""Reports as they were signed, and who has read them."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.merchants.models.expressions import id_range


class ReportStatus(models.TextChoices):
    """What verification says; the first that applies."""

    UNKNOWN = "unknown", _("没有这份报告")
    ALTERED = "altered", _("内容与原报告不符")
    REVOKED = "revoked", _("已由商户撤销")
    EXPIRED = "expired", _("已过期")
    VALID = "valid", _("有效")


_LIVE = Func(F("issued_at"), Coalesce("revoked_at", "expires_at"), function="tstzrange")


class FinancingReport(models.Model):
    """A frozen report: `text` is the canonical JSON that was signed, byte by byte. Only its revocation is added later."""

    public_id = PublicIdField("frp", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    institution = models.ForeignKey(
        "financing.PartnerInstitution",
        models.PROTECT,
        related_name="reports",
        verbose_name=_("机构"),
    )
    purpose = models.CharField(_("用途"), max_length=100)
    consent = models.CharField(_("授权内容"), max_length=500)
    with_transactions = models.BooleanField(_("含交易汇总"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("授权人")
    )
    issued_at = models.DateTimeField(_("出具时间"))
    # Exclusive.
    expires_at = models.DateTimeField(_("有效期至"))
    text = models.TextField(_("内容"))
    digest = models.CharField(_("摘要"), max_length=64)
    key_version = models.PositiveSmallIntegerField(_("签名密钥"))
    signature = models.CharField(_("签名"), max_length=88)
    revoked_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("撤销人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("融资诚信报告")
        constraints = [
            ExclusionConstraint(
                name="financing_report_one_live",
                expressions=[
                    (id_range("merchant"), RangeOperators.OVERLAPS),
                    (id_range("institution"), RangeOperators.OVERLAPS),
                    (_LIVE, RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="financing_report_expires",
                condition=Q(expires_at__gt=F("issued_at")) & ~Q(purpose="") & ~Q(consent=""),
            ),
            models.CheckConstraint(
                name="financing_report_revoked_while_it_lived",
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False)
                & Q(revoked_at__gte=F("issued_at"), revoked_at__lt=F("expires_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class ReportView(models.Model):
    """The institution read the report, once more; append-only."""

    report = models.ForeignKey(
        FinancingReport, models.PROTECT, related_name="views", verbose_name=_("报告")
    )
    viewed_at = models.DateTimeField(_("查看时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("报告查看记录")

    def __str__(self) -> str:
        return str(self.pk)
