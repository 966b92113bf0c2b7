from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from parking.models.register import LONGEST_FLOOR_NAME, LONGEST_ZONE_NAME
from parking.models.vehicles import Vehicle

LONGEST_BAY, LONGEST_NOTE = 20, 200


class BayReport(models.Model):
    """What a bay's sensor or camera said last: whether a car stands there and, where it reads plates, which.

    Only the latest is kept, and of the plate only its keyed hash: it is needed to find the car, not to read it.
    """

    car_park = models.ForeignKey(
        "parking.CarPark",
        models.PROTECT,
        related_name="bay_reports",
        db_index=False,
        verbose_name=_("停车场"),
    )
    bay = models.CharField(_("车位号"), max_length=LONGEST_BAY)
    floor = models.CharField(_("楼层"), max_length=LONGEST_FLOOR_NAME, blank=True, default="")
    zone = models.CharField(_("区域"), max_length=LONGEST_ZONE_NAME, blank=True, default="")
    is_occupied = models.BooleanField(_("有车"))
    plate_hash = models.BinaryField(_("车牌摘要"), null=True, blank=True)
    colour = models.TextField(_("车牌颜色"), choices=Vehicle.Colour.choices, blank=True, default="")
    measured_at = models.DateTimeField(_("测量时间"))
    received_at = models.DateTimeField(_("收到时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("车位状态")
        constraints = [
            models.UniqueConstraint(
                fields=["car_park", "bay"], name="bay_report_one_per_bay_of_a_car_park"
            ),
            models.CheckConstraint(
                name="bay_report_plate_of_a_car_that_stands",
                condition=Q(plate_hash=None, colour="")
                | Q(Exact(Length("plate_hash"), 32), plate_hash__isnull=False, is_occupied=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["car_park", "plate_hash"],
                name="bay_report_by_plate",
                condition=Q(plate_hash__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.bay


class ParkingNote(models.Model):
    """What a member wrote down to find the car again: of a stay, or, where no gate knows the car, of a car park or none."""

    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="parking_notes",
        db_index=False,
        verbose_name=_("会员"),
    )
    stay = models.ForeignKey(
        "parking.Stay",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="notes",
        verbose_name=_("停车记录"),
    )
    car_park = models.ForeignKey(
        "parking.CarPark",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("停车场"),
    )
    floor = models.CharField(_("楼层"), max_length=LONGEST_FLOOR_NAME, blank=True, default="")
    zone = models.CharField(_("区域"), max_length=LONGEST_ZONE_NAME, blank=True, default="")
    bay = models.CharField(_("车位号"), max_length=LONGEST_BAY, blank=True, default="")
    text = models.CharField(_("备注"), max_length=LONGEST_NOTE, blank=True, default="")
    noted_at = models.DateTimeField(_("记录时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("停车备忘")
        constraints = [
            models.UniqueConstraint(
                fields=["member", "stay"],
                name="parking_note_one_of_a_stay",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="parking_note_is_where_its_stay_is",
                condition=Q(stay=None) | Q(car_park=None),
            ),
        ]
        indexes = [models.Index(fields=["noted_at"], name="parking_note_by_age")]

    def __str__(self) -> str:
        return f"{self.pk}"


class ParkingNotePicture(models.Model):
    """The photograph of a note, drawn anew without position or other data, under the member's key."""

    note = models.OneToOneField(
        ParkingNote,
        models.CASCADE,
        primary_key=True,
        related_name="picture",
        verbose_name=_("停车备忘"),
    )
    sealed = models.BinaryField(_("图片密文"), editable=False)

    class Meta:
        verbose_name = verbose_name_plural = _("停车照片")

    def __str__(self) -> str:
        return f"{self.pk}"
