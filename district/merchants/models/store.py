from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.merchants.fields import NameSearchField, NameSortField


class Store(models.Model):
    """A counter with an address: what shoppers find and tills stand in."""

    class State(models.TextChoices):
        OPEN = "open", _("营业")
        CLOSED = "closed", _("闭店")

    public_id = PublicIdField("str", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="stores", verbose_name=_("商户")
    )
    venue = models.ForeignKey(
        "merchants.Venue", models.PROTECT, related_name="stores", verbose_name=_("场所")
    )
    trade = models.ForeignKey(
        "merchants.Trade", models.PROTECT, related_name="stores", verbose_name=_("业态")
    )
    name = models.CharField(_("名称"), max_length=80)
    name_key = NameSortField()
    search_key = NameSearchField()
    floor = models.CharField(_("楼层"), max_length=10, blank=True, default="")
    unit_no = models.CharField(_("铺位号"), max_length=20, blank=True, default="")
    phone = models.CharField(_("门店电话"), max_length=30, blank=True, default="")
    intro = models.CharField(_("简介"), max_length=500, blank=True, default="")
    round_the_clock = models.BooleanField(_("24 小时营业"), default=False)
    state = models.TextField(_("状态"), choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(_("闭店时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("门店")
        constraints = [
            models.CheckConstraint(name="store_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="store_closed_iff_dated",
                condition=Q(state="open", closed_at=None)
                | Q(state="closed", closed_at__isnull=False),
            ),
            # What the constraints of tills and clerks refer to: a store together with its merchant.
            models.UniqueConstraint(fields=["id", "merchant"], name="store_of_one_merchant"),
        ]
        indexes = [models.Index("name_key", "public_id", name="store_by_name")]

    def __str__(self) -> str:
        return self.name
