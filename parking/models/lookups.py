from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PlateLookup(models.Model):
    """A person of the staff saw a plate in full or searched for one: who, when, why, and what was found.

    What was searched for stands here by its keyed hash only. Never changed; deleted after a year.
    """

    class Kind(models.TextChoices):
        SEARCH = "search", _("按车牌查找")
        REVEAL = "reveal", _("查看完整车牌")

    kind = models.TextField(_("方式"), choices=Kind)
    # Whose car parks it was about; none for a search by the district's operator.
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("商户"),
    )
    looked_up_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("查询人")
    )
    looked_up_at = models.DateTimeField(_("查询时间"))
    reason = models.CharField(_("事由"), max_length=200)
    plate_hash = models.BinaryField(_("车牌摘要"))
    stay = models.ForeignKey(
        "parking.Stay",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lookups",
        verbose_name=_("停车记录"),
    )
    found = models.PositiveIntegerField(_("结果数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("车牌查询记录")
        constraints = [
            models.CheckConstraint(name="plate_lookup_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="plate_lookup_of_a_stay_iff_it_was_revealed",
                condition=Q(kind="search", stay=None) | Q(kind="reveal", stay__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-id"], name="plate_lookup_by_merchant"),
            models.Index(fields=["looked_up_at"], name="plate_lookup_to_purge"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
