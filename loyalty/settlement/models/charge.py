from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.text.money import MAX_FEN


class Booking(models.Model):
    """What one merchant owes another for something that is no draw of points: a coupon, a ticket.

    An app above books it by `book_charge`, in the transaction of what caused it. Written once:
    what is taken back, wholly or in part, is a negative booking for an act of its own. Like a draw it
    has no database keys (decision 0001); the transaction number by which it is settled stands beside
    it in the table, as it does with a transfer.
    """

    # Which app it comes from, such as `coupon`; and the public id of the act, such as `rdm_…`.
    source = models.TextField(_("来源"))
    reference = models.TextField(_("单号"))
    payer = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("付方"),
    )
    payee = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("收方"),
    )
    # Negative when it takes back.
    fen = models.BigIntegerField(_("金额（分）"))
    at = models.DateTimeField(_("发生时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("款项记账")
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "source", "payer", "payee"], name="booking_once_per_act"
            ),
            models.CheckConstraint(name="booking_between_two", condition=~Q(payer=F("payee"))),
            models.CheckConstraint(
                name="booking_of_some_fen",
                condition=Q(fen__gte=-MAX_FEN, fen__lte=MAX_FEN) & ~Q(fen=0),
            ),
            # They stand in the sealed journal, whose words a bar divides.
            models.CheckConstraint(
                name="booking_says_what_for",
                condition=Q(
                    source__regex=r"^[a-z][a-z_]{0,31}$", reference__regex=r"^[0-9A-Za-z_-]{1,64}$"
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Charge(models.Model):
    """What one merchant owes another in a cycle for the bookings of one source.

    Whole fen, and nothing is carried on. Negative when more was taken back than booked, nothing when
    it cancels out. Written by `settlement_close` alone; like lines it has no database keys.
    """

    cycle = models.ForeignKey(
        "settlement.Cycle",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="charges",
        verbose_name=_("周期"),
    )
    payer = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("付方"),
    )
    payee = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("收方"),
    )
    source = models.TextField(_("来源"))
    bookings = models.BigIntegerField(_("笔数"))
    fen = models.BigIntegerField(_("金额（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("其他款项")
        constraints = [
            models.UniqueConstraint(
                fields=["cycle", "payer", "payee", "source"],
                name="charge_once_per_pair_source_and_cycle",
            ),
            models.CheckConstraint(
                name="charge_between_two", condition=Q(bookings__gt=0) & ~Q(payer=F("payee"))
            ),
        ]
        indexes = [models.Index("cycle", "payee", name="charge_of_payee")]

    def __str__(self) -> str:
        return f"{self.pk}"
