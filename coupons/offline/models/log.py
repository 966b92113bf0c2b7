from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.offline.models.terminal import Kit, Terminal
from district.kernel.text.money import MAX_FEN


class LogEntry(models.Model):
    """A line of a terminal's log as it was uploaded, and what became of it. Append-only, numbered without
    gaps; each line's hash seals all before it."""

    class Result(models.TextChoices):
        REDEEMED = "redeemed", _("已核销")
        CONFLICT = "conflict", _("冲突")
        NOTED = "noted", _("已记录")

    terminal = models.ForeignKey(
        Terminal, models.PROTECT, related_name="entries", verbose_name=_("离线终端")
    )
    seq = models.BigIntegerField(_("流水号"))
    hash = models.CharField(_("摘要"), max_length=64)
    # Empty where the terminal named one that is not its own.
    kit = models.ForeignKey(
        Kit, models.PROTECT, null=True, related_name="entries", verbose_name=_("离线授权")
    )
    # As the terminal's clock said it; the skew is ours less its, in seconds, at the upload.
    scanned_at = models.DateTimeField(_("扫码时间"))
    skew = models.IntegerField(_("时钟误差（秒）"))
    recorded_at = models.DateTimeField(_("上传时间"), db_default=Now())
    outcome = models.CharField(_("终端结果"), max_length=40)
    bill_no = models.CharField(_("账单号"), max_length=64)
    bill_fen = models.BigIntegerField(_("账单金额（分）"))
    discount_fen = models.BigIntegerField(_("终端减免（分）"))
    # Whether it counts against its terminal's allowance, and what of it: what the alliance would bear.
    on_allowance = models.BooleanField(_("占用额度"), default=False)
    allowance_fen = models.BigIntegerField(_("占用额度（分）"), default=0)
    # When the pass was made, in whole seconds, where it could be read: with the coupon it names the pass.
    pass_made_at = models.DateTimeField(_("离线码时间"), null=True, blank=True)
    coupon = models.ForeignKey(
        "coupons.Coupon",
        models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("优惠券"),
    )
    redemption = models.OneToOneField(
        "coupons.Redemption",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="log_entry",
        verbose_name=_("核销记录"),
    )
    result = models.TextField(_("处理结果"), choices=Result)

    class Meta:
        verbose_name = verbose_name_plural = _("离线流水")
        indexes = [
            models.Index(
                fields=["terminal", "scanned_at"],
                name="log_entry_on_allowance",
                condition=Q(on_allowance=True),
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["terminal", "seq"], name="log_entry_once_in_its_terminal"
            ),
            models.CheckConstraint(
                name="log_entry_in_bounds",
                condition=Q(
                    seq__gte=1,
                    bill_fen__gte=0,
                    bill_fen__lte=MAX_FEN,
                    discount_fen__gte=0,
                    discount_fen__lte=MAX_FEN,
                ),
            ),
            models.CheckConstraint(
                name="log_entry_charged_on_allowance_only",
                condition=Q(allowance_fen=0)
                | Q(on_allowance=True, allowance_fen__gte=0, allowance_fen__lte=MAX_FEN),
            ),
            models.CheckConstraint(
                name="log_entry_redeemed_by_a_redemption",
                condition=Q(result="redeemed", redemption__isnull=False, coupon__isnull=False)
                | (~Q(result="redeemed") & Q(redemption=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.terminal_id}-{self.seq}"
