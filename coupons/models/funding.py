from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coupons.models.template import TemplateVersion


class TemplateFunding(models.Model):
    """Who pays of each discount, in basis points; without a party the merchant that redeems. A
    merchant's coupon names who bears all of it; the rest of a platform coupon is the alliance's."""

    version = models.ForeignKey(TemplateVersion, models.CASCADE, related_name="funding")
    party = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("承担方"),
        help_text=_("留空为核销商户"),
    )
    bp = models.IntegerField(_("承担比例（万分比）"))

    class Meta:
        verbose_name = verbose_name_plural = _("成本分摊")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party"], name="funding_once_per_party", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="funding_part_of_the_whole", condition=Q(bp__gt=0, bp__lte=10_000)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party_id or 'redeemer'}: {self.bp}"
