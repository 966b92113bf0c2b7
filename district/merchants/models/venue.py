from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.merchants.fields import NameSearchField, NameSortField


class Venue(models.Model):
    """A mall, a street or a complex: where stores have their address."""

    class Kind(models.TextChoices):
        MALL = "mall", _("商场")
        STREET = "street", _("街区")
        COMPLEX = "complex", _("综合体")

    public_id = PublicIdField("ven", verbose_name=_("编号"))
    kind = models.TextField(_("类型"), choices=Kind)
    name = models.CharField(_("名称"), max_length=80)
    name_key = NameSortField()
    search_key = NameSearchField()
    address = models.CharField(_("地址"), max_length=200)
    floors = ArrayField(
        models.CharField(max_length=10),
        default=list,
        blank=True,
        verbose_name=_("楼层"),
        help_text=_("自下而上，如 B1,1F,2F；街区留空"),
    )
    latitude = models.DecimalField(
        _("纬度"), max_digits=9, decimal_places=6, null=True, blank=True, help_text="GCJ-02"
    )
    longitude = models.DecimalField(
        _("经度"), max_digits=9, decimal_places=6, null=True, blank=True, help_text="GCJ-02"
    )

    class Meta:
        verbose_name = verbose_name_plural = _("场所")
        constraints = [
            models.CheckConstraint(name="venue_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="venue_of_known_kind", condition=Q(kind__in=["mall", "street", "complex"])
            ),
            models.CheckConstraint(name="venue_floors_named", condition=~Q(floors__contains=[""])),
            models.CheckConstraint(
                name="venue_placed_on_earth_or_not_at_all",
                condition=Q(latitude=None, longitude=None)
                | Q(
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
            ),
        ]
        indexes = [models.Index("name_key", "public_id", name="venue_by_name")]

    def __str__(self) -> str:
        return self.name
