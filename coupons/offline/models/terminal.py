from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coupons.engine.hash_chain import BEGINNING
from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN

MOST_COUPONS = 1_000


class Terminal(models.Model):
    """A till that may go on without the network, and how much of it the alliance answers for: so many
    coupons and so many fen, of coupons that are leased to nobody, within 72 hours, over all its kits.

    `last_seq` and `last_hash` are the end of its log as far as we have it; the row's lock orders uploads.
    """

    public_id = PublicIdField("trm", verbose_name=_("终端编号"))
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="+", verbose_name=_("门店")
    )
    name = models.CharField(_("名称"), max_length=40)
    allowance_count = models.IntegerField(_("离线额度（张）"), default=0)
    allowance_fen = models.BigIntegerField(_("离线额度（分）"), default=0)
    last_seq = models.BigIntegerField(_("已收到的流水号"), default=0)
    last_hash = models.CharField(_("流水摘要"), max_length=64, default=BEGINNING)
    registered_at = models.DateTimeField(_("登记时间"))
    retired_at = models.DateTimeField(_("停用时间"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("离线终端")
        constraints = [
            models.UniqueConstraint(
                fields=["store", "name"],
                name="terminal_named_once_in_its_store",
                condition=Q(retired_at=None),
            ),
            models.CheckConstraint(
                name="terminal_allowance_in_bounds",
                condition=Q(
                    allowance_count__gte=0,
                    allowance_count__lte=MOST_COUPONS,
                    allowance_fen__gte=0,
                    allowance_fen__lte=MAX_FEN,
                    last_seq__gte=0,
                )
                & ~Q(name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Kit(models.Model):
    """What a terminal was given when it was online: leave to go on without the network until an
    instant, within an allowance. Append-only; its log names it in each entry."""

    public_id = PublicIdField("okt", verbose_name=_("授权编号"))
    terminal = models.ForeignKey(
        Terminal, models.PROTECT, related_name="kits", verbose_name=_("离线终端")
    )
    at = models.DateTimeField(_("授权时间"))
    until = models.DateTimeField(_("有效至"))
    allowance_count = models.IntegerField(_("离线额度（张）"))
    allowance_fen = models.BigIntegerField(_("离线额度（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("离线授权")
        constraints = [
            models.CheckConstraint(
                name="kit_good_for_a_while",
                condition=Q(until__gt=F("at"), allowance_count__gte=0, allowance_fen__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
