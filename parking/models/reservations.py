from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Field, Func, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.merchants.models.expressions import id_range
from parking.models.register import CarPark, Pool

OPEN_STATES = ["held", "confirmed", "arrived"]
MOST_DEPOSIT_FEN = 100_000
_PERIOD = Func(F("starts_at"), F("ends_at"), function="tstzrange", output_field=Field())


class ReservationPolicy(models.Model):
    """On what terms a car park is reserved; without a row it is not. A reservation keeps the terms it was made on."""

    car_park = models.OneToOneField(
        CarPark,
        models.PROTECT,
        primary_key=True,
        related_name="reservation_policy",
        verbose_name=_("停车场"),
    )
    deposit_fen = models.IntegerField(_("预约定金（分）"), default=0)
    hold_minutes = models.PositiveSmallIntegerField(_("占位时长（分钟）"), default=10)
    early_minutes = models.PositiveSmallIntegerField(_("可提前入场（分钟）"), default=30)
    late_minutes = models.PositiveSmallIntegerField(_("迟到保留（分钟）"), default=30)
    free_cancel_minutes = models.PositiveSmallIntegerField(_("免费取消提前（分钟）"), default=30)
    longest_minutes = models.PositiveSmallIntegerField(_("最长预约（分钟）"), default=720)
    days_ahead = models.PositiveSmallIntegerField(_("可提前预约（天）"), default=14)

    class Meta:
        verbose_name = verbose_name_plural = _("预约规则")
        constraints = [
            models.CheckConstraint(
                name="reservation_policy_in_bounds",
                condition=Q(
                    deposit_fen__range=(0, MOST_DEPOSIT_FEN),
                    hold_minutes__range=(3, 60),
                    early_minutes__range=(0, 240),
                    late_minutes__range=(5, 240),
                    free_cancel_minutes__range=(0, 2_880),
                    longest_minutes__range=(15, 1_440),
                    days_ahead__range=(1, 29),
                ),
            )
        ]

    def __str__(self) -> str:
        return str(self.car_park)


