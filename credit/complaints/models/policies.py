from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ComplaintPolicy(models.Model):
    """The terms of complaints from a day on, as `machine.policy` reads them; before the first row its defaults hold.

    A row that is in force stands; one whose day is still to come may be withdrawn.
    """

    version = models.TextField(_("版本"))
    effective_from = models.DateField(_("生效日期"))
    document = models.JSONField(_("内容"))
    reason = models.TextField(_("依据"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        verbose_name=_("发布人"),
    )
    published_at = models.DateTimeField(_("发布时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("投诉办理规则")
        constraints = [
            models.UniqueConstraint(fields=["version"], name="complaint_policy_version_once"),
            models.UniqueConstraint(fields=["effective_from"], name="complaint_policy_one_a_day"),
            models.CheckConstraint(
                name="complaint_policy_named",
                condition=Q(version__regex=r"^[0-9A-Za-z._-]{1,40}$") & ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.version
