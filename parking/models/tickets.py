from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField


class ParkingTicket(models.Model):
    """A car without a plate is a member's: the ticket of its lane, found by its keyed hash, has one holder for good."""

    public_id = PublicIdField("tkt", verbose_name=_("编号"))
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        related_name="parking_tickets",
        db_index=False,
        verbose_name=_("会员"),
    )
    ticket_hash = models.BinaryField(_("停车票摘要"))
    bound_at = models.DateTimeField(_("绑定时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("停车票")
        constraints = [
            models.UniqueConstraint(fields=["ticket_hash"], name="ticket_of_one_member"),
            models.CheckConstraint(
                name="ticket_is_hashed", condition=Exact(Length("ticket_hash"), 32)
            ),
        ]
        indexes = [models.Index(fields=["member", "-bound_at"], name="ticket_by_member")]

    def __str__(self) -> str:
        return self.public_id
