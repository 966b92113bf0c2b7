from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.jobs import Job
from district.kernel.jobs.model import at_work
from parking.models.register import CarPark
from parking.models.reservations import Reservation


class CarParkClosing(Job):
    """A car park that closed: what becomes of the reservations for which nobody has come yet."""

    WAITING = "submitted"

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("待处理")
        RUNNING = "running", _("处理中")
        DONE = "done", _("已完成")

    public_id = PublicIdField("cpc", verbose_name=_("编号"))
    car_park = models.OneToOneField(
        CarPark, models.PROTECT, related_name="closing", verbose_name=_("停车场")
    )
    state = models.TextField(_("状态"), choices=State, db_default="submitted", default="submitted")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("停用人"),
    )
    created_at = models.DateTimeField(_("创建时间"))
    relocated = models.PositiveIntegerField(_("已改派"), db_default=0, default=0)
    cancelled = models.PositiveIntegerField(_("已取消"), db_default=0, default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("停用处理")
        constraints = [
            models.CheckConstraint(
                name="closing_ended_iff_done",
                condition=Q(state__in=["submitted", "running"], ended_at=None)
                | Q(state="done", ended_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                "next_attempt_at", "id", name="closing_to_do", condition=at_work("submitted")
            ),
        ]

    def __str__(self) -> str:
        return str(self.car_park)

    @property
    def answered(self) -> int:
        return self.relocated + self.cancelled

    @property
    def row_count(self) -> int:
        return self.answered + self.waiting_reservations().count()

    def waiting_reservations(self) -> "models.QuerySet[Reservation]":
        """Those of its car park that hold a place and have not come, in the order in which they are dealt with."""
        rows = Reservation.objects.filter(
            pool__car_park=self.car_park_id,
            state__in=[Reservation.State.HELD, Reservation.State.CONFIRMED],
        )
        return rows.order_by("starts_at", "pk")


class ClosedOutReservation(models.Model):
    """What became of one reservation of a car park that closed: another place, or none that fitted."""

    class Outcome(models.TextChoices):
        RELOCATED = "relocated", _("已改派")
        CANCELLED = "cancelled", _("已取消，定金退回")

    closing = models.ForeignKey(
        CarParkClosing, models.PROTECT, related_name="rows", verbose_name=_("停用处理")
    )
    reservation = models.OneToOneField(
        Reservation, models.PROTECT, related_name="closed_out", verbose_name=_("预约")
    )
    relocated_to = models.OneToOneField(
        Reservation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("改派到"),
    )
    outcome = models.TextField(_("结果"), choices=Outcome)

    class Meta:
        verbose_name = verbose_name_plural = _("停用处理明细")
        constraints = [
            models.CheckConstraint(
                name="closed_out_to_another_iff_relocated",
                condition=Q(outcome="relocated", relocated_to__isnull=False)
                | Q(outcome="cancelled", relocated_to=None),
            ),
            models.CheckConstraint(
                name="closed_out_to_another_one",
                condition=~Q(reservation=F("relocated_to")),
            ),
        ]

    def __str__(self) -> str:
        return self.get_outcome_display()
