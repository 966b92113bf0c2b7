"""What a member says and an operator decides."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class DecidedClaim(models.Model):
    """What the member wrote; who decided when, and why. Each kind has its own states."""

    statement = models.CharField(_("说明"), max_length=300)
    decided_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )
    note = models.CharField(_("处理说明"), max_length=300, blank=True, default="")

    class Meta:
        abstract = True
