from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class CarParkImport(models.Model):
    """A file of car parks that was read into the register, and what became of its records.

    `problems` lists each record that was not taken: `[{"place", "uid", "field", "problem"}]`, place from 1.
    """

    public_id = PublicIdField("cim", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    source = models.CharField(_("导入来源"), max_length=40)
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
    created = models.IntegerField(_("新增"))
    updated = models.IntegerField(_("更新"))
    unchanged = models.IntegerField(_("未变"))
    refused = models.IntegerField(_("未导入"))
    problems = models.JSONField(_("问题"), default=list)

    class Meta:
        verbose_name = verbose_name_plural = _("停车场导入")
        constraints = [
            models.CheckConstraint(
                name="car_park_import_counts",
                condition=Q(created__gte=0, updated__gte=0, unchanged__gte=0, refused__gte=0)
                & ~Q(source=""),
            )
        ]

    def __str__(self) -> str:
        return self.public_id
