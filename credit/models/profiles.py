"""What a merchant's profile shows: its licence as verified, and what else was checked."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Licence(models.Model):
    """A business licence as somebody verified it; append-only, the one verified last counts."""

    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="licences", verbose_name=_("商户")
    )
    number = models.CharField(_("执照编号"), max_length=40)
    valid_from = models.DateField(_("有效期自"))
    valid_until = models.DateField(
        _("有效期至"), null=True, blank=True, help_text=_("含当日；长期有效留空")
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("核验人"),
    )
    verified_at = models.DateTimeField(_("核验时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("执照核验")
        constraints = [
            models.CheckConstraint(name="licence_numbered", condition=~Q(number="")),
            models.CheckConstraint(
                name="licence_ends_after_it_begins",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
        ]
        indexes = [
            models.Index(fields=["merchant", "-verified_at"], name="licence_latest_of_merchant")
        ]

    def __str__(self) -> str:
        return self.number


class ProfileEntry(models.Model):
    """What an operator found of an item of the profile; append-only, the latest counts, an empty one is nothing."""

    class Item(models.TextChoices):
        ADDRESS = "address", _("经营地址")
        PRICE_POLICY = "price_policy", _("退换与价格说明")
        RESPONSIBLE_PERSON = "responsible_person", _("负责人")
        COMPLAINT_CONTACT = "complaint_contact", _("投诉联系方式")

    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="profile_entries", verbose_name=_("商户")
    )
    item = models.TextField(_("项目"), choices=Item)
    content = models.CharField(
        _("公示内容"), max_length=500, blank=True, default="", help_text=_("留空表示不再公示")
    )
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("核实人"),
    )
    noted_at = models.DateTimeField(_("核实时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("公示资料")
        constraints = [
            models.CheckConstraint(
                name="profile_entry_of_a_known_item",
                condition=Q(
                    item__in=["address", "price_policy", "responsible_person", "complaint_contact"]
                ),
            )
        ]
        indexes = [
            models.Index(fields=["merchant", "item", "-noted_at"], name="profile_latest_of_item")
        ]

    def __str__(self) -> str:
        return self.get_item_display()
