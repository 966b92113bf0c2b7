from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.four_eyes import Proposal, four_eyes_constraints


class ComplaintPolicy(Proposal):
    """The terms of complaints from a day on, as `machine.policy` reads them; before the first that was announced its
    defaults hold.

    One person proposes a row and another one approves it, before its day; what is announced may be withdrawn until
    then. Only its decision and its withdrawal are ever written after it.
    """

    version = models.TextField(_("版本"))
    effective_from = models.DateField(_("生效日期"))
    document = models.JSONField(_("内容"))
    reason = models.TextField(_("依据"))
    withdrawn_at = models.DateTimeField(_("撤回时间"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("撤回人"),
    )
    withdrawn_for = models.TextField(_("撤回原因"), blank=True, default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = _("投诉办理规则")
        constraints = [
            *four_eyes_constraints("complaint_policy"),
            models.UniqueConstraint(
                fields=["version"],
                name="complaint_policy_version_once",
                condition=Q(state__in=["proposed", "approved"]),
            ),
            models.UniqueConstraint(
                fields=["effective_from"],
                name="complaint_policy_one_a_day",
                condition=Q(state="approved", withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="complaint_policy_named",
                condition=Q(version__regex=r"^[0-9A-Za-z._-]{1,40}$") & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="complaint_policy_withdrawn_with_a_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_for="")
                | Q(state="approved", withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawn_for=""),
            ),
        ]

    def __str__(self) -> str:
        return self.version
