from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RemedyDebtVersion(models.Model):
    """Whether a merchant owes what somebody paid in its place for a complaint, as it was known from `recorded_at` on.

    Append-only; of a debt the highest version recorded by an instant is what counts then. While a debt is owed the
    merchant has an unpaid decision; once none of a case is, its missed remedy is made good.
    """

    reference = models.CharField(_("垫付编号"), max_length=40)
    version = models.PositiveIntegerField(_("版本"))
    case = models.CharField(_("投诉编号"), max_length=40)
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    is_owed = models.BooleanField(_("尚未偿还"))
    recorded_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("垫付未还")
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "version"], name="remedy_debt_version_once"
            ),
            models.CheckConstraint(
                name="remedy_debt_versions_from_one",
                condition=Q(version__gte=1) & ~Q(reference="") & ~Q(case=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.version}"
