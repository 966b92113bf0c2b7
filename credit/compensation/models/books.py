from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN


class FundAccount(models.Model):
    """An account of the fund. What the fund has is above zero, what was given to it below; all together is nothing.

    `balance_fen` is written by the trigger of the postings alone. `settlement` is what the alliance has taken in for
    the fund with its statements and not yet handed over; it may be below zero when a payment was taken back.
    """

    class Kind(models.TextChoices):
        CASH = "cash", _("基金存款")
        UNDER_WAY = "under_way", _("付款在途")
        SETTLEMENT = "settlement", _("结算代收")
        CLAIMS = "claims", _("应收商户")
        SURPLUS = "surplus", _("多付待追回")
        LOSSES = "losses", _("损失")
        CONTRIBUTIONS = "contributions", _("出资")

    OF_MERCHANTS = (Kind.CLAIMS, Kind.CONTRIBUTIONS)

    kind = models.TextField(_("科目"), choices=Kind)
    merchant = models.ForeignKey(
        "merchants.Merchant",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("商户"),
    )
    balance_fen = models.BigIntegerField(_("余额（分）"), default=0, db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("基金科目")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "merchant"], name="fund_account_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="fund_account_of_a_merchant_or_not",
                condition=Q(kind__in=["claims", "contributions"], merchant__isnull=False)
                | Q(
                    kind__in=["cash", "under_way", "settlement", "surplus", "losses"], merchant=None
                ),
            ),
            # The fund never pays more than it holds, and nobody gives back more than was given.
            models.CheckConstraint(
                name="fund_account_on_its_side",
                condition=Q(kind="settlement")
                | Q(kind="contributions", balance_fen__lte=0)
                | Q(
                    kind__in=["cash", "under_way", "claims", "surplus", "losses"],
                    balance_fen__gte=0,
                ),
            ),
        ]

    def __str__(self) -> str:
        name = self.get_kind_display()
        return f"{name} · {self.merchant}" if self.merchant_id else name


class FundEntry(models.Model):
    """One act in the fund's books: its postings come to nothing. Append-only; what was wrong is taken back by another."""

    class Kind(models.TextChoices):
        CONTRIBUTION = "contribution", _("出资")
        CONTRIBUTION_REVERSAL = "contribution_reversal", _("冲回出资")
        RESERVE = "reserve", _("备付")
        RELEASE = "release", _("备付退回")
        PAYMENT = "payment", _("先行赔付")
        SURPLUS = "surplus", _("多付")
        SURPLUS_RETURN = "surplus_return", _("多付追回")
        RECOVERY = "recovery", _("商户偿还")
        LOSS = "loss", _("核销或免除")
        TRANSFER = "transfer", _("代收划转")

    public_id = PublicIdField("fne", verbose_name=_("编号"))
    kind = models.TextField(_("业务"), choices=Kind)
    # What it is for: the bank's number, or the public id of the attempt or claim with the number of the change.
    reference = models.TextField(_("凭证号"))
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reversal",
        verbose_name=_("冲回自"),
    )
    note = models.TextField(_("说明"), blank=True, default="")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("经办人"),
    )
    at = models.DateTimeField(_("记账时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("基金分录")
        constraints = [
            models.UniqueConstraint(fields=["kind", "reference"], name="fund_entry_once_per_act"),
            models.CheckConstraint(
                name="fund_entry_reverses_a_contribution",
                condition=Q(kind="contribution_reversal", reverses__isnull=False)
                | (~Q(kind="contribution_reversal") & Q(reverses=None)),
            ),
            models.CheckConstraint(
                name="fund_entry_says_what_for", condition=Q(reference__regex=r"^\S.{0,99}$")
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class FundPosting(models.Model):
    """A leg of an entry; into the account above zero, out of it below."""

    entry = models.ForeignKey(
        FundEntry, models.PROTECT, related_name="postings", verbose_name=_("分录")
    )
    account = models.ForeignKey(
        FundAccount, models.PROTECT, related_name="postings", verbose_name=_("科目")
    )
    fen = models.BigIntegerField(_("金额（分）"))

    class Meta:
        verbose_name = verbose_name_plural = _("基金过账")
        constraints = [
            models.UniqueConstraint(fields=["entry", "account"], name="fund_posting_one_a_leg"),
            models.CheckConstraint(
                name="fund_posting_of_some_fen",
                condition=Q(fen__gte=-MAX_FEN, fen__lte=MAX_FEN) & ~Q(fen=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.fen}"
