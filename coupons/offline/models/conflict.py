from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from coupons.offline.models.log import LogEntry
from district.kernel.database.ids import PublicIdField
from district.kernel.text.money import MAX_FEN


class RedemptionConflict(models.Model):
    """A coupon taken without the network that was no longer there to take, and who bears what the shopper
    was given. The rule is fixed beforehand (`offline.deciding`); the merchant may appeal once."""

    class Payer(models.TextChoices):
        ALLIANCE = "alliance", _("商圈风险金")
        STORE = "store", _("门店")

    class State(models.TextChoices):
        DECIDED = "decided", _("按规则处理")
        APPEALED = "appealed", _("申诉中")
        UPHELD = "upheld", _("申诉成立")
        REJECTED = "rejected", _("申诉驳回")

    public_id = PublicIdField("cfl", verbose_name=_("冲突编号"))
    entry = models.OneToOneField(
        LogEntry, models.PROTECT, related_name="conflict", verbose_name=_("离线流水")
    )
    merchant = models.ForeignKey(
        "merchants.Merchant", models.PROTECT, related_name="+", verbose_name=_("商户")
    )
    store = models.ForeignKey(
        "merchants.Store", models.PROTECT, related_name="+", verbose_name=_("门店")
    )
    # Whose coupon it was, where the code could be read.
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("会员"),
    )
    # The redemption that had come before.
    winner = models.ForeignKey(
        "coupons.Redemption",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("先前的核销"),
    )
    reason = models.CharField(_("原因"), max_length=40)
    fen = models.BigIntegerField(_("金额（分）"))
    payer = models.TextField(_("承担方"), choices=Payer)
    state = models.TextField(_("状态"), choices=State, default=State.DECIDED)
    at = models.DateTimeField(_("发生时间"))
    recorded_at = models.DateTimeField(_("记录时间"), db_default=Now())
    appeal = models.CharField(_("申诉理由"), max_length=500, blank=True, default="")
    appealed_at = models.DateTimeField(_("申诉时间"), null=True, blank=True)
    appealed_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("申诉人"),
    )
    decision = models.CharField(_("处理意见"), max_length=500, blank=True, default="")
    ended_at = models.DateTimeField(_("处理时间"), null=True, blank=True)
    ended_by = models.ForeignKey(
        "members.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("处理人"),
    )

    class Meta:
        verbose_name = verbose_name_plural = _("离线核销冲突")
        constraints = [
            models.CheckConstraint(
                name="conflict_of_some_reason",
                condition=Q(fen__gte=0, fen__lte=MAX_FEN) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="conflict_appealed_with_words",
                condition=Q(state="decided", appeal="", appealed_at=None, appealed_by=None)
                | (
                    ~Q(state="decided", appeal="")
                    & Q(appealed_at__isnull=False, appealed_by__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="conflict_ended_by_somebody_else",
                condition=Q(
                    state__in=["decided", "appealed"], decision="", ended_at=None, ended_by=None
                )
                | (
                    Q(
                        state__in=["upheld", "rejected"],
                        ended_at__isnull=False,
                        ended_by__isnull=False,
                    )
                    & ~Q(decision="")
                    & ~Q(ended_by=models.F("appealed_by"))
                ),
            ),
            models.CheckConstraint(
                name="conflict_upheld_is_the_alliances",
                condition=Q(state="upheld", payer="alliance")
                | Q(state__in=["appealed", "rejected"], payer="store")
                | Q(state="decided"),
            ),
        ]
        indexes = [models.Index(fields=["merchant", "-id"], name="rdm_conflict_by_merchant")]

    def __str__(self) -> str:
        return self.public_id
