from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from parking.models.register import LONGEST_FLOOR_NAME, LONGEST_ZONE_NAME
from parking.models.vehicles import Vehicle

LONGEST_EVENT_ID, LONGEST_LANE = 64, 40
_HASHED = Exact(Length("plate_hash"), 32)


class Stay(models.Model):
    """A car in a car park, as its gates and, where they missed something, people say.

    The plate is sealed and found by its keyed hash; a car without one is known by the hash of its ticket, and has no
    colour. Which events it has follows from all events of its plate (`stays/pairing.py`).
    """

    class State(models.TextChoices):
        OPEN = "open", _("在场")
        CLOSED = "closed", _("已离场")
        # The plate entered again, or somebody says that it left.
        LOST_EXIT = "lost_exit", _("缺少离场")
        MISSING_ENTRY = "missing_entry", _("缺少入场")
        # Its events were found to be of another stay.
        MERGED = "merged", _("已合并")

    public_id = PublicIdField("sty", verbose_name=_("编号"))
    car_park = models.ForeignKey(
        "parking.CarPark", models.PROTECT, related_name="stays", verbose_name=_("停车场")
    )
    plate_hash = models.BinaryField(_("车牌摘要"))
    plate_sealed = models.BinaryField(_("车牌密文"))
    colour = models.TextField(_("车牌颜色"), choices=Vehicle.Colour.choices, blank=True, default="")
    kind = models.TextField(_("车牌类型"), choices=Vehicle.Kind.choices, blank=True, default="")
    state = models.TextField(_("状态"), choices=State)
    entry_event = models.ForeignKey(
        "parking.GateEvent",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("入场事件"),
    )
    exit_event = models.ForeignKey(
        "parking.GateEvent",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("离场事件"),
    )
    entered_at = models.DateTimeField(_("入场时间"), null=True, blank=True)
    left_at = models.DateTimeField(_("离场时间"), null=True, blank=True)
    # What people said where the gates are silent; an event that comes later goes before it.
    declared_entered_at = models.DateTimeField(_("登记的入场时间"), null=True, blank=True)
    declared_left_at = models.DateTimeField(_("登记的离场时间"), null=True, blank=True)
    # What it is priced by: the version that held when the car entered.
    tariff_version = models.ForeignKey(
        "parking.TariffVersion",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="stays",
        verbose_name=_("收费标准版本"),
    )
    # When it was looked at for what was left unpaid; none while that is to be done.
    reckoned_at = models.DateTimeField(_("欠费核对时间"), null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("合并到")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("停车记录")
        constraints = [
            models.UniqueConstraint(
                fields=["car_park", "plate_hash", "colour"],
                name="stay_one_open_per_plate_of_a_car_park",
                condition=Q(state="open"),
            ),
            models.UniqueConstraint(
                fields=["entry_event"],
                name="stay_one_per_entry",
                condition=~Q(state="merged"),
            ),
            models.UniqueConstraint(
                fields=["exit_event"], name="stay_one_per_exit", condition=~Q(state="merged")
            ),
            models.CheckConstraint(name="stay_plate_is_hashed", condition=_HASHED),
            models.CheckConstraint(
                name="stay_state_says_what_is_known",
                condition=Q(
                    state="open",
                    entry_event__isnull=False,
                    exit_event=None,
                    entered_at__isnull=False,
                    left_at=None,
                )
                | Q(
                    state="closed",
                    exit_event__isnull=False,
                    entered_at__isnull=False,
                    left_at__isnull=False,
                )
                | Q(
                    state="lost_exit",
                    entry_event__isnull=False,
                    exit_event=None,
                    entered_at__isnull=False,
                )
                | Q(
                    state="missing_entry",
                    entry_event=None,
                    exit_event__isnull=False,
                    entered_at=None,
                    left_at__isnull=False,
                )
                | Q(state="merged"),
            ),
            models.CheckConstraint(
                name="stay_merged_iff_into_another",
                condition=Q(state="merged", merged_into__isnull=False)
                | Q(~Q(state="merged"), merged_into=None),
            ),
            models.CheckConstraint(
                name="stay_ends_after_it_begins",
                condition=Q(entered_at=None) | Q(left_at=None) | Q(left_at__gte=F("entered_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["plate_hash", "colour", "-id"], name="stay_by_plate"),
            models.Index(fields=["car_park", "state", "-id"], name="stay_by_car_park"),
            # What hours are counted by.
            models.Index(fields=["car_park", "entered_at"], name="stay_by_entry"),
            models.Index(fields=["car_park", "left_at"], name="stay_by_exit"),
            models.Index(
                fields=["left_at"],
                name="stay_to_reckon",
                condition=Q(reckoned_at=None, left_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class GateEvent(models.Model):
    """A car that drove in or out, as a gate system reported it: the inbox of gate events.

    Known by its feed and the feed's own number, and never deleted. What it was read as may be corrected, the reading
    before stands in `PlateCorrection`.
    """

    class Direction(models.TextChoices):
        ENTRY = "entry", _("入场")
        EXIT = "exit", _("离场")

    feed = models.ForeignKey(
        "parking.OccupancyFeed",
        models.PROTECT,
        related_name="gate_events",
        verbose_name=_("数据源"),
    )
    event_id = models.CharField(_("事件编号"), max_length=LONGEST_EVENT_ID)
    digest = models.BinaryField(_("摘要"))
    car_park = models.ForeignKey(
        "parking.CarPark",
        models.PROTECT,
        related_name="gate_events",
        db_index=False,
        verbose_name=_("停车场"),
    )
    direction = models.TextField(_("方向"), choices=Direction)
    lane = models.CharField(_("车道"), max_length=LONGEST_LANE, blank=True, default="")
    # Where a gate within the car park lets cars in.
    floor = models.CharField(_("楼层"), max_length=LONGEST_FLOOR_NAME, blank=True, default="")
    zone = models.CharField(_("区域"), max_length=LONGEST_ZONE_NAME, blank=True, default="")
    occurred_at = models.DateTimeField(_("发生时间"))
    received_at = models.DateTimeField(_("收到时间"))
    plate_hash = models.BinaryField(_("车牌摘要"))
    plate_sealed = models.BinaryField(_("车牌密文"))
    colour = models.TextField(_("车牌颜色"), choices=Vehicle.Colour.choices, blank=True, default="")
    kind = models.TextField(_("车牌类型"), choices=Vehicle.Kind.choices, blank=True, default="")
    # None until it was paired.
    stay = models.ForeignKey(
        Stay,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("停车记录"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("过闸事件")
        constraints = [
            models.UniqueConstraint(
                fields=["feed", "event_id"], name="gate_event_once_of_its_feed"
            ),
            models.CheckConstraint(
                name="gate_event_goes_in_or_out", condition=Q(direction__in=["entry", "exit"])
            ),
            models.CheckConstraint(name="gate_event_plate_is_hashed", condition=_HASHED),
        ]
        indexes = [
            models.Index(
                fields=["car_park", "plate_hash", "colour", "occurred_at"],
                name="gate_event_by_plate",
            ),
            models.Index(
                fields=["received_at"], name="gate_event_unpaired", condition=Q(stay=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.event_id}"


class RefusedGateEvent(models.Model):
    """A gate event that was not taken, sealed as it came; the same one again is only counted."""

    class Reason(models.TextChoices):
        INVALID = "invalid", _("内容有误")
        UNKNOWN_CAR_PARK = "unknown_car_park", _("停车场不属于该数据源")
        FUTURE = "future", _("发生时间在未来")
        TOO_OLD = "too_old", _("发生时间过早")
        CONFLICT = "conflict", _("与同一编号的事件不符")

    feed = models.ForeignKey(
        "parking.OccupancyFeed",
        models.PROTECT,
        related_name="refused_gate_events",
        verbose_name=_("数据源"),
    )
    reason = models.TextField(_("原因"), choices=Reason)
    detail = models.CharField(_("说明"), max_length=300, blank=True, default="")
    content_sealed = models.BinaryField(_("原文密文"))
    digest = models.BinaryField(_("摘要"))
    first_at = models.DateTimeField(_("首次"))
    last_at = models.DateTimeField(_("最近"))
    times = models.IntegerField(_("次数"), default=1)

    class Meta:
        verbose_name = verbose_name_plural = _("被拒过闸事件")
        constraints = [
            models.UniqueConstraint(fields=["feed", "digest"], name="refused_gate_event_once"),
            models.CheckConstraint(
                name="refused_gate_event_some_times",
                condition=Q(times__gte=1, last_at__gte=F("first_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()


class PlateCorrection(models.Model):
    """What an event was read as before somebody corrected its plate."""

    event = models.ForeignKey(
        GateEvent, models.PROTECT, related_name="corrections", verbose_name=_("过闸事件")
    )
    plate_hash = models.BinaryField(_("原车牌摘要"))
    plate_sealed = models.BinaryField(_("原车牌密文"))
    colour = models.TextField(_("原车牌颜色"), blank=True, default="")
    corrected_at = models.DateTimeField(_("更正时间"))
    corrected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("更正人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("车牌更正")

    def __str__(self) -> str:
        return f"{self.event}"
