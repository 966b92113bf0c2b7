from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from district.kernel.models.attempts import RetriedWork


class OutboxRow(RetriedWork):
    """A fact for the apps above: written in the transaction that made it true, delivered at least once."""

    name = models.TextField(_("事件"))
    payload = models.JSONField(_("内容"))
    created_at = models.DateTimeField(_("发生时间"), db_default=Now())
    completed_handlers = ArrayField(models.TextField(), db_default=[], verbose_name=_("已送达"))
    delivered_at = models.DateTimeField(_("送达时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("事件")
        constraints = [
            models.CheckConstraint(
                name="outbox_delivered_or_set_aside",
                condition=Q(delivered_at=None) | Q(set_aside_at=None),
            )
        ]
        # Waiting rows and those set aside; what was delivered leaves it.
        indexes = [
            models.Index(fields=["id"], name="outbox_undelivered", condition=Q(delivered_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"