class PoolSlot(models.Model):
    """A quarter of an hour of a pool: how many reservations it takes and how many hold it.

    Who changes several of them locks them in the order of pools and instants. `over_by` is how many more are held
    than the pool now has reservable, after it became smaller; each release works it off.
    """

    pool = models.ForeignKey(
        Pool, models.PROTECT, related_name="slots", db_index=False, verbose_name=_("车位池")
    )
    starts_at = models.DateTimeField(_("时段开始"))
    capacity = models.IntegerField(_("可预约"))
    reserved = models.IntegerField(_("已预约"), default=0)
    over_by = models.IntegerField(_("超出"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("预约时段")
        constraints = [
            models.UniqueConstraint(fields=["pool", "starts_at"], name="slot_once_in_its_pool"),
            models.CheckConstraint(
                name="slot_never_overbooked",
                condition=Q(reserved__gte=0, reserved__lte=F("capacity")),
            ),
            models.CheckConstraint(
                name="slot_over_only_while_full",
                condition=Q(over_by=0)
                | Q(over_by__gt=0, over_by__lte=F("capacity"), reserved=F("capacity")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id} {self.starts_at:%m-%d %H:%M} {self.reserved}/{self.capacity}"


class Bay(models.Model):
    """A numbered bay that is reserved as such, like one with a charger. Most bays have no row: their pool counts them."""

    public_id = PublicIdField("bay", verbose_name=_("编号"))
    pool = models.ForeignKey(
        Pool, models.PROTECT, related_name="bays", db_index=False, verbose_name=_("车位池")
    )
    number = models.CharField(_("车位号"), max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = _("编号车位")
        constraints = [
            models.UniqueConstraint(fields=["pool", "number"], name="bay_once_in_its_pool"),
            models.CheckConstraint(name="bay_numbered", condition=~Q(number="")),
            # What the foreign key of a reservation refers to: a bay together with its pool.
            models.UniqueConstraint(fields=["id", "pool"], name="bay_of_one_pool"),
        ]

    def __str__(self) -> str:
        return self.number


class Reservation(models.Model):
    """A place of a pool for a plate from `starts_at` to `ends_at`; it holds the slots from `starts_at` to `holds_until`.

    What was promised when it was made stands on it: until when it is cancelled for free, from when the car is let
    in, until when the place waits for it.
    """

    class State(models.TextChoices):
        HELD = "held", _("占位中")
        CONFIRMED = "confirmed", _("已预约")
        ARRIVED = "arrived", _("已入场")
        COMPLETED = "completed", _("已完成")
        CANCELLED = "cancelled", _("已取消")
        EXPIRED = "expired", _("已过期")
        NO_SHOW = "no_show", _("未到场")
        RELOCATED = "relocated", _("已改派")

    OPEN = (State.HELD, State.CONFIRMED, State.ARRIVED)

    public_id = PublicIdField("rsv", verbose_name=_("编号"))
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="reservations",
        db_index=False,
        verbose_name=_("会员"),
    )
    vehicle = models.ForeignKey(
        "parking.Vehicle",
        models.PROTECT,
        related_name="reservations",
        db_index=False,
        verbose_name=_("车辆"),
    )
    # The first eight bytes of the plate's keyed hash, for the constraint; nobody reads a plate from it.
    plate_key = models.BigIntegerField(_("车牌键"))
    pool = models.ForeignKey(
        Pool, models.PROTECT, related_name="reservations", db_index=False, verbose_name=_("车位池")
    )
    bay = models.ForeignKey(
        Bay,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        db_index=False,
        verbose_name=_("编号车位"),
    )
    starts_at = models.DateTimeField(_("开始"))
    ends_at = models.DateTimeField(_("结束"))
    holds_until = models.DateTimeField(_("占用至"))
    state = models.TextField(_("状态"), choices=State)
    # None from when it was confirmed: what was cancelled with it was only held.
    hold_expires_at = models.DateTimeField(_("占位截止"), null=True, blank=True)
    free_cancel_until = models.DateTimeField(_("免费取消截止"))
    admitted_from = models.DateTimeField(_("最早入场"))
    late_until = models.DateTimeField(_("保留至"))
    deposit_fen = models.IntegerField(_("定金（分）"), default=0)
    order = models.ForeignKey(
        "payments.Order",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("定金订单"),
    )
    relocated_from = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="relocated_to",
        verbose_name=_("改派自"),
    )
    created_at = models.DateTimeField(_("预约时间"))
    arrived_at = models.DateTimeField(_("入场时间"), null=True, blank=True)
    ended_at = models.DateTimeField(_("结束时间"), null=True, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True, default="", db_default="")
    # The stay of its car, where its gates read it; and the one that still stood in its place when it began.
    stay = models.ForeignKey(
        "parking.Stay",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reservations",
        verbose_name=_("停车记录"),
    )
    displaced_by = models.ForeignKey(
        "parking.Stay",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("被超时车辆占用"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("车位预约")
        constraints = [
            ExclusionConstraint(
                name="reservation_of_a_plate_never_overlaps",
                expressions=[
                    (id_range("plate_key"), RangeOperators.OVERLAPS),
                    (_PERIOD, RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=OPEN_STATES),
            ),
            ExclusionConstraint(
                name="reservation_of_a_bay_never_overlaps",
                expressions=[
                    (id_range("bay"), RangeOperators.OVERLAPS),
                    (_PERIOD, RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=OPEN_STATES, bay__isnull=False),
            ),
            models.CheckConstraint(
                name="reservation_holds_within_its_window",
                condition=Q(
                    ends_at__gt=F("starts_at"),
                    holds_until__gte=F("starts_at"),
                    holds_until__lte=F("ends_at"),
                ),
            ),
            models.CheckConstraint(
                name="reservation_open_holds_all",
                condition=~Q(state__in=OPEN_STATES) | Q(holds_until=F("ends_at")),
            ),
            models.CheckConstraint(
                name="reservation_held_for_a_while",
                condition=Q(state__in=["held", "expired"], hold_expires_at__isnull=False)
                | Q(state="cancelled")
                | ~Q(state__in=["held", "expired", "cancelled"]) & Q(hold_expires_at=None),
            ),
            models.CheckConstraint(
                name="reservation_arrived_iff_dated",
                condition=Q(state__in=["arrived", "completed"], arrived_at__isnull=False)
                | ~Q(state__in=["arrived", "completed"]) & Q(arrived_at=None),
            ),
            models.CheckConstraint(
                name="reservation_has_a_stay_only_once_it_arrived",
                condition=Q(stay=None) | Q(state__in=["arrived", "completed"]),
            ),
            models.CheckConstraint(
                name="reservation_ended_iff_dated",
                condition=Q(state__in=OPEN_STATES, ended_at=None)
                | ~Q(state__in=OPEN_STATES) & Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="reservation_of_known_state_and_deposit",
                condition=Q(
                    state__in=[
                        *OPEN_STATES,
                        *("completed", "cancelled", "expired", "no_show", "relocated"),
                    ],
                    deposit_fen__range=(0, MOST_DEPOSIT_FEN),
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["member", "-id"], name="reservation_by_member"),
            models.Index(fields=["starts_at"], name="reservation_by_start"),
            models.Index(
                fields=["pool", "starts_at"],
                name="reservation_expected_by_pool",
                condition=Q(state__in=["held", "confirmed"]),
            ),
            models.Index(
                "hold_expires_at", name="reservation_to_expire", condition=Q(state="held")
            ),
            models.Index(
                "late_until", name="reservation_to_be_no_show", condition=Q(state="confirmed")
            ),
            models.Index("ends_at", name="reservation_to_complete", condition=Q(state="arrived")),
        ]

    def __str__(self) -> str:
        return self.public_id
