"""An umbrella that a store lent to a member."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class Loan(models.Model):
    """One umbrella from its store to a member and back."""

    class Kind(models.TextChoices):
        LONG = "long", _("长柄伞")
        FOLDING = "folding", _("折叠伞")

    public_id = PublicIdField("umb", verbose_name=_("借伞编号"))
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="+", verbose_name=_("门店")
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name=_("会员")
    )
    umbrella_no = models.CharField(_("伞号"), max_length=40)
    kind = models.CharField(_("种类"), max_length=8, choices=Kind.choices)
    lent_at = models.DateTimeField(_("借出时间"))
    returned_at = models.DateTimeField(_("归还时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("借伞记录")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "umbrella_no"],
                name="umbrella_lent_once_at_a_time",
                condition=Q(returned_at=None),
            )
        ]

    def __str__(self) -> str:
        return self.public_id
