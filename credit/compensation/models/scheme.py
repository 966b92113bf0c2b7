from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from district.kernel.four_eyes import Proposal, four_eyes_constraints
from district.kernel.text.money import MAX_FEN


class FundTerms(Proposal):
    """Caps and contribution from a day on, once a second person has approved them; the latest approved ones hold."""

    effective_from = models.DateField(_("生效日期"))
    case_cap_fen = models.BigIntegerField(_("单案上限（分）"))
    year_cap_fen = models.BigIntegerField(_("每商户每年上限（分）"))
    least_contribution_fen = models.BigIntegerField(_("最低出资（分）"))
    reason = models.TextField(_("依据"))

    class Meta:
        verbose_name = verbose_name_plural = _("赔付规则")
        constraints = [
            models.UniqueConstraint(
                fields=["effective_from"],
                name="fund_terms_one_from_a_day",
                condition=Q(state="approved"),
            ),
            models.CheckConstraint(
                name="fund_terms_make_sense",
                condition=Q(
                    case_cap_fen__gt=0,
                    year_cap_fen__gte=F("case_cap_fen"),
                    year_cap_fen__lte=MAX_FEN,
                    least_contribution_fen__gte=0,
                    least_contribution_fen__lte=MAX_FEN,
                )
                & ~Q(reason=""),
            ),
            *four_eyes_constraints("fund_terms"),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}"


class FundMembership(models.Model):
    """A merchant is in the scheme: for complaints that were filed from `joined_at` on and before `left_at`."""

    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    contribution = models.OneToOneField(
        "compensation.FundEntry",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("入会出资"),
    )
    joined_at = models.DateTimeField(_("加入时间"))
    joined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("办理人")
    )
    left_at = models.DateTimeField(_("退出时间"), null=True, blank=True)
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("退出办理人"),
    )
    leave_reason = models.TextField(_("退出原因"), blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = _("赔付成员")
        constraints = [
            models.UniqueConstraint(
                fields=["merchant"], name="fund_membership_one_live", condition=Q(left_at=None)
            ),
            models.CheckConstraint(
                name="fund_membership_left_for_a_reason",
                condition=Q(left_at=None, left_by=None, leave_reason="")
                | (
                    Q(left_at__isnull=False, left_by__isnull=False, left_at__gte=F("joined_at"))
                    & ~Q(leave_reason="")
                ),
            ),
        ]

    def __str__(self) -> str:
        return str(self.merchant)
