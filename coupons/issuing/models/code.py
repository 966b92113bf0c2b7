from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coupons.issuing.job_limits import MOST_ROWS
from district.kernel.database.ids import PublicIdField


class CodeBatch(models.Model):
    """A file of third-party codes as it was brought: what was taken, and which lines were not."""

    public_id = PublicIdField("cdb", verbose_name=_("批次编号"))
    version = models.ForeignKey(
        "coupons.TemplateVersion", models.PROTECT, related_name="+", verbose_name=_("券模板")
    )
    name = models.CharField(_("名称"), max_length=60)
    total = models.IntegerField(_("总行数"))
    imported = models.IntegerField(_("已导入"))
    repeated_lines = ArrayField(models.IntegerField(), verbose_name=_("重复的行"), default=list)
    refused_lines = ArrayField(models.IntegerField(), verbose_name=_("有误的行"), default=list)
    made_by = models.ForeignKey(
        "members.User", models.PROTECT, related_name="+", verbose_name=_("导入人")
    )
    made_at = models.DateTimeField(_("导入时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("券码批次")
        constraints = [
            models.CheckConstraint(
                name="code_batch_within_its_limits",
                condition=Q(
                    total__gte=1,
                    total__lte=MOST_ROWS,
                    imported__gte=0,
                    imported__lte=F("total"),
                )
                & ~Q(name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ImportedCode(models.Model):
    """A code somebody else sold, good for one coupon. Only a keyed hash of it is kept, and its end, by
    which a person in the back office knows it again."""

    version = models.ForeignKey(
        "coupons.TemplateVersion", models.PROTECT, related_name="+", verbose_name=_("券模板")
    )
    batch = models.ForeignKey(
        CodeBatch, models.PROTECT, related_name="codes", verbose_name=_("券码批次")
    )
    code_hash = models.BinaryField(_("券码摘要"), max_length=32, editable=False)
    last4 = models.CharField(_("券码末四位"), max_length=4)
    coupon = models.OneToOneField(
        "coupons.Coupon",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="imported_code",
        verbose_name=_("优惠券"),
    )
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("导入券码")
        constraints = [
            models.UniqueConstraint(fields=["code_hash"], name="imported_code_known_once"),
            models.CheckConstraint(
                name="imported_code_used_for_a_coupon",
                condition=Q(coupon=None, used_at=None)
                | Q(coupon__isnull=False, used_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.last4}"
