from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.merchants.fields import NameSearchField, NameSortField
from district.merchants.models.hours import WeeklyHours, weekly_hours_constraints

MOST_BAYS = 100_000
HEIGHT_RANGE_CM = (100, 1_000)
LONGEST_FLOOR_NAME, LONGEST_ZONE_NAME, LONGEST_ENTRANCE_NAME = 10, 20, 60
_PLACED = Q(
    latitude__isnull=False,
    longitude__isnull=False,
    latitude__range=(-90, 90),
    longitude__range=(-180, 180),
)
_HEIGHT_KNOWN = Q(height_limit_cm=None) | Q(height_limit_cm__range=HEIGHT_RANGE_CM)


class CarPark(models.Model):
    """A place where cars are left, run by a merchant: its operator.

    Its position is kept as it was given, with the system of its coordinates. `source` and `original_uid` say which
    record of an import it is. What parking costs its tariff says; `fee_note` is the operator's free text.
    """

    class CoordinateSystem(models.TextChoices):
        GCJ02 = "gcj02", "GCJ-02"
        WGS84 = "wgs84", "WGS-84"

    class State(models.TextChoices):
        OPEN = "open", _("启用")
        CLOSED = "closed", _("停用")

    public_id = PublicIdField("cpk", verbose_name=_("编号"))
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="car_parks", verbose_name=_("商户")
    )
    venue = models.ForeignKey(
        "merchants.Venue",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="car_parks",
        verbose_name=_("场所"),
    )
    name = models.CharField(_("名称"), max_length=80)
    name_key = NameSortField()
    search_key = NameSearchField()
    address = models.CharField(_("地址"), max_length=200, blank=True, default="")
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(
        _("经度"), max_digits=9, decimal_places=6, null=True, blank=True
    )
    coordinate_system = models.TextField(
        _("坐标系"), choices=CoordinateSystem, default=CoordinateSystem.GCJ02
    )
    height_limit_cm = models.PositiveSmallIntegerField(_("限高（厘米）"), null=True, blank=True)
    round_the_clock = models.BooleanField(_("24 小时开放"), default=False)
    operator_name = models.CharField(_("经营单位"), max_length=120, blank=True, default="")
    fee_note = models.CharField(_("收费说明"), max_length=500, blank=True, default="")
    # Who counts its cars; a feed of the same merchant (guarded by a foreign key of two columns).
    feed = models.ForeignKey(
        "parking.OccupancyFeed",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="car_parks",
        verbose_name=_("余位数据源"),
    )
    # By what it charges; a tariff of the same merchant, guarded in the same way.
    tariff = models.ForeignKey(
        "parking.Tariff",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="car_parks",
        verbose_name=_("收费标准"),
    )
    # Its counter, a store of the same merchant: without one it takes neither coupons nor points.
    store = models.ForeignKey(
        "merchants.Store",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="car_parks",
        verbose_name=_("收费门店"),
    )
    exit_grace_minutes = models.PositiveSmallIntegerField(_("付费后离场时限（分钟）"), default=15)
    # Its gates let cars out without payment in our name: what is left unpaid there is arrears.
    collects_arrears = models.BooleanField(_("离场后追缴"), default=False)
    source = models.CharField(_("导入来源"), max_length=40, blank=True, default="")
    original_uid = models.CharField(_("来源编号"), max_length=100, blank=True, default="")
    state = models.TextField(_("状态"), choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("停车场")
        constraints = [
            models.CheckConstraint(name="car_park_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="car_park_placed_on_earth_or_not_at_all",
                condition=Q(latitude=None, longitude=None) | _PLACED,
            ),
            models.CheckConstraint(
                name="car_park_coordinates_of_known_system",
                condition=Q(coordinate_system__in=["gcj02", "wgs84"]),
            ),
            models.CheckConstraint(
                name="car_park_exit_grace_in_bounds",
                condition=Q(exit_grace_minutes__range=(5, 120)),
            ),
            models.CheckConstraint(name="car_park_height_limit_plausible", condition=_HEIGHT_KNOWN),
            models.CheckConstraint(
                name="car_park_closed_iff_dated",
                condition=Q(state="open", closed_at=None)
                | Q(state="closed", closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="car_park_imported_with_its_number",
                condition=Q(source="", original_uid="") | ~Q(Q(source="") | Q(original_uid="")),
            ),
            models.UniqueConstraint(
                fields=["source", "original_uid"],
                name="car_park_once_in_its_source",
                condition=~Q(source=""),
            ),
        ]
        indexes = [models.Index("name_key", "public_id", name="car_park_by_name")]

    def __str__(self) -> str:
        return self.name


class CarParkHours(WeeklyHours):
    """When a car park lets cars in."""

    car_park = models.ForeignKey(
        CarPark, models.CASCADE, related_name="hours", verbose_name=_("停车场")
    )

    class Meta(WeeklyHours.Meta):
        abstract = False
        verbose_name = verbose_name_plural = _("停车场开放时间")
        constraints = weekly_hours_constraints("car_park", "car_park_hours")


class CarParkEntrance(models.Model):
    """Where cars drive in, out, or both; its coordinates are of the car park's system."""

    class Kind(models.TextChoices):
        IN = "in", _("入口")
        OUT = "out", _("出口")
        BOTH = "both", _("出入口")

    car_park = models.ForeignKey(
        CarPark, models.CASCADE, related_name="entrances", verbose_name=_("停车场")
    )
    name = models.CharField(_("名称"), max_length=LONGEST_ENTRANCE_NAME)
    kind = models.TextField(_("类型"), choices=Kind, default=Kind.BOTH)
    height_limit_cm = models.PositiveSmallIntegerField(_("限高（厘米）"), null=True, blank=True)
    latitude = models.DecimalField(_("纬度"), max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(
        _("经度"), max_digits=9, decimal_places=6, null=True, blank=True
    )

    class Meta:
        verbose_name = verbose_name_plural = _("出入口")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["car_park", "name"], name="entrance_named_once_in_its_car_park"
            ),
            models.CheckConstraint(
                name="entrance_named_and_of_known_kind",
                condition=Q(kind__in=["in", "out", "both"]) & ~Q(name=""),
            ),
            models.CheckConstraint(name="entrance_height_limit_plausible", condition=_HEIGHT_KNOWN),
            models.CheckConstraint(
                name="entrance_placed_on_earth_or_not_at_all",
                condition=Q(latitude=None, longitude=None) | _PLACED,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CarParkFloor(models.Model):
    """A level of a car park, from the lowest up."""

    car_park = models.ForeignKey(
        CarPark, models.CASCADE, related_name="floors", verbose_name=_("停车场")
    )
    name = models.CharField(_("楼层"), max_length=LONGEST_FLOOR_NAME)
    sort = models.PositiveSmallIntegerField(_("排序"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("停车楼层")
        ordering = ["sort", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["car_park", "name"], name="floor_named_once_in_its_car_park"
            ),
            models.CheckConstraint(name="floor_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class CarParkZone(models.Model):
    """A part of a floor, as it is written on its pillars."""

    floor = models.ForeignKey(
        CarParkFloor, models.CASCADE, related_name="zones", verbose_name=_("楼层")
    )
    name = models.CharField(_("区域"), max_length=LONGEST_ZONE_NAME)

    class Meta:
        verbose_name = verbose_name_plural = _("停车区域")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["floor", "name"], name="zone_named_once_on_its_floor"),
            models.CheckConstraint(name="zone_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class Pool(models.Model):
    """The bays of one class of a car park, which are counted together.

    Of its `capacity` bays at most `reservable_capacity` are promised ahead; the rest is for who simply comes.
    """

    class BayClass(models.TextChoices):
        STANDARD = "standard", _("普通车位")
        EV = "ev", _("充电车位")
        ACCESSIBLE = "accessible", _("无障碍车位")
        FAMILY = "family", _("亲子车位")
        LARGE = "large", _("大型车位")

    public_id = PublicIdField("pol", verbose_name=_("编号"))
    car_park = models.ForeignKey(
        CarPark, models.PROTECT, related_name="pools", verbose_name=_("停车场")
    )
    bay_class = models.TextField(_("车位类型"), choices=BayClass)
    capacity = models.IntegerField(_("车位数"))
    reservable_capacity = models.IntegerField(_("可预约车位数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("车位池")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["car_park", "bay_class"], name="pool_one_per_class_of_a_car_park"
            ),
            models.CheckConstraint(
                name="pool_of_known_class",
                condition=Q(bay_class__in=["standard", "ev", "accessible", "family", "large"]),
            ),
            models.CheckConstraint(
                name="pool_capacity_in_bounds", condition=Q(capacity__range=(0, MOST_BAYS))
            ),
            models.CheckConstraint(
                name="pool_reservable_within_capacity",
                condition=Q(reservable_capacity__gte=0, reservable_capacity__lte=F("capacity")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.car_park} {self.get_bay_class_display()}"
