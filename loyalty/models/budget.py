from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class IssueBudget(models.Model):
    """A merchant that pays for its points beforehand; without such a row it issues without limit.

    What is left stands in slots, so that many tills of one merchant do not wait for one row.
    """

    merchant = models.OneToOneField(
        "merchants.Merchant",
        models.PROTECT,
        primary_key=True,
        related_name="issue_budget",
        verbose_name=_("商户"),
    )
    slots = models.IntegerField(_("分槽数"), default=4)
    # What it held when it was last filled, less what was taken out since: a fifth of it is little.
    full_milli_fen = models.BigIntegerField(_("上次充足额（毫分）"), db_default=0, default=0)
    warned_at = models.DateTimeField(_("预警时间"), null=True, blank=True)
    fallback_since = models.DateTimeField(_("停发时间"), null=True, blank=True)
    since = models.DateTimeField(_("启用时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("积分预存")
        constraints = [
            models.CheckConstraint(
                name="budget_slots_in_bounds", condition=Q(slots__gte=1, slots__lte=16)
            ),
            models.CheckConstraint(
                name="budget_full_is_not_negative", condition=Q(full_milli_fen__gte=0)
            ),
            models.CheckConstraint(
                name="budget_warned_before_fallback",
                condition=Q(fallback_since=None) | Q(warned_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.merchant)


class IssueBudgetSlot(models.Model):
    """A part of what a merchant may still issue, in thousandths of a fen."""

    # No database key: the budget's row is read by many while its slots change.
    budget = models.ForeignKey(
        "loyalty.IssueBudget",
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="parts",
    )
    slot = models.IntegerField()
    remaining_milli_fen = models.BigIntegerField(_("剩余（毫分）"), db_default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("预存分槽")
        constraints = [
            models.UniqueConstraint(fields=["budget", "slot"], name="budget_slot_once"),
            models.CheckConstraint(
                name="budget_never_overdrawn",
                condition=Q(remaining_milli_fen__gte=0, slot__gte=0, slot__lt=16),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.budget_id}/{self.slot}"


class PrefundEntry(models.Model):
    """Money put into a merchant's budget or taken out of it; written once."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit", _("存入")
        WITHDRAWAL = "withdrawal", _("取出")
        # Points that were clawed back or expired to their issuer cost it nothing after all.
        RELEASE = "release", _("退回额度")

    merchant = models.ForeignKey("merchants.Merchant", models.PROTECT, verbose_name=_("商户"))
    kind = models.TextField(_("类型"), choices=Kind)
    milli_fen = models.BigIntegerField(_("金额（毫分）"))
    # The bank's or the cycle's own number: the same payment is entered once.
    reference = models.TextField(_("凭证号"))
    note = models.TextField(_("说明"), db_default="", blank=True)
    actor = models.TextField(_("操作者"))
    at = models.DateTimeField(_("入账时间"))

    class Meta:
        verbose_name = verbose_name_plural = _("预存流水")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "kind", "reference"], name="prefund_once_per_reference"
            ),
            models.CheckConstraint(
                name="prefund_in_its_direction",
                condition=(
                    Q(kind="withdrawal", milli_fen__lt=0)
                    | (~Q(kind="withdrawal") & Q(milli_fen__gt=0))
                )
                & ~Q(reference=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.merchant_id} {self.kind} {self.milli_fen}"
