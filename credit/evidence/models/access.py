from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from credit.evidence.models.evidence_file import EvidenceFile


class EvidenceAccess(models.Model):
    """Somebody was given the content of a file: append-only. Nobody in `by` is WeChat's content check."""

    class Purpose(models.TextChoices):
        VIEW = "view", _("查看")
        CONTENT_CHECK = "content_check", _("微信内容检测")

    file = models.ForeignKey(
        EvidenceFile, models.PROTECT, related_name="accesses", verbose_name=_("证据文件")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("查看人"),
    )
    purpose = models.TextField(_("用途"), choices=Purpose)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("证据查看记录")
        constraints = [
            models.CheckConstraint(
                name="evidence_access_by_somebody",
                condition=Q(purpose="view", by__isnull=False) | Q(purpose="content_check", by=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.at}"
