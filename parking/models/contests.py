from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parking.models.decided_claims import DecidedClaim
from parking.models.reservations import Reservation


class NoShowContest(DecidedClaim):
    """A member says that a no-show was none; an operator decides. What was upheld for the member counts no more."""

    class State(models.TextChoices):
        OPEN = "open", _("待处理")
        ACCEPTED = "accepted", _("申诉成立")
        REJECTED = "rejected", _("申诉不成立")

    reservation = models.OneToOneField(
        Reservation,
        models.PROTECT,
        primary_key=True,
        related_name="contest",
        verbose_name=_("预约"),
    )
    state = models.TextField(_("状态"), choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("申诉时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("未到场申诉")
        constraints = [
            models.CheckConstraint(
                name="contest_decided_iff_not_open",
                condition=Q(state="open", decided_at=None)
                | Q(state__in=["accepted", "rejected"], decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "-opened_at"], name="contest_by_state")]

    def __str__(self) -> str:
        return self.get_state_display()
