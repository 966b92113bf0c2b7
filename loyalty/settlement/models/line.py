from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

# Thousandths of a fen in a fen; and the parts in which fees are reckoned: thousandths times a
# hundredth of a percent.
MILLI = 1_000
PARTS = 10_000_000


def _carried(
    name: str, per_fen: int, prefix: str = "", amount: str = "milli_fen"
) -> list[models.CheckConstraint]:
    """A whole number of fen is settled, and what is less than a fen goes on to the next cycle."""
    carry_in, carry_out, fen = f"{prefix}carry_in", f"{prefix}carry_out", f"{prefix}fen"
    return [
        models.CheckConstraint(
            name=name,
            condition=Q(
                **{
                    f"{carry_in}__gt": -per_fen,
                    f"{carry_in}__lt": per_fen,
                    f"{carry_out}__gt": -per_fen,
                    f"{carry_out}__lt": per_fen,
                    amount: F(fen) * per_fen + F(carry_out) - F(carry_in),
                }
            ),
        )
    ]


class Line(models.Model):
    """What one merchant owes another for the points of a cycle: issued by the one, accepted by the other.

    Written once, when the cycle closes, by `settlement_close` alone; like the ledger's rows it has
    no database keys (decision 0001).
    """

    cycle = models.ForeignKey(
        "settlement.Cycle",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="lines",
        verbose_name=_("周期"),
    )
    issuer = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("发放商户"),
    )
    redeemer = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        verbose_name=_("收取商户"),
    )
    movements = models.BigIntegerField(_("笔数"))
    points = models.BigIntegerField(_("积分"))
    milli_fen = models.BigIntegerField(_("金额（毫分）"))
    carry_in = models.BigIntegerField(_("上期零头（毫分）"))
    fen = models.BigIntegerField(_("金额（分）"))
    carry_out = models.BigIntegerField(_("本期零头（毫分）"))
    # What of it the issuer's prefund pays: the points of lots it had paid for beforehand.
    prefunded_milli_fen = models.BigIntegerField(_("预存支付（毫分）"))
    prefunded_carry_in = models.BigIntegerField(_("预存上期零头（毫分）"))
    prefunded_fen = models.BigIntegerField(_("预存支付（分）"))
    prefunded_carry_out = models.BigIntegerField(_("预存本期零头（毫分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("清分明细")
        constraints = [
            # In this order, so that it finds a pair's last line, too.
            models.UniqueConstraint(
                fields=["issuer", "redeemer", "cycle"], name="line_once_per_pair_and_cycle"
            ),
            models.CheckConstraint(
                name="line_between_two", condition=Q(movements__gt=0) & ~Q(issuer=F("redeemer"))
            ),
            *_carried("line_carries_less_than_a_fen", MILLI),
            *_carried(
                "line_carries_less_than_a_prefunded_fen",
                MILLI,
                "prefunded_",
                "prefunded_milli_fen",
            ),
        ]
        indexes = [
            models.Index("cycle", "issuer", name="line_of_issuer"),
            models.Index("cycle", "redeemer", name="line_of_redeemer"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Fee(models.Model):
    """What the alliance keeps of what a merchant receives for the points it accepted."""

    cycle = models.ForeignKey(
        "settlement.Cycle", models.PROTECT, related_name="fees", verbose_name=_("周期")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    # Its parts of a fen are ten-millionths: thousandths of a fen times hundredths of a percent.
    milli_fen = models.BigIntegerField(_("计费金额（毫分）"))
    parts = models.BigIntegerField(_("手续费（千万分之一分）"))
    carry_in = models.BigIntegerField(_("上期零头"))
    fen = models.BigIntegerField(_("手续费（分）"))
    carry_out = models.BigIntegerField(_("本期零头"))

    class Meta:
        verbose_name = verbose_name_plural = _("结算手续费")
        constraints = [
            models.UniqueConstraint(fields=["merchant", "cycle"], name="fee_once_per_cycle"),
            *_carried("fee_carries_less_than_a_fen", PARTS, amount="parts"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class Release(models.Model):
    """What goes back into a merchant's issue budget: its prefunded points that cost nobody anything.

    They expired to it, were taken back by it, or were spent at its own counter. Never negative: what
    a reversal takes back of an earlier release is set off against the next one.
    """

    cycle = models.ForeignKey(
        "settlement.Cycle", models.PROTECT, related_name="releases", verbose_name=_("周期")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    milli_fen = models.BigIntegerField(_("本期（毫分）"))
    carry_in = models.BigIntegerField(_("上期结转（毫分）"))
    released_milli_fen = models.BigIntegerField(_("退回额度（毫分）"))
    carry_out = models.BigIntegerField(_("结转（毫分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("预存退回")
        constraints = [
            models.UniqueConstraint(fields=["merchant", "cycle"], name="release_once_per_cycle"),
            models.CheckConstraint(
                name="release_never_takes",
                condition=Q(
                    released_milli_fen__gte=0,
                    milli_fen=F("released_milli_fen") + F("carry_out") - F("carry_in"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"
