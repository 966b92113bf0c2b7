from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ShopNumber(models.Model):
    """Which store is meant by a number that was typed at WeChat, as a person decided."""

    shop_number = models.TextField(_("门店编号"))
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="+", verbose_name=_("门店")
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("操作者")
    )
    assigned_at = models.DateTimeField(_("对应时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("门店编号")
        constraints = [
            models.UniqueConstraint("shop_number", name="shop_number_of_one_store"),
            models.CheckConstraint(name="shop_number_not_empty", condition=~Q(shop_number="")),
        ]

    def __str__(self) -> str:
        return self.shop_number
